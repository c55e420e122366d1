/* SPDX-License-Identifier: BSD-2-Clause */
#include "smp.h"

#include "apic.h"
#include "cell.h"
#include "cpu.h"
#include "interrupts.h"
#include "memory.h"
#include "timer.h"

#define TRAMPOLINE_GPA    0x8000u /* as in trampoline.asm; a SIPI can start any page below 1 MiB */
#define TRAMPOLINE_PARAMS 0xf80u
#define PAGE_SIZE         0x1000u
#define STACK_SIZE        0x2000u
#define UP_TIMEOUT_US     10000000u /* microseconds, but on a busy emulator */

/* SDM vol. 3, "MP Initialization Example": 10 ms after INIT, 200 us after the first SIPI. */
#define INIT_DELAY_US 10000u
#define SIPI_DELAY_US 200u

/* SDM vol. 4, IA32_EFER: SYSCALL, long mode and NX enable; the rest is status or not ours. */
#define MSR_EFER     0xc0000080u
#define EFER_CONTROL 0x901u

struct trampoline_params {
	u64 stack;
	u64 entry;
	u64 arg;
	u64 cr3;
	u64 cr4;
	u64 cr0;
	u64 efer;
	u16 gdt_limit;
	u16 gdt_base_low; /* the 32-bit pointer of LGDT is not aligned */
	u16 gdt_base_high;
	u16 reserved;
};

_Static_assert(sizeof(struct trampoline_params) == 64, "trampoline.asm: P_GDT and before");
_Static_assert(offsetof(struct trampoline_params, gdt_limit) == 0x38, "trampoline.asm: P_GDT");

extern const u8 trampoline_page[], trampoline_page_end[];
extern const u64 guest_gdt[4];
void load_tables(void);

static u8 stacks[SMP_MAX_CPUS][STACK_SIZE] __attribute__((aligned(16)));
static void (*volatile next_main)(u32 cpu); /* of the CPU that is being started */
static u32 last_up;                         /* index of the CPU that came up last */

static void secondary_start(u32 cpu)
{
	void (*cpu_main)(u32) = next_main;

	load_tables();
	interrupts_load();
	apic_init();
	/* Pairs with wait_until_up: next_main has been read, the next CPU may be started. */
	__atomic_store_n(&last_up, cpu, __ATOMIC_RELEASE);
	cpu_main(cpu);
	halt();
}

static void prepare(u32 cpu)
{
	u8 *page = (u8 *)(uintptr_t)TRAMPOLINE_GPA;
	struct trampoline_params params = {
		/* The trampoline calls, so the stack is aligned as the ABI wants it. */
		.stack = (uintptr_t)(stacks[cpu] + STACK_SIZE),
		.entry = (uintptr_t)secondary_start,
		.arg = cpu,
		.cr3 = read_cr3(),
		.cr4 = read_cr4(),
		.cr0 = read_cr0(),
		.efer = rdmsr(MSR_EFER) & EFER_CONTROL,
		.gdt_limit = sizeof(guest_gdt) - 1,
		.gdt_base_low = (u16)(uintptr_t)guest_gdt,
		.gdt_base_high = (u16)((uintptr_t)guest_gdt >> 16),
	};

	memcpy(page, trampoline_page, (size_t)(trampoline_page_end - trampoline_page));
	memcpy(page + TRAMPOLINE_PARAMS, &params, sizeof(params));
}

static bool wait_until_up(u32 cpu)
{
	u64 start = rdtsc();
	u64 ticks = tsc_from_us(UP_TIMEOUT_US);

	while (__atomic_load_n(&last_up, __ATOMIC_ACQUIRE) != cpu) {
		if (rdtsc() - start > ticks)
			return false;
		pause();
	}
	return true;
}

static void init_sipi(u32 dest)
{
	apic_send(dest, APIC_ICR_INIT);
	delay_us(INIT_DELAY_US);
	apic_send(dest, APIC_ICR_SIPI | TRAMPOLINE_GPA / PAGE_SIZE);
	delay_us(SIPI_DELAY_US);
	/* The manual sends a second one, in case the first came too early; a running CPU ignores
	 * it. */
	apic_send(dest, APIC_ICR_SIPI | TRAMPOLINE_GPA / PAGE_SIZE);
}

const char *smp_start(u32 cpu, void (*cpu_main)(u32 cpu))
{
	if (cpu == 0 || cpu >= cell_info->cpu_count || cpu >= SMP_MAX_CPUS)
		return "no such CPU";
	if (!cell_ram_covers(TRAMPOLINE_GPA, PAGE_SIZE))
		return "no RAM at 0x8000 for the start code";
	if (read_cr3() >> 32)
		return "page tables above 4 GiB, which a starting CPU cannot load";
	next_main = cpu_main;
	prepare(cpu);
	__atomic_store_n(&last_up, 0, __ATOMIC_RELAXED); /* it may be started again */
	init_sipi(cell_apic_ids()[cpu]);
	return wait_until_up(cpu) ? NULL : "it did not answer within ten seconds";
}
