/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/mtrr.h"

#define MIB 0x100000ULL

/* SDM vol. 3, "Fixed Range MTRRs": 8 x 64 KiB, 16 x 16 KiB, 64 x 4 KiB, one byte each */
static enum mem_type fixed_type(const struct mtrr_state *m, u64 pa, u64 *end)
{
	u32 shift, field;

	if (pa < 0x80000) {
		shift = 16;
		field = (u32)(pa >> 16);
	} else if (pa < 0xc0000) {
		shift = 14;
		field = 8 + (u32)((pa - 0x80000) >> 14);
	} else {
		shift = 12;
		field = 24 + (u32)((pa - 0xc0000) >> 12);
	}
	*end = ((pa >> shift) + 1) << shift;
	return (enum mem_type)(m->fixed[field / 8] >> (field % 8 * 8) & 7);
}

/* Two overlapping variable ranges (SDM vol. 3, "MTRR Precedences") */
static enum mem_type combine(enum mem_type a, enum mem_type b)
{
	if (a == b)
		return a;
	if ((a == MT_WT && b == MT_WB) || (a == MT_WB && b == MT_WT))
		return MT_WT;
	return MT_UC;
}

enum mem_type mtrr_type(const struct mtrr_state *m, u64 pa, u64 *end)
{
	u64 limit = m->phys_bits >= 52 ? 1ULL << 52 : 1ULL << m->phys_bits;
	enum mem_type type = MT_UC;
	bool found = false;

	*end = pa < MIB ? MIB : limit > pa ? limit : ~PAGE_MASK;
	if (!(m->def_type & MTRR_DEF_E))
		return MT_UC;
	if (pa < MIB && (m->def_type & MTRR_DEF_FE))
		return fixed_type(m, pa, end);
	for (u32 i = 0; i < m->variable_count; i++) {
		u64 mask = m->mask[i] & (limit - 1) & ~PAGE_MASK;
		u64 base = m->base[i] & mask;
		u64 size = mask &
			   -mask; /* contiguous masks: one range; others: runs of this size */
		u64 run = (pa & ~(size - 1)) + size;

		if (!(m->mask[i] & MTRR_VALID) || !mask)
			continue;
		if (base > pa && base < *end)
			*end = base;
		if ((pa & mask) != base) {
			if (mask != (limit - 1) + 1 - size && run < *end)
				*end = run; /* a mask with holes: the type may change at each run */
			continue;
		}
		type = found ? combine(type, (enum mem_type)(m->base[i] & 0xff))
			     : (enum mem_type)(m->base[i] & 0xff);
		found = true;
		if (run < *end)
			*end = run;
	}
	if (found)
		return type;
	if (pa<SIZE_4G && * end> SIZE_4G)
		*end = SIZE_4G;
	if (pa < SIZE_4G || pa >= m->tom2)
		return (enum mem_type)(m->def_type & 7);
	if (*end > m->tom2)
		*end = m->tom2;
	return MT_WB; /* APM vol. 2, "Top of Memory": SYSCFG.Tom2ForceMemTypeWB */
}
