/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/lapic.h"

#include "core/cpu.h"
#include "x86/apic_dest.h"
#include "x86/asm.h"
#include "x86/regs.h"

#define SEND_SPINS 1000000u /* "delivery status" clears within microseconds on working hardware */
#define EOI_LIMIT  256u     /* a stuck level interrupt must not hold us here */

/* Of measuring the timer. */
#define ROUND_US 1000u
#define ROUNDS   5u

static bool has_x2apic(void)
{
	return cpuid(1, 0).ecx & CPUID1_ECX_X2APIC;
}

enum bh_err lapic_init(void)
{
	u64 base = rdmsr(MSR_APIC_BASE);

	if (!(base & APIC_BASE_EN) || (base & APIC_BASE_ADDR) != APIC_DEFAULT_PHYS)
		return BH_ERR_APIC;
	if (has_x2apic())
		wrmsr(MSR_APIC_BASE, base | APIC_BASE_EXTD);
	this_cpu()->vcpu.x2apic = has_x2apic();
	this_cpu()->vcpu.apic_base = rdmsr(MSR_APIC_BASE);
	return BH_OK;
}

u32 lapic_id(void)
{
	if (cpuid(0, 0).eax >= 0xb && (cpuid(0xb, 0).ebx & 0xffff))
		return cpuid(0xb, 0).edx; /* SDM vol. 2, CPUID leaf 0BH: x2APIC id */
	return cpuid(1, 0).ebx >> 24;
}

static volatile u32 *mmio_reg(u32 reg)
{
	return (volatile u32 *)(CPU_LAPIC + reg * 16);
}

u32 lapic_read(u32 reg)
{
	if (this_cpu()->vcpu.x2apic)
		return (u32)rdmsr(MSR_X2APIC_BASE + reg);
	return *mmio_reg(reg);
}

void lapic_write(u32 reg, u32 value)
{
	if (this_cpu()->vcpu.x2apic)
		wrmsr_safe(MSR_X2APIC_BASE + reg, value); /* guests choose values, too */
	else
		*mmio_reg(reg) = value;
}

void lapic_send(u32 apic_id, u32 low)
{
	if (this_cpu()->vcpu.x2apic) {
		/* WRMSR to the ICR is not serialising (SDM, "MSR Access in x2APIC Mode") */
		__asm__ volatile("mfence; lfence" ::: "memory");
		wrmsr(MSR_X2APIC_BASE + APIC_ICR, (u64)apic_id << 32 | low);
		return;
	}
	for (u32 i = 0; i < SEND_SPINS && (*mmio_reg(APIC_ICR) & ICR_PENDING); i++)
		cpu_relax();
	*mmio_reg(APIC_ICR_HIGH) = apic_id << 24;
	*mmio_reg(APIC_ICR) = low;
}

static bool isr_empty(void)
{
	for (u32 i = 0; i < 8; i++)
		if (lapic_read(APIC_ISR + i))
			return false;
	return true;
}

void lapic_reset(void)
{
	u32 last_lvt = 0x32 + (lapic_read(APIC_VERSION) >> 16 & 0xff); /* "Max LVT Entry" */

	for (u32 reg = APIC_LVT_TIMER; reg <= APIC_LVT_ERROR && reg <= last_lvt; reg++)
		lapic_write(reg, APIC_LVT_MASKED);
	lapic_write(APIC_TMICT, 0);
	lapic_write(APIC_TPR, 0);
	/* enabled: what EOI does in a software-disabled APIC is not documented */
	lapic_write(APIC_SVR, APIC_SVR_RESET | APIC_SVR_ENABLE);
	for (u32 i = 0; i < EOI_LIMIT && !isr_empty(); i++)
		lapic_write(APIC_EOI, 0);
	lapic_write(APIC_SVR, APIC_SVR_RESET);
}

void delay_us(u32 tsc_khz, u64 us)
{
	u64 end = rdtsc() + us * tsc_khz / 1000;

	while (rdtsc() < end)
		cpu_relax();
}

u32 lapic_timer_khz(u32 tsc_khz)
{
	u64 least = ~0ULL, khz = 0;

	lapic_write(APIC_LVT_TIMER, APIC_LVT_MASKED);
	lapic_write(APIC_TDCR, APIC_TDCR_BY_1);
	/* an SMI or a busy host can only make a round longer, so the shortest is the best */
	for (u32 i = 0; i < ROUNDS; i++) {
		u64 before = rdtsc(), start, end, ticks;

		lapic_write(APIC_TMICT, ~0u);
		start = rdtsc();
		delay_us(tsc_khz, ROUND_US);
		ticks = ~0u - lapic_read(APIC_TMCCT);
		end = rdtsc();
		if (end - before >= least || end == start)
			continue;
		least = end - before;
		khz = ticks * tsc_khz / (end - start);
	}
	lapic_write(APIC_TMICT, 0);
	lapic_write(APIC_TDCR, 0);
	return (u32)khz;
}
