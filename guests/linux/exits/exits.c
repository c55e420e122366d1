/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /exits seconds=N: why the root cell's CPUs have left it for Bulkhead, in N seconds or, without
 * seconds=, since the start. One line for each CPU it may run on and one for all of them:
 *
 *	exits: cpu=0 cpuid=41 msr=310 ...
 *	exits: all ns=10000061234 cpuid=60 ...
 */
#include <bulkhead/cell.h>

#include "program.h"

#define MAX_CPUS        1024u
#define CLOCK_MONOTONIC 1

static const char *const names[BH_EXIT_COUNT] = {
	[BH_EXIT_CPUID] = "cpuid",
	[BH_EXIT_MSR] = "msr",
	[BH_EXIT_ICR] = "icr",
	[BH_EXIT_XAPIC] = "xapic",
	[BH_EXIT_CR] = "cr",
	[BH_EXIT_XSETBV] = "xsetbv",
	[BH_EXIT_IO] = "io",
	[BH_EXIT_MEMORY] = "memory",
	[BH_EXIT_HYPERCALL] = "hypercall",
	[BH_EXIT_NMI] = "nmi",
	[BH_EXIT_TIMER] = "timer",
	[BH_EXIT_EXCEPTION] = "exception",
	[BH_EXIT_INIT_SIPI] = "init_sipi",
	[BH_EXIT_OTHER] = "other",
};

struct timespec {
	u64 seconds, ns;
};

static u64 allowed[MAX_CPUS / 64];
static u64 before[MAX_CPUS][BH_EXIT_COUNT], after[MAX_CPUS][BH_EXIT_COUNT];

static bool is_allowed(u32 cpu)
{
	return allowed[cpu / 64] >> cpu % 64 & 1;
}

static void run_on(const u64 *cpus)
{
	sys(SYS_SCHED_SETAFFINITY, 0, sizeof(allowed), (long)cpus, 0, 0, 0);
}

static void run_on_one(u32 cpu)
{
	u64 one[MAX_CPUS / 64] = {0};

	one[cpu / 64] = 1ULL << cpu % 64;
	run_on(one);
}

static void read_all(u64 counters[MAX_CPUS][BH_EXIT_COUNT])
{
	for (u32 cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (!is_allowed(cpu))
			continue;
		run_on_one(cpu);
		for (u32 i = 0; i < BH_EXIT_COUNT; i++)
			counters[cpu][i] = (u64)hypercall(BH_HC_EXITS, i);
	}
	run_on(allowed);
}

/* Between two readings of a CPU there are as many hypercalls of ours as there are counters. */
static u64 difference(u32 cpu, u32 reason)
{
	u64 own = reason == BH_EXIT_HYPERCALL && before[cpu][reason] ? BH_EXIT_COUNT : 0;

	return after[cpu][reason] - before[cpu][reason] - own;
}

static void say_cpu(u32 cpu)
{
	say("exits: cpu=%u", (u64)cpu);
	for (u32 i = 0; i < BH_EXIT_COUNT; i++)
		say(" %s=%u", names[i], difference(cpu, i));
	say("\n");
}

static void say_all(u64 ns)
{
	say("exits: all ns=%u", ns);
	for (u32 i = 0; i < BH_EXIT_COUNT; i++) {
		u64 sum = 0;

		for (u32 cpu = 0; cpu < MAX_CPUS; cpu++)
			if (is_allowed(cpu))
				sum += difference(cpu, i);
		say(" %s=%u", names[i], sum);
	}
	say("\n");
}

static u64 now(void)
{
	struct timespec t = {0, 0};

	sys(SYS_CLOCK_GETTIME, CLOCK_MONOTONIC, (long)&t, 0, 0, 0, 0);
	return t.seconds * 1000000000 + t.ns;
}

int program_main(int count, char **words)
{
	struct timespec wait = {program_option(count, words, "seconds", 0), 0};
	u64 start = 0;

	if (sys(SYS_SCHED_GETAFFINITY, 0, sizeof(allowed), (long)allowed, 0, 0, 0) < 0) {
		say("exits: the kernel has more than 1024 CPUs\n");
		return 2;
	}
	if (wait.seconds) {
		read_all(before);
		start = now();
		sys(SYS_NANOSLEEP, (long)&wait, 0, 0, 0, 0, 0);
	}
	read_all(after);
	for (u32 cpu = 0; cpu < MAX_CPUS; cpu++)
		if (is_allowed(cpu))
			say_cpu(cpu);
	say_all(now() - start);
	return 0;
}
