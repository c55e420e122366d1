/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hostile cell: throws a bounded number of random and directed operations at everything outside
 * of it, from CPL 0, with the seed and the number that its arguments name. docs/attackers.md says
 * how a run is judged and repeated.
 */
#include "attacker.h"

#include "args.h"
#include "cell.h"
#include "console.h"
#include "control.h"
#include "cpu.h"
#include "final.h"
#include "list.h"
#include "memory.h"
#include "ops.h"
#include "prng.h"
#include "repair.h"
#include "run.h"
#include "second.h"
#include "smp.h"
#include "tables.h"
#include "trace.h"
#include "windows.h"

#define CPUS           2u
#define OPS_DEFAULT    20000u
#define SNAPSHOT_TRIES 1000u
#define BREATH         64u /* operations between two looks at waiting interrupts */

static struct area areas[CPUS];
static u64 seed, trace_from;

static const struct kind {
	void (*op)(struct attack *a);
	u32 weight;      /* of WEIGHTS */
	bool second_too; /* for the cell's second CPU as well */
	const char *name;
} kinds[] = {
	{op_port,        1500, true,  "port"       },
	{op_msr,         1400, true,  "msr"        },
	{op_memory,      2000, true,  "memory"     },
	{op_fetch,       300,  true,  "fetch"      },
	{op_walk,        300,  true,  "walk"       },
	{op_tables,      300,  true,  "tables"     },
	{op_bytes,       400,  true,  "bytes"      },
	{op_cpuid,       400,  true,  "cpuid"      },
	{op_hypercall,   300,  true,  "hypercall"  },
	{op_instruction, 800,  true,  "instruction"},
	{op_control,     800,  true,  "control"    },
	{op_paging_off,  100,  false, "paging_off" }, /* an NMI then meets an IDT of long mode */
	{op_apic_mmio,   500,  false, "apic_mmio"  },
	{op_apic_msr,    300,  false, "apic_msr"   },
	{op_apic_base,   50,   false, "apic_base"  },
	{op_icr,         400,  false, "icr"        },
	{op_interrupt,   145,  true,  "interrupt"  },
	{op_start,       2,    false, "start"      },
	{op_stop,        2,    false, "stop"       },
	{op_console,     1,    false, "console"    },
};

#define WEIGHTS 10000u

static const struct kind *only;
static u64 counts[ARRAY_SIZE(kinds)];

static const struct kind *pick_kind(struct attack *a)
{
	const struct kind *kind;
	u64 at;

	do {
		at = below(a, WEIGHTS);
		for (kind = kinds; at >= kind->weight; kind++)
			at -= kind->weight;
	} while (a->cpu && !kind->second_too);
	return kind;
}

/* The kind that only= names; the second CPU goes on with all that it may. */
static const struct kind *choose(struct attack *a)
{
	return only && !a->cpu ? only : pick_kind(a);
}

static void find_only(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++)
		if (args_is(cell_args(), "only", kinds[i].name))
			only = &kinds[i];
}

void attacker_step(struct attack *a, u64 number)
{
	const struct kind *kind;

	prng_start(a, seed, number);
	kind = choose(a);
	if (a->cpu == 0) {
		counts[kind - kinds]++;
		a->traced = number >= trace_from;
		if (a->traced)
			trace_name(number, kind->name);
	}
	kind->op(a);
	list_drawn(a);
	if (number % BREATH == 0)
		repair_interrupts(a);
}

struct attack *attacker_cpu(u32 cpu)
{
	struct area *area = &areas[cpu];
	struct attack *a = &area->attack;
	static bool remembered;

	memset(area->code, 0xcc, PAGE_SIZE);
	a->cpu = cpu;
	tables_init(area);
	write_cr3(windows_init(area));
	tables_load(area);
	if (!remembered)
		repair_remember();
	remembered = true;
	repair_settle(a);
	return a;
}

/* Says ten times how far it is. */
static void attack(struct attack *a, u64 first, u64 count)
{
	u64 tenth = count / 10 ? count / 10 : 1;

	list_begin(a);
	for (u64 i = 1; i <= count; i++) {
		attacker_step(a, first + i - 1);
		console_life_sign();
		if (i % tenth == 0)
			print("attacker: %lu%% ops=%lu list=%lx\n", i / tenth * 10, i, a->list);
	}
}

/* The first tenth once more: it must be the same operations. */
static void attack_again(struct attack *a, u64 first, u64 count)
{
	list_begin(a);
	for (u64 i = 0; i < count; i++)
		attacker_step(a, first + i);
	print("attacker: again ops=%lu list=%lx\n", count, a->list);
}

static long refused(u32 class)
{
	return hypercall(BH_HC_REFUSED, class, 0);
}

/*
 * The counters only grow: those read between two equal sums belong together. The second CPU may
 * still be counting while its INIT is on the way to it.
 */
static void say_refused(void)
{
	long of[BH_REFUSED_COUNT + 1], before;
	u32 tries = 0;

	do {
		second_stop(); /* again: see vcpu_post in hypervisor/core/events.c */
		before = refused(BH_REFUSED_COUNT);
		for (u32 i = 0; i <= BH_REFUSED_COUNT; i++)
			of[i] = refused(i);
	} while (of[BH_REFUSED_COUNT] != before && ++tries < SNAPSHOT_TRIES);
	if (tries == SNAPSHOT_TRIES)
		print("attacker: FAILED: the second CPU cannot be stopped\n");
	print("attacker: refused memory=%ld port=%ld msr=%ld apic=%ld instruction=%ld all=%ld\n",
	      of[BH_REFUSED_MEMORY], of[BH_REFUSED_PORT], of[BH_REFUSED_MSR], of[BH_REFUSED_APIC],
	      of[BH_REFUSED_INSTRUCTION], of[BH_REFUSED_COUNT]);
}

static void summary(const struct attack *a)
{
	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++)
		print("attacker: kind %s=%lu\n", kinds[i].name, counts[i]);
	for (u32 i = 0; i < 32; i++)
		if (a->faults[i])
			print("attacker: vector %u=%lu\n", i, a->faults[i]);
	say_refused();
	print("attacker: runs=%lu idle_nmis=%lu idle_debugs=%lu gd_stuck=%lu\n", a->runs,
	      a->idle_nmis, a->idle_debugs, a->gd_stuck);
}

void cell_main(const struct bh_cell_info *info)
{
	const char *args = cell_args();
	u64 ops = args_number(args, "ops", OPS_DEFAULT);
	u64 first = args_number(args, "first", 0);
	struct attack *a;

	(void)info;
	seed = args_number(args, "seed", 1);
	trace_from = args_number(args, "trace", ~0ULL);
	find_only();
	print("attacker: seed=%lu ops=%lu first=%lu cpus=%u\n", seed, ops, first,
	      cell_info->cpu_count);
	second_prepare();
	a = attacker_cpu(0);
	attack(a, first, ops);
	attack_again(a, first, ops / 10);
	repair_settle(a);
	summary(a);
	print("attacker: done ops=%lu seed=%lu\n", ops, seed);
	final(a);
}
