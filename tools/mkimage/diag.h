/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors about one input file. They are collected, so that one run shows all of them, and printed
 * in the order of the file as "FILE:LINE:COLUMN: error: TEXT".
 */
#ifndef MKIMAGE_DIAG_H
#define MKIMAGE_DIAG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A place in a text file, counted from 1. Line 0 means the file as a whole. */
struct pos {
	uint32_t line;
	uint32_t column;
};

#define DIAG_MAX 100u /* a hostile file must not produce endless output */

struct diag {
	const char *file; /* as the user named it */
	uint32_t count;
	uint32_t dropped; /* errors past DIAG_MAX */
	struct diag_error {
		struct pos pos;
		char *text;
	} errors[DIAG_MAX];
};

/* diag_init - start with no errors; @file must outlive the diag. */
void diag_init(struct diag *d, const char *file);

/* diag_error - note an error at @pos. The text is one line without a trailing full stop. */
void diag_error(struct diag *d, struct pos pos, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static inline bool diag_ok(const struct diag *d)
{
	return d->count == 0;
}

/* diag_print - write all errors, ordered by place; errors at one place keep their order. */
void diag_print(struct diag *d, FILE *out);

void diag_free(struct diag *d);

#endif
