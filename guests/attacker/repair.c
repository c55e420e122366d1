/* SPDX-License-Identifier: BSD-2-Clause */
#include "repair.h"

#include "apic.h"
#include "cell.h"
#include "console.h"
#include "control.h"
#include "cpu.h"
#include "memory.h"
#include "run.h"
#include "tables.h"
#include "windows.h"

#define MSR_APIC_BASE    0x1bu
#define MSR_TSC_DEADLINE 0x6e0u
#define APIC_MODE_BITS   (BIT(11) | BIT(10)) /* SDM vol. 3, "x2APIC State Transitions" */
#define APIC_ENABLED     BIT(11)
#define APIC_LVT_LINT0   0x350u
#define APIC_LVT_LINT1   0x360u
#define APIC_LVT_ERROR   0x370u
#define APIC_ISR         0x100u
#define APIC_IRR         0x200u
#define LVT_MASKED       (1u << 16)
#define SVR_ON           0x10fu /* spurious: 15, as no other can be; Bochs never ends that vector */
#define EOI_LIMIT        512u   /* two per vector; more than that is a broken APIC */
#define FIRST_INTERRUPT  16u
#define DR7_RESET        0x400u
#define CR0_TS           BIT(3)

static struct {
	u64 cr0, cr4, efer, xcr0, apic_mode;
	bool xsave, deadline;
} kept;

void repair_remember(void)
{
	struct cpuid_result leaf1 = cpuid(1, 0);

	kept.xsave = leaf1.ecx & BIT(26);
	kept.deadline = leaf1.ecx & BIT(24);
	kept.cr0 = read_cr0() & ~CR0_TS;
	kept.cr4 = read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT | (kept.xsave ? CR4_OSXSAVE : 0);
	write_cr4(kept.cr4);
	kept.xcr0 = kept.xsave ? xgetbv(0) : 0;
	kept.efer = rdmsr(MSR_EFER);
	kept.apic_mode = rdmsr(MSR_APIC_BASE) & APIC_MODE_BITS;
}

static void repair_control(struct attack *a)
{
	/* OSXSAVE first, for XSETBV; what forbids a bit of CR4 was set by the operation itself */
	write_cr4(kept.cr4);
	write_cr0(kept.cr0);
	write_cr3((uintptr_t)area_of(a)->pml4);
	write_dr7(DR7_RESET);
	write_dr6(0);
	if (kept.xsave && xgetbv(0) != kept.xcr0)
		xsetbv(0, kept.xcr0);
	write_cr8(0);
	if (rdmsr(MSR_EFER) != kept.efer)
		wrmsr(MSR_EFER, kept.efer);
}

static void repair_mode(struct attack *a)
{
	u64 base = 0;

	run_rdmsr(a, MSR_APIC_BASE, &base);
	if ((base & APIC_MODE_BITS) == kept.apic_mode)
		return;
	if (!(base & APIC_ENABLED)) { /* from disabled, only xAPIC mode can be reached */
		base |= APIC_ENABLED;
		run_wrmsr(a, MSR_APIC_BASE, base);
	}
	run_wrmsr(a, MSR_APIC_BASE, (base & ~APIC_MODE_BITS) | kept.apic_mode);
}

/* In xAPIC mode each write is an exit, and most operations leave most registers alone. */
static void settle(u32 reg, u32 value)
{
	if (apic_read(reg) != value)
		apic_write(reg, value);
}

static bool any_bit(u32 first_reg)
{
	for (u32 i = 0; i < 8; i++)
		if (apic_read(first_reg + i * 16))
			return true;
	return false;
}

static void end_interrupts(void)
{
	static bool told;

	for (u32 i = 0; i < EOI_LIMIT && any_bit(APIC_ISR); i++)
		apic_eoi();
	if (!told && any_bit(APIC_ISR))
		print("attacker: FAILED: an interrupt cannot be ended\n");
	told |= any_bit(APIC_ISR);
}

void repair_interrupts(struct attack *a)
{
	for (u32 i = 0; i < EOI_LIMIT && any_bit(APIC_IRR); i++) {
		a->length = 0;
		a->mode = RUN_KERNEL;
		a->rflags = 2;
		EMIT(a, 0xfb, 0x90, 0x90, 0xfa); /* sti; nop; nop; cli */
		run_code(a);
		end_interrupts();
	}
}

static void repair_apic(struct attack *a)
{
	repair_mode(a);
	settle(APIC_SVR, SVR_ON); /* first: a disabled APIC keeps its LVTs masked */
	settle(APIC_LVT_TIMER, LVT_MASKED);
	settle(APIC_LVT_LINT0, LVT_MASKED);
	settle(APIC_LVT_LINT1, LVT_MASKED);
	settle(APIC_LVT_ERROR, LVT_MASKED);
	settle(APIC_TIMER_INITIAL, 0);
	settle(APIC_TPR, 0);
	if (kept.deadline)
		wrmsr(MSR_TSC_DEADLINE, 0);
	end_interrupts();
	repair_interrupts(a);
}

void repair_settle(struct attack *a)
{
	repair_control(a);
	repair_apic(a);
}

void repair(struct attack *a, u64 vector)
{
	if (a->dirt & DIRTY_CONTROL)
		repair_control(a);
	if (a->dirt & DIRTY_TABLES)
		tables_load(area_of(a));
	if (a->dirt & DIRTY_APIC)
		repair_apic(a);
	else if (vector < VECTORS && vector >= FIRST_INTERRUPT)
		end_interrupts();
}
