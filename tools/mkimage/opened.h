/* SPDX-License-Identifier: BSD-2-Clause */
/* A finished image, opened and checked: what `inspect` prints and `extract` takes from. */
#ifndef MKIMAGE_OPENED_H
#define MKIMAGE_OPENED_H

#include "config.h"
#include "mem.h"
#include "pe.h"
#include "sink.h"

#include <stdbool.h>

#define OPENED_MAX_PROBLEMS 16u

struct opened {
	bool is_image; /* the fields below hold something */
	bool mapped;   /* the image is a file_map() */
	struct pe_image pe;
	bool has_policy;      /* config holds something */
	struct config config; /* of a copy, because .rtcfg of a hostile file may begin anywhere */
	void *policy;
	uint32_t problem_count;
	char *problems[OPENED_MAX_PROBLEMS];
};

/**
 * opened_init - look at @image, which must stay for as long as @o is used.
 * Everything that is wrong with it becomes a problem; so do checksums that do not match.
 * Return: true if there is no problem. Call opened_free() in both cases.
 */
bool opened_init(struct opened *o, const struct blob *image);

void opened_free(struct opened *o);

/**
 * opened_part - find a section (@name begins with a dot), that of a profile ("@1"), or a cell's
 * program.
 * Return: false if there is none, or its bytes are not to be trusted; then *@why says why.
 */
bool opened_part(const struct opened *o, const char *name, struct piece *out, const char **why);

#endif
