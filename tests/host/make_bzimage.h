/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds a file that passes for a Linux kernel, for tests to damage. */
#ifndef TEST_MAKE_BZIMAGE_H
#define TEST_MAKE_BZIMAGE_H

#include <stdint.h>
#include <string.h>

#include "le.h"

#define MAKE_BZIMAGE_SETUP   0x400u /* one boot sector and one setup sector */
#define MAKE_BZIMAGE_KERNEL  0x800u
#define MAKE_BZIMAGE_SIZE    (MAKE_BZIMAGE_SETUP + MAKE_BZIMAGE_KERNEL)
#define MAKE_BZIMAGE_VERSION 0x300u /* where the kernel_version string lies */

/* @image: MAKE_BZIMAGE_SIZE zeroed bytes. */
static inline void make_bzimage(uint8_t *image)
{
	image[0x1f1] = 1;
	put_le32(image + 0x1f4, MAKE_BZIMAGE_KERNEL / 16);
	put_le16(image + 0x1fe, 0xaa55);
	memcpy(image + 0x202, "HdrS", 4);
	put_le16(image + 0x206, 0x020f);
	put_le16(image + 0x20e, MAKE_BZIMAGE_VERSION - 0x200);
	image[0x211] = 1;
	put_le32(image + 0x230, 0x200000);
	image[0x234] = 1;
	put_le16(image + 0x236, 0x007f);
	put_le32(image + 0x238, 2047);
	put_le32(image + 0x260, 0x100000);
	strcpy((char *)image + MAKE_BZIMAGE_VERSION, "6.1.0-test+1~a_b (someone@somewhere) #1");
}

#endif
