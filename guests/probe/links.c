/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory shared with another cell, which counts its ticks there; this cell may only read it. */
#include "cell.h"
#include "cpu.h"
#include "probe.h"
#include "timer.h"
#include "try.h"

#define LINK    "ticks"
#define WAIT_US 10000000u /* ten ticks a second, on an emulator that may be held up */
#define PATTERN 0x1122334455667788ULL

/* What the other cell writes, and a word that it leaves alone. */
struct ticks {
	volatile u64 count, idle;
};

static struct ticks *find(void)
{
	const struct bh_cell_link *link = cell_link(LINK);

	if (link && !(link->flags & BH_MEM_FLAG_WRITE))
		return (struct ticks *)(uintptr_t)link->gpa;
	because(link ? "the info page says the cell may write to link " LINK
		     : "the info page has no link " LINK);
	return NULL;
}

static bool other_cell_is_seen(void)
{
	u64 start = rdtsc(), before;
	struct ticks *ticks = find();

	if (!ticks)
		return false;
	for (before = ticks->count; ticks->count == before;)
		if (rdtsc() - start > tsc_from_us(WAIT_US))
			return because("its count stays at %lu", before);
	return true;
}

static void write_idle(void *arg)
{
	struct ticks *ticks = arg;

	ticks->idle = PATTERN;
}

static bool write_vanishes(void)
{
	struct ticks *ticks = find();

	if (!ticks || !expect_none(write_idle, ticks, "a write"))
		return false;
	return !ticks->idle || because("it reads 0x%lx afterwards", ticks->idle);
}

static void or_idle(void *arg)
{
	struct ticks *ticks = arg;

	__asm__ volatile("orq $1, %0" : "+m"(ticks->idle));
}

/* It reads what is there, and only its write is lost: the flags tell. */
static bool read_modify_write(void)
{
	struct ticks *ticks = find();
	u8 zero = 0;

	if (!ticks || !expect_none(or_idle, ticks, "a read-modify-write"))
		return false;
	__asm__ volatile("andq $-1, %1\n\tsetz %0" : "=q"(zero), "+m"(ticks->idle) : : "cc");
	return (zero && !ticks->idle) || because("it does not see the link's 0");
}

static bool nothing_behind_it(void)
{
	const struct bh_cell_link *link = cell_link(LINK);
	u64 value;

	if (!find())
		return false;
	value = *(volatile u64 *)(uintptr_t)(link->gpa + link->size);
	return value == ~0ULL || because("0x%lx is behind it", value);
}

const struct probe link_probes[] = {
	{"what another cell writes to a link", other_cell_is_seen},
	{"write to a link that is to be read", write_vanishes    },
	{"read-modify-write of such a link",   read_modify_write },
	{"memory behind a link",               nothing_behind_it },
	{NULL,				 NULL              },
};
