/* SPDX-License-Identifier: BSD-2-Clause */
/* The hypervisor's block of memory with its boot info, and the RT cells' memory (boot.h). */
#ifndef STUB_HVBLOCK_H
#define STUB_HVBLOCK_H

#include "efimap.h"
#include "layout.h"
#include "sections.h"

struct hvblock {
	u64 phys;
	struct hv_layout layout;
	struct bh_boot_info *info;
	u64 trampoline; /* page below 1 MiB */
	u64 tables;     /* boot_cr3 */
	u64 jump;       /* the boot CPU's 64-bit entry into the trampoline page */
	/* What the root cell must not know of: the block, every RT cell's RAM, every link. */
	struct mem_range taken[1 + BH_CONFIG_MAX_CELLS + BH_CONFIG_MAX_LINKS];
	u32 taken_count;
};

/**
 * hvblock_build - take the block and the RT cells' memory where the layout @l says, and the
 * trampoline page, and fill them:
 * hypervisor, programs, boot info, info page templates, boot tables. The root cell's entry state
 * and the times are filled in later, through hvblock_cells() and ->info.
 * @ticks: TSC ticks spent on copying are added to it.
 * fail() if the firmware refuses memory or a program is unusable.
 */
void hvblock_build(struct hvblock *b, const struct sections *s, const struct machine *m,
		   const struct layout *l, u64 *ticks);

/* hvblock_header - of the hypervisor that this file carries. */
const struct bh_hv_header *hvblock_header(void);

/* hvblock_cells - the cells of the boot info; [0] is the root cell. */
struct bh_boot_cell *hvblock_cells(const struct hvblock *b);

#endif
