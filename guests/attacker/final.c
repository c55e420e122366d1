/* SPDX-License-Identifier: BSD-2-Clause */
#include "final.h"

#include "args.h"
#include "attacker.h"
#include "cell.h"
#include "console.h"
#include "control.h"
#include "cpu.h"
#include "memory.h"
#include "second.h"
#include "tables.h"
#include "timer.h"
#include "windows.h"

#define NOTHING_THERE 0x7000000000ULL /* no cell has anything at this guest-physical address */
#define DYING_US      10000000u       /* a busy emulator may not run the second CPU for long */
#define DEATH_US      200000u
#define OPS_AFTER     1000u
#define TSS_IST1      0x24u

static void end_triple(struct area *area)
{
	struct table_pointer none = {0, 0};

	(void)area;
	__asm__ volatile("lidt %0; ud2" : : "m"(none));
}

static void end_walk(struct area *area)
{
	(void)area;
	write_cr3(NOTHING_THERE & 0xffffffff000ULL);
}

static void end_idt(struct area *area)
{
	struct table_pointer idt = {0xfff, window_pair(&area->attack, NOTHING_THERE, 0)};

	__asm__ volatile("lidt %0; int $0x20" : : "m"(idt));
}

static void end_gdt(struct area *area)
{
	struct table_pointer gdt = {0xfff, window_pair(&area->attack, NOTHING_THERE, 0)};

	__asm__ volatile("lgdt %0; int $0x20" : : "m"(gdt));
}

static void end_stack(struct area *area)
{
	u64 stack = window_pair(&area->attack, NOTHING_THERE, 0) + PAGE_SIZE;

	for (u32 i = 0; i < IST_COUNT; i++)
		memcpy(tables_tss(area) + TSS_IST1 + 8 * i, &stack, sizeof(stack));
	__asm__ volatile("ud2");
}

static const struct {
	const char *name;
	void (*end)(struct area *area);
} ends[] = {
	{"triple", end_triple},
        {"walk",   end_walk  },
        {"idt",    end_idt   },
	{"gdt",    end_gdt   },
        {"stack",  end_stack },
};

static void end(struct attack *a)
{
	for (u32 i = 0; i < ARRAY_SIZE(ends); i++)
		if (args_is(cell_args(), "final", ends[i].name))
			ends[i].end(area_of(a));
}

static volatile bool dying; /* the second CPU has nothing left to do but end */

static void second_end(u32 cpu)
{
	struct attack *a = attacker_cpu(cpu);

	dying = true;
	end(a);
}

/* Whatever the first CPU does next may be an INIT for the second, which would save its life. */
static void wait_for_death(void)
{
	for (u64 start = rdtsc(); !dying && rdtsc() - start < tsc_from_us(DYING_US);)
		pause();
	delay_us(DEATH_US);
}

void final(struct attack *a)
{
	if (!args_has(cell_args(), "final"))
		return;
	if (!second_exists()) {
		end(a);
		print("attacker: FAILED: the CPU has outlived final=\n");
		return;
	}
	if (!second_start(second_end))
		return;
	wait_for_death();
	for (u64 i = 0; i < OPS_AFTER; i++)
		attacker_step(a, BIT(62) | i);
	print("attacker: cpu 0 goes on after the end of cpu 1\n");
}
