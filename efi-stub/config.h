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

#endif
