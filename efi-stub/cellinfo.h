/* SPDX-License-Identifier: BSD-2-Clause */
/* The first state of a native RT cell: entry, info page template, boot tables. Pure. */
#ifndef STUB_CELLINFO_H
#define STUB_CELLINFO_H

#include <bulkhead/boot.h>
#include <bulkhead/cell.h>

#include "config.h"
#include "links.h"
#include "machine.h"

/* What the last CELL_TABLES_SIZE bytes of a cell's RAM hold. */
#define CELL_TABLES_GDT 0x6000u /* behind PML4, PDPT and four page directories */

/**
 * cellinfo_fill - write the info page template of cell @index (0 is the first RT cell).
 * @page: BH_PAGE_SIZE zeroed bytes.
 * @m: its CPUs have their owners, and lines_check() has found the cell's interrupt lines.
 * @links: links_collect().
 * flags and apic_khz stay 0: the hypervisor knows them.
 * Return: false and the sentence if a page is too small for the cell's CPUs.
 */
bool cellinfo_fill(u8 *page, const struct config *config, u32 index, const struct machine *m,
		   const struct link_list *links, struct why *why);

/**
 * cellinfo_tables - write page tables and GDT into the end of a cell's RAM and set up its entry.
 * @ram: cell->memory_size bytes. @entry_point: guest-physical.
 */
void cellinfo_tables(u8 *ram, const struct bh_config_cell *cell, u64 entry_point,
		     struct bh_boot_entry *entry);

#endif
