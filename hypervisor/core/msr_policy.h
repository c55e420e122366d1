/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which MSRs a cell may touch directly: an allow-list, each entry with its reason. What is not in
 * it exits and is emulated (msr.c) or answered with #GP. Pure.
 */
#ifndef CORE_MSR_POLICY_H
#define CORE_MSR_POLICY_H

#include "core/types.h"

#define MSR_FOR_ROOT BIT32(0)
#define MSR_FOR_RT   BIT32(1)
#define MSR_FOR_ALL  (MSR_FOR_ROOT | MSR_FOR_RT)
#define MSR_R        BIT32(0)
#define MSR_W        BIT32(1)
#define MSR_RW       (MSR_R | MSR_W)

struct msr_rule {
	u32 first, last;
	u8 cells;  /* MSR_FOR_x */
	u8 access; /* MSR_R, MSR_W: passes without exit */
	const char *why;
};

extern const struct msr_rule msr_rules[];
extern const u32 msr_rule_count;

typedef void (*msr_allow_fn)(void *bitmap, u32 first, u32 last, bool read, bool write);

/** msr_policy_apply - open what the rules allow; @bitmap has everything trapped before. */
void msr_policy_apply(void *bitmap, bool is_root, msr_allow_fn allow);

/** msr_write_ignored - is a trapped write to be swallowed rather than answered with #GP? */
bool msr_write_ignored(u32 msr, bool is_root);

/** msr_mcg_cap - IA32_MCG_CAP as root sees it. */
u64 msr_mcg_cap(u64 cap);

#endif
