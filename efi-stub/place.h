/* SPDX-License-Identifier: BSD-2-Clause */
/* Which CPU goes to which cell, and how large the hypervisor's block is. Pure. */
#ifndef STUB_PLACE_H
#define STUB_PLACE_H

#include <bulkhead/boot.h>

#include "config.h"
#include "topology.h"

/**
 * place_cpus - give every RT cell its CPUs; what is left belongs to the root cell.
 * @cpus: cpus[0] is the boot CPU; apic_id is read, cell is written (0 = root, i + 1 = cell i).
 * @seats: which of them share a core.
 *
 * Cells that name their CPUs (cpu_mask, an index into @cpus) get these; the others take what is
 * left from the end of the list, in the order of the system file. Within a cell CPUs keep the order
 * of the list. The boot CPU stays with the root cell. A cell with BH_CELL_WHOLE_CORES gets all CPUs
 * of each core; such cells come before others that take any. Return: false and the sentence if
 * fewer than root_min_cpus would be left, or what a cell wants is not there.
 */
bool place_cpus(const struct config *config, struct bh_boot_cpu *cpus, const struct cpu_seat *seats,
		u32 count, struct why *why);

/* What the block is made of; see boot.h for the layout. */
struct hv_layout {
	u64 info_offset;
	u64 info_size;
	u64 pool_offset;
	u64 size;
};

/**
 * place_hv - sizes of the hypervisor's block.
 * @info_size: bytes of struct bh_boot_info with its arrays and templates.
 * @cells: RT cells, without the root cell.
 * @has_1g: the CPU has 1 GiB pages, so that pool_per_gib is not needed.
 * Return: false and the sentence if @header is not of this build or the block would not fit into
 * the 1 GiB behind BH_HV_BASE.
 */
bool place_hv(const struct bh_hv_header *header, u64 info_size, u32 cpus, u32 cells, u64 phys_top,
	      bool has_1g, struct hv_layout *out, struct why *why);

#endif
