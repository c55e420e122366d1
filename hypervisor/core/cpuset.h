/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets of CPUs by Bulkhead's CPU number (index into the boot info's cpus[], not an APIC id).
 * Every function works on the whole range 0 .. BH_MAX_CPUS - 1; there is no 64-CPU short cut.
 */
#ifndef CORE_CPUSET_H
#define CORE_CPUSET_H

#include "core/types.h"

#define BH_MAX_CPUS  256u
#define CPUSET_WORDS (BH_MAX_CPUS / 64u)

/* Longest list that cpuset_format can produce: pairs with gaps, "0-1,3-4,6-7,...", plus the NUL. */
#define CPUSET_FORMAT_MAX 610u

struct cpuset {
	u64 word[CPUSET_WORDS];
};

/** cpuset_clear_all - make the set empty. */
static inline void cpuset_clear_all(struct cpuset *set)
{
	for (u32 i = 0; i < CPUSET_WORDS; i++)
		set->word[i] = 0;
}

/** cpuset_set - add a CPU; a number outside 0 .. BH_MAX_CPUS - 1 changes nothing. */
static inline void cpuset_set(struct cpuset *set, u32 cpu)
{
	if (cpu < BH_MAX_CPUS)
		set->word[cpu / 64] |= 1ULL << (cpu % 64);
}

/** cpuset_clear - take a CPU out; a number outside the range changes nothing. */
static inline void cpuset_clear(struct cpuset *set, u32 cpu)
{
	if (cpu < BH_MAX_CPUS)
		set->word[cpu / 64] &= ~(1ULL << (cpu % 64));
}

/** cpuset_test - is the CPU a member? False for numbers outside the range. */
static inline bool cpuset_test(const struct cpuset *set, u32 cpu)
{
	return cpu < BH_MAX_CPUS && ((set->word[cpu / 64] >> (cpu % 64)) & 1);
}

/** cpuset_next - smallest member that is >= cpu, or BH_MAX_CPUS if there is none. */
static inline u32 cpuset_next(const struct cpuset *set, u32 cpu)
{
	if (cpu >= BH_MAX_CPUS)
		return BH_MAX_CPUS;

	u32 i = cpu / 64;
	u64 rest = set->word[i] & (~0ULL << (cpu % 64));

	while (!rest) {
		if (++i == CPUSET_WORDS)
			return BH_MAX_CPUS;
		rest = set->word[i];
	}
	return i * 64 + (u32)__builtin_ctzll(rest);
}

/** cpuset_first - smallest member, or BH_MAX_CPUS if the set is empty. */
static inline u32 cpuset_first(const struct cpuset *set)
{
	return cpuset_next(set, 0);
}

/** for_each_cpu - run the body for every member, in ascending order; cpu is a u32 variable. */
#define for_each_cpu(cpu, set)                                                                     \
	for ((cpu) = cpuset_first(set); (cpu) < BH_MAX_CPUS; (cpu) = cpuset_next((set), (cpu) + 1))

/** cpuset_empty - has the set no member? */
bool cpuset_empty(const struct cpuset *set);

/** cpuset_count - number of members, 0 .. BH_MAX_CPUS. */
u32 cpuset_count(const struct cpuset *set);

/** cpuset_subset - is every member of sub also a member of super? */
bool cpuset_subset(const struct cpuset *sub, const struct cpuset *super);

/** cpuset_intersects - do the two sets share a member? */
bool cpuset_intersects(const struct cpuset *a, const struct cpuset *b);

/** cpuset_and - out = a and b; out may be the same object as a or b. */
void cpuset_and(struct cpuset *out, const struct cpuset *a, const struct cpuset *b);

/** cpuset_or - out = a or b; out may be the same object as a or b. */
void cpuset_or(struct cpuset *out, const struct cpuset *a, const struct cpuset *b);

/**
 * cpuset_format - write the set as a Linux CPU list, such as "0-2,5"; "" for the empty set.
 * @buf: gets the NUL-terminated text.   @size: bytes of buf; CPUSET_FORMAT_MAX always suffices.
 * Return: true; false if the text did not fit, buf then holds the ranges that did (NUL-terminated
 * if size > 0).
 */
bool cpuset_format(char *buf, u32 size, const struct cpuset *set);

#endif
