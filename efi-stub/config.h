/* SPDX-License-Identifier: BSD-2-Clause */
/* Check of the policy section ".rtcfg" (include/bulkhead/image.h). Pure. */
#ifndef STUB_CONFIG_H
#define STUB_CONFIG_H

#include <bulkhead/image.h>

#include "why.h"

/* The last bytes of a cell's RAM hold its first page tables and GDT (include/bulkhead/cell.h). */
#define CELL_TABLES_SIZE 0x8000u

struct config {
	const struct bh_config *head;
	const struct bh_config_cell *cells; /* head->cell_count of them */
};

/**
 * config_open - check everything that can be checked without looking at the machine.
 * @data: the section, 8-byte aligned; it must not change while @out is in use.
 * @size: its bytes; padding behind the blob is ignored.
 * Return: true and *out, or false and the sentence.
 */
bool config_open(struct config *out, const void *data, u64 size, struct why *why);

/** config_same_name - are two names of cells or links the same? Both are NUL-terminated. */
bool config_same_name(const char *a, const char *b);

/**
 * config_meets_fixed - does a guest-physical range meet what every cell has at a fixed address:
 * info page, console, local APIC, and links if it names any?
 */
bool config_meets_fixed(const struct bh_config_cell *cell, u64 base, u64 size);

/* ranges_meet - have two ranges of bytes or ports one in common? */
static inline bool ranges_meet(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a < b + b_size && b < a + a_size;
}

#endif
