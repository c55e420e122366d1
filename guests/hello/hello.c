/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The smallest useful real-time cell: says what it was given, starts its other CPUs and ticks. With
 * an x2APIC a tick costs no VM exit: the timer runs in hardware, EOI is not trapped, the console is
 * memory.
 */
#include "apic.h"
#include "cell.h"
#include "console.h"
#include "cpu.h"
#include "interrupts.h"
#include "smp.h"
#include "timer.h"

#define TICK_VECTOR 0x40u
#define TICK_US     100000u

static volatile u64 tick_count;
static volatile u64 tick_tsc; /* of the latest tick, taken first thing in its handler */

static void on_tick(void)
{
	tick_tsc = rdtsc();
	tick_count = tick_count + 1;
}

static const char *memory_kind(u32 kind)
{
	switch (kind) {
	case BH_MEM_RAM:
		return "ram";
	case BH_MEM_INFO:
		return "info";
	case BH_MEM_CONSOLE:
		return "console";
	default:
		return "unknown";
	}
}

static void print_lists(const struct bh_cell_info *info)
{
	const struct bh_cell_mem *mem = cell_memory();

	for (u32 i = 0; i < info->cpu_count; i++)
		print("info cpu %u apic_id=%u\n", i, cell_apic_ids()[i]);
	for (u32 i = 0; i < info->mem_count; i++)
		print("info memory %u gpa=0x%lx size=0x%lx kind=%s flags=0x%x\n", i, mem[i].gpa,
		      mem[i].size, memory_kind(mem[i].kind), mem[i].flags);
	for (u32 i = 0; i < info->link_count; i++)
		print("info link %u name=%s gpa=0x%lx size=0x%lx flags=0x%x\n", i,
		      cell_links()[i].name, cell_links()[i].gpa, cell_links()[i].size,
		      cell_links()[i].flags);
	for (u32 i = 0; i < info->port_count; i++)
		print("info ports %u 0x%x-0x%x\n", i, cell_ports()[i].first, cell_ports()[i].last);
	for (u32 i = 0; i < info->irq_count; i++)
		print("info irq %u gsi=%u ioapic_gpa=0x%lx pin=%u\n", i, cell_irqs()[i].gsi,
		      cell_irqs()[i].ioapic_gpa, cell_irqs()[i].pin);
}

static void print_info(const struct bh_cell_info *info)
{
	print("info magic=0x%lx\n", info->magic);
	print("info version=%u\n", info->version);
	print("info size=%u\n", info->size);
	print("info name=%s\n", info->name);
	print("info flags=0x%x x2apic=%u doorbell=%u vmmcall=%u\n", info->flags,
	      !!(info->flags & BH_CELL_X2APIC), !!(info->flags & BH_CELL_CONSOLE_DOORBELL),
	      !!(info->flags & BH_CELL_VMMCALL));
	print("info tsc_khz=%u\n", info->tsc_khz);
	print("info apic_khz=%u\n", info->apic_khz);
	print("info cpu_count=%u\n", info->cpu_count);
	print("info mem_count=%u\n", info->mem_count);
	print("info link_count=%u\n", info->link_count);
	print("info args=%s\n", cell_args());
	print("info console_gpa=0x%lx\n", info->console_gpa);
	print_lists(info);
}

static void secondary_main(u32 cpu)
{
	print("cpu %u up\n", cpu);
}

static void start_others(const struct bh_cell_info *info)
{
	for (u32 cpu = 1; cpu < info->cpu_count; cpu++) {
		const char *why = smp_start(cpu, secondary_main);

		if (why)
			print("cpu %u not started: %s\n", cpu, why);
	}
}

/* Sleeps until the next tick; returns its time. */
static u64 next_tick(u64 seen)
{
	while (tick_count == seen)
		wait_for_interrupt();
	return tick_tsc;
}

static u64 deviation(u64 interval, u64 ideal)
{
	return interval > ideal ? interval - ideal : ideal - interval;
}

/* Other cells may want to know: the count is the first word of each link that takes it. */
static void publish(u64 n)
{
	for (u32 i = 0; i < cell_info->link_count; i++)
		if (cell_links()[i].flags & BH_MEM_FLAG_WRITE)
			*(volatile u64 *)(uintptr_t)cell_links()[i].gpa = n;
}

static void tick_forever(void)
{
	u64 ideal = tsc_from_us(TICK_US);
	u64 worst = 0;
	u64 before;

	/* The first tick has no predecessor and only starts the measurement. */
	before = next_tick(0);
	for (u64 n = 1;; n++) {
		u64 now = next_tick(n);
		u64 jitter = deviation(now - before, ideal);

		if (jitter > worst)
			worst = jitter;
		before = now;
		console_life_sign();
		publish(n);
		print("tick %lu jitter %lu max=%lu ns\n", n, tsc_to_ns(jitter), tsc_to_ns(worst));
	}
}

void cell_main(const struct bh_cell_info *info)
{
	print("hello from cell %s, apic %u in %s mode\n", info->name, apic_id(),
	      apic_is_x2apic() ? "x2apic" : "xapic");
	print_info(info);
	start_others(info);
	interrupts_handle(TICK_VECTOR, on_tick);
	if (!timer_periodic(TICK_VECTOR, TICK_US)) {
		print("the apic timer cannot count 100 ms at %u kHz\n", info->apic_khz);
		return;
	}
	tick_forever();
}
