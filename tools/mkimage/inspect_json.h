/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MKIMAGE_INSPECT_JSON_H
#define MKIMAGE_INSPECT_JSON_H

#include "opened.h"

#include <stdio.h>

/* inspect_json - everything about an image as one JSON object. @name: its file. */
void inspect_json(const char *name, const struct opened *o, FILE *out);

#endif
