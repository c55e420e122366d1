/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory types from the MTRRs (SDM vol. 3, "Memory Type Range Registers"). The state is read once
 * on the boot CPU (mtrr_hw.c); everything here is pure.
 */
#ifndef X86_MTRR_H
#define X86_MTRR_H

#include "x86/ptable.h"

#define MTRR_MAX_VARIABLE 32u

#define MTRR_DEF_FE       BIT64(10) /* fixed-range MTRRs enabled */
#define MTRR_DEF_E        BIT64(11) /* MTRRs enabled */
#define MTRR_VALID        BIT64(11) /* in a PHYSMASK register */

struct mtrr_state {
	u64 def_type;  /* IA32_MTRR_DEF_TYPE */
	u64 fixed[11]; /* FIX64K, 2 x FIX16K, 8 x FIX4K */
	u64 base[MTRR_MAX_VARIABLE];
	u64 mask[MTRR_MAX_VARIABLE];
	u32 variable_count;
	u64 tom2;      /* AMD: memory from 4 GiB to here is WB by default */
	u32 phys_bits; /* MAXPHYADDR */
};

/**
 * mtrr_type - memory type at @pa.
 * @end: set to an address > @pa up to which the type certainly does not change.
 * Overlaps follow the SDM's rules: UC wins; WT over WB; anything else undefined, taken as UC.
 */
enum mem_type mtrr_type(const struct mtrr_state *m, u64 pa, u64 *end);

/** mtrr_read - read this CPU's MTRRs; a CPU without them yields "all WB" (mtrr_hw.c). */
void mtrr_read(struct mtrr_state *m);

#endif
