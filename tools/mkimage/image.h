/* SPDX-License-Identifier: BSD-2-Clause */
/* The finished image: which sections it has, in which order, with which text. */
#ifndef MKIMAGE_IMAGE_H
#define MKIMAGE_IMAGE_H

#include "sysfile.h"
#include "payloads.h"
#include "pe_write.h"

#include <stdbool.h>

/**
 * image_build - put configuration and payloads behind the stub, as a UKI (UAPI.5), to @out.
 * Return: true; or false if the stub is unfit or the image too large, then @why says why
 * (PE_WRITE_WHY bytes) as a sentence part; or false because @out failed, then @why is empty.
 */
bool image_build(const struct blob *stub, const struct sysfile *sysfile,
		 const struct payloads *payloads, struct sink *out, char *why);

#endif
