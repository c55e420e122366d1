/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory from the firmware, with a record of it, so that a failed start can give it all back. */
#ifndef STUB_MEMORY_H
#define STUB_MEMORY_H

#include "efimap.h"

struct memory_request {
	const char *what; /* for the sentence: "no memory for WHAT" */
	u64 size;         /* bytes; rounded up to pages */
	u64 align;        /* power of two; 0 = page */
	u64 below;        /* the last byte must be below this; 0 = anywhere */
	enum efi_mem_type type;
};

/** memory_try - allocate. Return: physical address, 0 if there is none. Contents are undefined. */
u64 memory_try(const struct memory_request *request);

/** memory_try_at - allocate exactly at @address (page-aligned). Return: @address, or 0. */
u64 memory_try_at(const struct memory_request *request, u64 address);

/** memory_take - like memory_try, zeroed; fail() if there is none. */
u64 memory_take(const struct memory_request *request);

/** memory_release - give everything back that was allocated here. */
void memory_release(void);

/**
 * memory_map - read the firmware's memory map; fail() on errors.
 * @map: on the first call all zero; gets a buffer with room for @extra more descriptors than there
 * are now. Later calls use the same buffer.
 * @key: for ExitBootServices().
 */
void memory_map(struct efi_map *map, u32 extra, u64 *key);

/**
 * memory_top - end of everything that the root cell may address: of RAM, of what the memory map
 * names, and of the PCI root bridges' windows. A multiple of 2 MiB, at least 4 GiB.
 */
u64 memory_top(void);

#endif
