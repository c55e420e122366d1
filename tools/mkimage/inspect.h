/* SPDX-License-Identifier: BSD-2-Clause */
/* Shows what is in a finished image and whether it is whole. */
#ifndef MKIMAGE_INSPECT_H
#define MKIMAGE_INSPECT_H

#include "mem.h"

#include <stdbool.h>
#include <stdio.h>

/**
 * inspect - write sections, policy and cells of @image to @out, problems to @err.
 * @json: in JSON (docs/mkimage.1), problems included.
 * @name: the image's name in problem lines, "NAME: error: TEXT".
 * Return: true if the image is whole: sound headers, no writable and executable section, and all
 * checksums right.
 */
bool inspect(const char *name, const struct blob *image, bool json, FILE *out, FILE *err);

#endif
