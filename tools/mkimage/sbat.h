/* SPDX-License-Identifier: BSD-2-Clause */
/* The ".sbat" section: which component generations an image carries (shim, SBAT.md). */
#ifndef MKIMAGE_SBAT_H
#define MKIMAGE_SBAT_H

#include "mem.h"

/**
 * sbat_text - the SBAT lines of an image: the format's own, the UKI's, Bulkhead's, and those of
 * the kernel's own ".sbat" section if it has one, so that revoking a kernel revokes the images
 * made of it.
 * Return: a new string.
 */
char *sbat_text(const struct blob *kernel);

#endif
