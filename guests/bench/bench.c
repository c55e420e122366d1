/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Costs seen from inside a cell, in TSC ticks, as lines "bench NAME=VALUE".
 *
 * Each loop stands between two RDTSCs in one piece of assembly, because on emulators a plugin may
 * count instructions from RDTSC to RDTSC. Before the first line of results the CPU executes these
 * four pairs and no other RDTSC after the line "bench start": empty loop, CPUID loop, empty loop,
 * ICR loop.
 */
#include "apic.h"
#include "cell.h"
#include "console.h"
#include "cpu.h"
#include "interrupts.h"
#include "timer.h"

#define ROUNDS      1000u
#define IPI_VECTOR  0x50u
#define TICK_VECTOR 0x40u
#define TICK_US     100000u
#define TICKS       30u /* 3 s */
#define SECONDS     3u

static volatile u32 ipis;
static volatile u32 ticks;

static void on_ipi(void)
{
	ipis = ipis + 1;
}

static void on_tick(void)
{
	ticks = ticks + 1;
}

/*
 * Runs `body` ROUNDS times between two RDTSCs. In every variant EAX, ECX and EDX are loaded in each
 * round, so that the empty loop takes exactly the rest away.
 */
#define MEASURE(body, eax, ecx, edx)                                                               \
	({                                                                                         \
		u32 start_low, start_high, end_low, end_high;                                      \
		__asm__ volatile("mov %[rounds], %%r8d\n\t"                                        \
				 "mov %[a], %%r9d\n\t"                                             \
				 "mov %[c], %%r10d\n\t"                                            \
				 "mov %[d], %%r11d\n\t"                                            \
				 "rdtsc\n\t"                                                       \
				 "mov %%eax, %%esi\n\t"                                            \
				 "mov %%edx, %%edi\n\t"                                            \
				 "1:\n\t"                                                          \
				 "mov %%r9d, %%eax\n\t"                                            \
				 "mov %%r10d, %%ecx\n\t"                                           \
				 "mov %%r11d, %%edx\n\t" body "\n\t"                               \
				 "dec %%r8d\n\t"                                                   \
				 "jnz 1b\n\t"                                                      \
				 "rdtsc"                                                           \
				 : "=S"(start_low), "=D"(start_high), "=a"(end_low),               \
				   "=d"(end_high)                                                  \
				 : [rounds] "i"(ROUNDS), [a] "g"(eax), [c] "g"(ecx), [d] "g"(edx)  \
				 : "rbx", "rcx", "r8", "r9", "r10", "r11", "memory", "cc");        \
		((u64)end_high << 32 | end_low) - ((u64)start_high << 32 | start_low);             \
	})

static u64 measure_empty(void)
{
	return MEASURE("", 0u, 0u, 0u);
}

static u64 measure_cpuid(void)
{
	return MEASURE("cpuid", 0u, 0u, 0u);
}

/* A fixed IPI to this CPU. Interrupts are off: all but the first find it pending already. */
static u64 measure_icr_msr(void)
{
	return MEASURE("wrmsr", APIC_ICR_FIXED | IPI_VECTOR, MSR_X2APIC_BASE + APIC_ICR / 16,
		       apic_id());
}

static u64 measure_icr_mmio(void)
{
	apic_write(APIC_ICR_HIGH, apic_id() << 24);
	return MEASURE("mov %%eax, (%%rcx)", APIC_ICR_FIXED | IPI_VECTOR,
		       APIC_XAPIC_BASE + APIC_ICR, 0u);
}

static u64 per_round(u64 loop, u64 empty)
{
	return loop > empty ? (loop - empty) / ROUNDS : 0;
}

static void bench_cpuid(void)
{
	u64 empty = measure_empty();
	u64 loop = measure_cpuid();

	print("bench cpuid_exit_ticks=%lu\n", per_round(loop, empty));
}

static void bench_icr(void)
{
	bool x2apic = apic_is_x2apic();
	u64 empty = measure_empty();
	u64 loop = x2apic ? measure_icr_msr() : measure_icr_mmio();

	while (!ipis)
		wait_for_interrupt();
	print("bench %s=%lu\n", x2apic ? "icr_exit_ticks" : "icr_mmio_exit_ticks",
	      per_round(loop, empty));
}

/* Exits of this CPU so far, by class or, with BH_EXIT_COUNT, of all classes. */
static u64 exits(u32 class)
{
	return (u64)hypercall(BH_HC_EXITS, class, 0);
}

static void tick_and_print(void)
{
	for (u32 seen = 0; seen < TICKS; seen++) {
		while (ticks == seen)
			wait_for_interrupt();
		print("tick %u\n", seen + 1);
	}
}

/* Rounded up: a single exit must not disappear. */
static u64 per_second(u64 count)
{
	return (count + SECONDS - 1) / SECONDS;
}

/*
 * The steady state of a real-time cell. Hypercalls are counted apart: those of the console's
 * doorbell are this guest's choice, and those that ask for the counters are no part of it. Both
 * counters are read in the same order before and after, so each difference holds two of the latter.
 */
static void bench_steady_state(void)
{
	if (!timer_periodic(TICK_VECTOR, TICK_US)) {
		print("bench failed: the apic timer cannot count 100 ms at %u kHz\n",
		      cell_info->apic_khz);
		return;
	}

	u64 all = exits(BH_EXIT_COUNT);
	u64 calls = exits(BH_EXIT_HYPERCALL);

	tick_and_print();
	all = exits(BH_EXIT_COUNT) - all;
	calls = exits(BH_EXIT_HYPERCALL) - calls;
	timer_stop();

	print("bench rt_exits_per_second=%lu\n", per_second(all - calls));
	print("bench rt_hypercalls_per_second=%lu\n", per_second(calls - 2));
}

void cell_main(const struct bh_cell_info *info)
{
	interrupts_handle(IPI_VECTOR, on_ipi);
	interrupts_handle(TICK_VECTOR, on_tick);
	print("bench start tsc_khz=%u apic=%s\n", info->tsc_khz,
	      apic_is_x2apic() ? "x2apic" : "xapic");
	bench_cpuid();
	bench_icr();
	bench_steady_state();
	print("bench done\n");
}
