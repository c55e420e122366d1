/* SPDX-License-Identifier: BSD-2-Clause */
#include "apic.h"

#include "cpu.h"
#include "interrupts.h"

#define MSR_APIC_BASE    0x1bu
#define APIC_BASE_X2APIC (1u << 10)
#define SVR_ENABLE       (1u << 8)

/* Delivery takes a few bus cycles; the bound only keeps a broken APIC from hanging the cell. */
#define PENDING_TRIES 100000u

static bool x2apic; /* fixed before the second CPU starts; all CPUs of a cell have one mode */

u32 apic_read(u32 reg)
{
	if (x2apic)
		return (u32)rdmsr(MSR_X2APIC_BASE + reg / 16);
	return *(volatile u32 *)(uintptr_t)(APIC_XAPIC_BASE + reg);
}

void apic_write(u32 reg, u32 value)
{
	if (x2apic)
		wrmsr(MSR_X2APIC_BASE + reg / 16, value);
	else
		*(volatile u32 *)(uintptr_t)(APIC_XAPIC_BASE + reg) = value;
}

void apic_init(void)
{
	x2apic = rdmsr(MSR_APIC_BASE) & APIC_BASE_X2APIC;
	apic_write(APIC_TPR, 0);
	apic_write(APIC_SVR, SVR_ENABLE | VECTOR_SPURIOUS);
}

bool apic_is_x2apic(void)
{
	return x2apic;
}

u32 apic_id(void)
{
	u32 id = apic_read(APIC_ID);

	return x2apic ? id : id >> 24;
}

void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

void apic_send(u32 dest, u32 low)
{
	if (x2apic) {
		/* The MSR write serialises nothing: SDM, "MSR Access in x2APIC Mode". */
		__asm__ volatile("mfence; lfence" : : : "memory");
		wrmsr(MSR_X2APIC_BASE + APIC_ICR / 16, (u64)dest << 32 | low);
		return;
	}
	apic_write(APIC_ICR_HIGH, dest << 24);
	apic_write(APIC_ICR, low);
	for (u32 i = 0; i < PENDING_TRIES && (apic_read(APIC_ICR) & APIC_ICR_PENDING); i++)
		pause();
}
