/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors and warnings about one input file. They are collected, so that one run shows all of them,
 * and printed in the order of the file as "FILE:LINE:COLUMN: error: TEXT".
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
	uint32_t count;   /* errors and warnings */
	uint32_t warnings;
	uint32_t dropped; /* errors past DIAG_MAX */
	struct diag_error {
		struct pos pos;
		bool warning;
		char *text;
	} errors[DIAG_MAX];
};

/* diag_init - start with no errors; @file must outlive the diag. */
void diag_init(struct diag *d, const char *file);

/* diag_error - note an error at @pos. The text is one line without a trailing full stop. */
void diag_error(struct diag *d, struct pos pos, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* diag_warning - note what is legal but risky. Too many of them are dropped without a word. */
void diag_warning(struct diag *d, struct pos pos, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* diag_ok - was there no error? Warnings do not count. */
static inline bool diag_ok(const struct diag *d)
{
	return d->count == d->warnings;
}

/**
 * diag_print - write everything noted, ordered by place; what is at one place keeps its order.
 * If @out is a terminal that wants colours, the words "error" and "warning" have one.
 */
void diag_print(struct diag *d, FILE *out);

void diag_free(struct diag *d);

#endif
