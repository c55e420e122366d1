/* SPDX-License-Identifier: BSD-2-Clause */
/* The running cell: its info page, its main function, hypercalls. */
#ifndef GUEST_CELL_H
#define GUEST_CELL_H

#include <bulkhead/cell.h>

#include "types.h"

/* The cell info page; valid from cell_main on. */
extern const struct bh_cell_info *cell_info;

/**
 * cell_main - the guest itself. Runs on the cell's first CPU with interrupts off, the local APIC
 * enabled, IDT and console ready. When it returns, the CPU halts.
 */
void cell_main(const struct bh_cell_info *info);

/** cell_start - called by entry.asm with the address in RDI. */
void cell_start(const struct bh_cell_info *info);

/** cell_apic_ids - x2APIC ids of the cell's CPUs, cell_info->cpu_count of them. */
const u32 *cell_apic_ids(void);

/** cell_memory - the cell's memory regions, cell_info->mem_count of them. */
const struct bh_cell_mem *cell_memory(void);

/** cell_links - memory that the cell shares, cell_info->link_count links. */
const struct bh_cell_link *cell_links(void);

/** cell_link - the link of that name, NULL if the cell has none. */
const struct bh_cell_link *cell_link(const char *name);

/** cell_ports - I/O ports of the cell's own, cell_info->port_count ranges. */
const struct bh_cell_ports *cell_ports(void);

/** cell_irqs - interrupt lines of the cell's own, cell_info->irq_count of them. */
const struct bh_cell_irq *cell_irqs(void);

/** cell_args - argument string of the system file, "" if there is none. */
const char *cell_args(void);

/** cell_ram_covers - is the range inside one writable RAM region? */
bool cell_ram_covers(u64 gpa, u64 size);

/** hypercall - see include/bulkhead/cell.h. Returns >= 0, or one of BH_HC_E*. */
long hypercall(u32 number, u64 arg0, u64 arg1);

#endif
