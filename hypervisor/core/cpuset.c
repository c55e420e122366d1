/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/cpuset.h"

bool cpuset_empty(const struct cpuset *set)
{
	u64 all = 0;

	for (u32 i = 0; i < CPUSET_WORDS; i++)
		all |= set->word[i];
	return !all;
}

u32 cpuset_count(const struct cpuset *set)
{
	u32 count = 0;

	/* Clearing the lowest bit per step: no POPCNT and no library helper is needed. */
	for (u32 i = 0; i < CPUSET_WORDS; i++)
		for (u64 rest = set->word[i]; rest; rest &= rest - 1)
			count++;
	return count;
}

bool cpuset_subset(const struct cpuset *sub, const struct cpuset *super)
{
	for (u32 i = 0; i < CPUSET_WORDS; i++)
		if (sub->word[i] & ~super->word[i])
			return false;
	return true;
}

bool cpuset_intersects(const struct cpuset *a, const struct cpuset *b)
{
	for (u32 i = 0; i < CPUSET_WORDS; i++)
		if (a->word[i] & b->word[i])
			return true;
	return false;
}

void cpuset_and(struct cpuset *out, const struct cpuset *a, const struct cpuset *b)
{
	for (u32 i = 0; i < CPUSET_WORDS; i++)
		out->word[i] = a->word[i] & b->word[i];
}

void cpuset_or(struct cpuset *out, const struct cpuset *a, const struct cpuset *b)
{
	for (u32 i = 0; i < CPUSET_WORDS; i++)
		out->word[i] = a->word[i] | b->word[i];
}

/* Decimal digits of a number below 1000; returns how many. */
static u32 put_number(char *text, u32 number)
{
	u32 digits = number >= 100 ? 3 : number >= 10 ? 2 : 1;

	for (u32 i = digits; i-- > 0; number /= 10)
		text[i] = (char)('0' + number % 10);
	return digits;
}

/* Writes "a", "a-b" or, behind an earlier range, ",a-b"; returns the length, at most 8. */
static u32 put_range(char *text, bool first, u32 from, u32 to)
{
	u32 n = 0;

	if (!first)
		text[n++] = ',';
	n += put_number(text + n, from);
	if (to > from) {
		text[n++] = '-';
		n += put_number(text + n, to);
	}
	return n;
}

bool cpuset_format(char *buf, u32 size, const struct cpuset *set)
{
	u32 used = 0;

	if (!size)
		return false;
	buf[0] = '\0';
	for (u32 from = cpuset_first(set); from < BH_MAX_CPUS;) {
		char text[8];
		u32 to = from;

		while (cpuset_test(set, to + 1))
			to++;

		u32 n = put_range(text, used == 0, from, to);

		if (n >= size - used)
			return false;
		for (u32 i = 0; i < n; i++)
			buf[used++] = text[i];
		buf[used] = '\0';
		from = cpuset_next(set, to + 1);
	}
	return true;
}
