/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The neighbour of an attacker. It fills its RAM with a pattern, reads it again and again, and
 *looks for every other way in which something could have reached it: interrupts that it never asked
 *for, registers that it did not write, an info page that changed. Once a second it says how it
 *fares:
 *
 *	judge: ticks=N errors=E lost=L
 *
 * errors must be 0. lost counts gaps of more than one and a half periods between ticks; on an
 * emulator the host's scheduling makes those as well.
 */
#include "apic.h"
#include "cell.h"
#include "console.h"
#include "cpu.h"
#include "interrupts.h"
#include "memory.h"
#include "timer.h"

#define TICK_VECTOR    0x40u
#define TICK_US        10000u
#define TICKS_A_SECOND 100u
#define PATTERN_FIRST  0x400000u /* above the program, which guest.lds puts at 2 MiB */
#define TABLES_BYTES   0x8000u   /* the first page tables, at the end of the RAM */
#define WORDS_A_TICK   0x4000u
#define ERRORS_SHOWN   20u
#define PAGE_SIZE      4096u

#define APIC_ISR       0x100u
#define APIC_IRR       0x200u
#define MSR_EFER       0xc0000080u
#define MSR_PAT        0x277u
#define MSR_APIC_BASE  0x1bu

/* The interrupt handler writes ticks, lost and last_tsc; all else belongs to the main loop. */
static volatile u64 ticks, lost, last_tsc;
static volatile u64 unexpected; /* [handler] interrupts on vectors that nobody armed */
static u64 errors;

static void on_tick(void)
{
	u64 now = rdtsc();

	if (last_tsc && now - last_tsc > tsc_from_us(TICK_US * 3 / 2))
		lost = lost + 1;
	last_tsc = now;
	ticks = ticks + 1;
}

static void on_unexpected(void)
{
	unexpected = unexpected + 1;
}

static void report(const char *what, u64 where, u64 is, u64 was)
{
	if (errors++ < ERRORS_SHOWN)
		print("judge: ERROR: %s 0x%lx is 0x%lx, was 0x%lx\n", what, where, is, was);
}

/* The pattern: each word from its own address, so that a misplaced copy shows as well. */
static u64 pattern(u64 address)
{
	return (address ^ 0x6a09e667f3bcc908ULL) * 0x9e3779b97f4a7c15ULL;
}

static struct span {
	u64 first, end;
} ram;

static void find_ram(void)
{
	const struct bh_cell_mem *mem = cell_memory();

	for (u32 i = 0; i < cell_info->mem_count; i++) {
		u64 end = mem[i].gpa + mem[i].size;

		if (mem[i].kind == BH_MEM_RAM && end > ram.end)
			ram = (struct span){PATTERN_FIRST, end - TABLES_BYTES};
	}
}

static void fill(void)
{
	for (u64 at = ram.first; at < ram.end; at += 8)
		*(volatile u64 *)at = pattern(at);
}

/* The next part of the RAM; a wrong word is put right, so that it counts once. */
static void check_ram(void)
{
	static u64 at;

	for (u32 i = 0; i < WORDS_A_TICK; i++, at += 8) {
		volatile u64 *word;

		if (at < ram.first || at >= ram.end)
			at = ram.first;
		word = (volatile u64 *)at;
		if (*word == pattern(at))
			continue;
		report("memory at", at, *word, pattern(at));
		*word = pattern(at);
	}
}

static u64 read_pat(void)
{
	return rdmsr(MSR_PAT);
}

static u64 read_efer(void)
{
	return rdmsr(MSR_EFER);
}

static u64 read_apic_base(void)
{
	return rdmsr(MSR_APIC_BASE);
}

static u64 read_svr(void)
{
	return apic_read(APIC_SVR);
}

static u64 read_tpr(void)
{
	return apic_read(APIC_TPR);
}

static u64 read_lvt_timer(void)
{
	return apic_read(APIC_LVT_TIMER);
}

static u64 read_initial_count(void)
{
	return apic_read(APIC_TIMER_INITIAL);
}

/* Sum over the info page: it is the hypervisor's to write, and it must not. */
static u64 read_info_page(void)
{
	const u64 *word = (const u64 *)cell_info;
	u64 sum = 0;

	for (u32 i = 0; i < PAGE_SIZE / 8; i++)
		sum = (sum << 1 | sum >> 63) ^ word[i];
	return sum;
}

/* Registers that only this cell may change. */
static const struct {
	const char *name;
	u64 (*read)(void);
} registers[] = {
	{"CR0",		 read_cr0          },
	{"CR3",		 read_cr3          },
	{"CR4",		 read_cr4          },
	{"EFER",                read_efer         },
	{"PAT",		 read_pat          },
	{"APIC_BASE",           read_apic_base    },
	{"APIC SVR",            read_svr          },
	{"APIC TPR",            read_tpr          },
	{"APIC LVT timer",      read_lvt_timer    },
	{"APIC initial count",  read_initial_count},
	{"the info page's sum", read_info_page    },
};

static u64 seen[ARRAY_SIZE(registers)];

static void remember_registers(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(registers); i++)
		seen[i] = registers[i].read();
}

static void check_registers(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(registers); i++) {
		u64 value = registers[i].read();

		if (value == seen[i])
			continue;
		report(registers[i].name, i, value, seen[i]);
		seen[i] = value;
	}
}

/* With interrupts off: nothing may wait or be in service but the timer. */
static void check_pending(void)
{
	for (u32 i = 0; i < 8; i++) {
		u32 own = i == TICK_VECTOR / 32 ? 1u << TICK_VECTOR % 32 : 0;
		u32 pending = apic_read(APIC_IRR + i * 16) & ~own;
		u32 in_service = apic_read(APIC_ISR + i * 16);

		if (pending)
			report("pending interrupts from vector", i * 32, pending, 0);
		if (in_service)
			report("interrupts in service from vector", i * 32, in_service, 0);
	}
}

static void check_unexpected(void)
{
	static u64 counted;

	if (unexpected == counted)
		return;
	report("unexpected interrupts, vectors from", VECTOR_FIRST_FREE, unexpected, counted);
	counted = unexpected;
}

static void wait_for_tick(void)
{
	u64 before = ticks;

	while (ticks == before)
		wait_for_interrupt();
}

static void judge_forever(void)
{
	for (u64 n = 1;; n++) {
		wait_for_tick();
		check_pending();
		check_ram();
		check_unexpected();
		if (n % TICKS_A_SECOND)
			continue;
		check_registers();
		console_life_sign();
		print("judge: ticks=%lu errors=%lu lost=%lu\n", ticks, errors, lost);
	}
}

void cell_main(const struct bh_cell_info *info)
{
	find_ram();
	if (ram.end <= ram.first) {
		print("judge: %s needs more than 4 MiB of RAM from guest address 0\n", info->name);
		return;
	}
	fill();
	for (u32 vector = VECTOR_FIRST_FREE; vector < VECTOR_SPURIOUS; vector++)
		interrupts_handle((u8)vector, on_unexpected);
	interrupts_handle(TICK_VECTOR, on_tick);
	print("judge: watches %lu KiB\n", (ram.end - ram.first) / 1024);
	if (!timer_periodic(TICK_VECTOR, TICK_US)) {
		print("judge: the apic timer cannot count 10 ms at %u kHz\n", info->apic_khz);
		return;
	}
	remember_registers();
	judge_forever();
}
