/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What mkimage must know about a Linux bzImage (Linux documentation, "The Linux/x86 Boot
 * Protocol"). Pure; hostile input expected.
 */
#ifndef MKIMAGE_BZIMAGE_H
#define MKIMAGE_BZIMAGE_H

#include <stdint.h>

#define BZIMAGE_RELEASE 128 /* bytes of a kernel release, its NUL included */

enum bzimage_err {
	BZIMAGE_OK = 0,
	BZIMAGE_ERR_SHORT,     /* smaller than its own header */
	BZIMAGE_ERR_BOOT_FLAG, /* no 0xaa55 */
	BZIMAGE_ERR_MAGIC,     /* no "HdrS" */
	BZIMAGE_ERR_PROTOCOL,  /* older than 2.12 */
	BZIMAGE_ERR_LOW,       /* a zImage */
	BZIMAGE_ERR_NOT_64,    /* no 64-bit entry point */
	BZIMAGE_ERR_FIXED,     /* not relocatable, or with an impossible alignment */
	BZIMAGE_ERR_SIZE,      /* the file ends before the header says so */
	BZIMAGE_ERR_INIT_SIZE, /* init_size is smaller than the kernel itself, or absurd */
	BZIMAGE_ERR_VERSION,   /* no readable kernel_version string */
	BZIMAGE_ERR_COUNT
};

struct bzimage {
	uint32_t setup_size;           /* bytes before the protected-mode kernel */
	uint32_t kernel_size;          /* bytes of that kernel, by the header */
	uint32_t init_size;            /* bytes that it needs in memory */
	uint32_t cmdline_max;          /* bytes without the NUL */
	uint16_t protocol;             /* 0x020f = 2.15 */
	char release[BZIMAGE_RELEASE]; /* "6.1.0-13-amd64": the first word of kernel_version */
};

/**
 * bzimage_check - check a kernel of @size bytes and note what it says about itself.
 * Return: BZIMAGE_OK, else the first error; then *@out must not be used.
 */
enum bzimage_err bzimage_check(const void *data, uint64_t size, struct bzimage *out);

/* bzimage_strerror - what is wrong and what to do, as a sentence without full stop. */
const char *bzimage_strerror(enum bzimage_err err);

#endif
