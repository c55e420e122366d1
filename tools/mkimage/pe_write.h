/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Appends sections to an EFI application, as a Unified Kernel Image needs it (UAPI.5): everything
 * page-aligned in memory, 512-aligned in the file, in order, without gaps, overlaps or an overlay.
 */
#ifndef MKIMAGE_PE_WRITE_H
#define MKIMAGE_PE_WRITE_H

#include "mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PE_WRITE_WHY 256 /* bytes of a `why` buffer */

struct pe_addition {
	const char *name; /* at most 8 characters */
	const void *data;
	uint64_t size;  /* bytes, not 0 */
	uint32_t flags; /* PE_SCN_x of pe.h */
};

/**
 * pe_append - make a new image out of @stub and @count sections behind its own.
 *
 * The stub's sections keep their addresses. Their place in the file changes, because the section
 * table grows; so symbol table and debug directory, which hold file offsets, are dropped. Nothing
 * in the output depends on time, place or user.
 *
 * Return: true; or false if @stub is unfit, then @why says why as a sentence part: "it is signed".
 */
bool pe_append(const struct blob *stub, const struct pe_addition *add, size_t count,
	       struct blob *out, char *why);

#endif
