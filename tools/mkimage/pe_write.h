/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Appends sections to an EFI application, as a Unified Kernel Image needs it (UAPI.5): everything
 * page-aligned in memory, 512-aligned in the file, in order, without gaps, overlaps or an overlay.
 */
#ifndef MKIMAGE_PE_WRITE_H
#define MKIMAGE_PE_WRITE_H

#include "mem.h"
#include "sink.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PE_WRITE_WHY 256 /* bytes of a `why` buffer */

struct pe_addition {
	const char *name;           /* at most 8 characters */
	const struct piece *pieces; /* the content is all of them in order */
	size_t count;
	uint64_t size;  /* bytes of all pieces, not 0 */
	uint32_t flags; /* PE_SCN_x of pe.h */
};

/**
 * pe_append - write a new image made of @stub and @count sections behind its own to @out.
 * The bytes go out in the order of the file; @out is not called before the stub is found fit.
 *
 * The stub's sections keep their addresses. Their place in the file changes, because the section
 * table grows; so symbol table and debug directory, which hold file offsets, are dropped. Nothing
 * in the output depends on time, place or user.
 *
 * Return: true; or false if @stub is unfit, then @why says why as a sentence part: "it is signed";
 * or false because @out failed, then @why is empty.
 */
bool pe_append(const struct blob *stub, const struct pe_addition *add, size_t count,
	       struct sink *out, char *why);

#endif
