/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/vlapic.h"

#include "core/cell.h"
#include "core/cpu.h"
#include "x86/apic_dest.h"
#include "x86/asm.h"
#include "x86/lapic.h"
#include "x86/regs.h"

#define LVT_MODE(v) ((v) >> 8 & 7)
#define LVT_SMI     2u /* delivery modes: SDM vol. 3, "Local Vector Table" */
#define LVT_INIT    5u
#define DFR_FLAT    0xffffffffu
#define MODE_BITS   (APIC_BASE_EN | APIC_BASE_EXTD)

static void dest_entry(struct apic_dest_cpu *e, u32 cpu)
{
	e->apic_id = cpus[cpu].apic_id;
	e->ldr = cpus[cpu].xapic_ldr;
	e->dfr = cpus[cpu].xapic_dfr;
}

/* Filled at use: logical destinations change with the guest's LDR writes. */
static struct apic_dest_ctx dest_context(struct vcpu *v)
{
	static struct apic_dest_cpu table[BH_MAX_CPUS]; /* same values whoever writes them */
	u32 cpu;

	for_each_cpu (cpu, &v->cell->cpus)
		dest_entry(&table[cpu], cpu);
	return (struct apic_dest_ctx){&v->cell->cpus, table, v->x2apic};
}

static void targets(struct vcpu *v, const struct icr *icr, struct cpuset *out)
{
	struct apic_dest_ctx ctx = dest_context(v);

	apic_dest_set(icr, &ctx, v->cpu, out);
}

enum irq_verdict vlapic_route(struct vcpu *v, const struct irq_wish *wish, struct irq_target *out)
{
	struct apic_dest_ctx ctx = dest_context(v);

	return irq_resolve(wish, &ctx, v->cell->is_root, out);
}

static void send_vector(const struct cpuset *set, u32 vector, bool only_first)
{
	u32 cpu;

	for_each_cpu (cpu, set) {
		lapic_send(cpus[cpu].apic_id, ICR_MODE(ICR_DELIVERY_FIXED) | ICR_ASSERT | vector);
		if (only_first)
			return;
	}
}

static void post_all(const struct cpuset *set, u32 event, u32 self)
{
	u32 cpu;

	for_each_cpu (cpu, set)
		if (cpu != self || event == EVENT_NMI) /* INIT and SIPI to oneself: ignored */
			vcpu_post(cpu, event);
}

static void start_all(const struct cpuset *set, u32 vector, u32 self)
{
	u32 cpu;

	for_each_cpu (cpu, set)
		__atomic_store_n(&cpus[cpu].sipi_vector, vector, __ATOMIC_RELAXED);
	post_all(set, EVENT_SIPI, self);
}

/* The common case by far: a vector for one CPU by its APIC id. True if it was that. */
static bool send_fast(struct vcpu *v, u64 value)
{
	const u32 simple = ICR_PENDING | ICR_ASSERT | 0xff; /* fixed, physical, no shorthand */
	u32 low = (u32)value, dest = (u32)(value >> 32);

	if (!v->x2apic || (low & ~simple) || (low & 0xff) < 16 || dest != v->shared->apic_id)
		return false;
	lapic_send(dest, low & 0xff);
	return true;
}

enum exit_action vlapic_write_icr(struct vcpu *v, u64 value)
{
	struct cpuset set;
	struct icr icr;
	enum icr_verdict verdict;

	if (send_fast(v, value))
		return ACT_SKIP;
	verdict = apic_icr_decode(value, v->x2apic, &icr);
	if (verdict == ICR_RESERVED)
		return ACT_GP;
	if (verdict == ICR_REFUSED) {
		cell_refused(v->cell, v->cpu, "ICR write 0x%lx (SMI, ExtINT or reserved), ignored",
			     value);
		return ACT_SKIP;
	}
	targets(v, &icr, &set);
	if (verdict == ICR_FIXED || verdict == ICR_LOWEST)
		send_vector(&set, icr.vector, verdict == ICR_LOWEST);
	else if (verdict == ICR_NMI)
		post_all(&set, EVENT_NMI, v->cpu);
	else if (verdict == ICR_INIT)
		post_all(&set, EVENT_INIT, v->cpu);
	else if (verdict == ICR_SIPI)
		start_all(&set, icr.vector, v->cpu);
	return ACT_SKIP;
}

/* SMI and INIT from an LVT would act on the whole machine or kill the CPU under us: mask those. */
static void write_lvt(struct vcpu *v, u32 reg, u32 value)
{
	u32 mode = LVT_MODE(value);

	if (reg != APIC_LVT_TIMER && reg != APIC_LVT_ERROR &&
	    (mode == LVT_SMI || mode == LVT_INIT)) {
		cell_refused(v->cell, v->cpu, "LVT 0x%x delivery mode %u, masked", reg, mode);
		value = APIC_LVT_MASKED;
	}
	lapic_write(reg, value);
}

static bool is_lvt(u32 reg)
{
	return reg == APIC_LVT_CMCI || (reg >= APIC_LVT_TIMER && reg <= APIC_LVT_ERROR);
}

enum exit_action vlapic_write_msr(struct vcpu *v, u32 reg, u64 value)
{
	/* bits that x2APIC mode reserves raise #GP in hardware; a vector and flags fit in 19 bits
	 */
	if (!v->x2apic || !is_lvt(reg) || value >> 19)
		return ACT_GP;
	write_lvt(v, reg, (u32)value);
	return ACT_SKIP;
}

static void write_logical(struct vcpu *v, u32 reg, u32 value)
{
	if (reg == APIC_LDR)
		v->shared->xapic_ldr = value & 0xff000000;
	else
		v->shared->xapic_dfr = value | 0x0fffffff;
	/*
	 * An RT cell's logical id must not take root's logical interrupts, so its hardware keeps
	 * the reset value; IPIs are sent physically after the lookup in the shadow.
	 */
	if (v->cell->is_root)
		lapic_write(reg, value);
}

void vlapic_write_mmio(struct vcpu *v, u32 offset, u32 value)
{
	u32 reg = offset >> 4;

	if (v->x2apic || (offset & 0xf))
		return; /* the page answers nobody in x2APIC mode */
	switch (reg) {
	case APIC_EOI:
	case APIC_TPR:
	case APIC_SVR:
	case APIC_ESR:
	case APIC_TMICT:
	case APIC_TDCR:
		lapic_write(reg, value);
		break;
	case APIC_ICR:
		vlapic_write_icr(v, (u64)v->icr_high << 32 | value);
		break;
	case APIC_ICR_HIGH:
		v->icr_high = value;
		break;
	case APIC_LDR:
	case APIC_DFR:
		write_logical(v, reg, value);
		break;
	default:
		if (is_lvt(reg))
			write_lvt(v, reg, value);
	}
}

/* Legal moves: SDM vol. 3, "x2APIC State Transitions". Disabled is shown, but not done: we need
 * the APIC ourselves. */
enum exit_action vlapic_write_base(struct vcpu *v, u64 value)
{
	u64 hw = rdmsr(MSR_APIC_BASE);
	u64 old = v->apic_base & MODE_BITS, new = value &MODE_BITS;

	if ((value ^ v->apic_base) & ~(MODE_BITS | APIC_BASE_BSP))
		return ACT_GP;
	if (new == APIC_BASE_EXTD || (old == MODE_BITS && new == APIC_BASE_EN))
		return ACT_GP;
	if (new == MODE_BITS && old != MODE_BITS) {
		if (old == 0 || !(cpuid(1, 0).ecx & CPUID1_ECX_X2APIC))
			return ACT_GP;
		wrmsr(MSR_APIC_BASE, hw | MODE_BITS);
	} else if (new == 0 && v->x2apic) {
		wrmsr(MSR_APIC_BASE, hw & ~MODE_BITS);
		wrmsr(MSR_APIC_BASE, (hw & ~MODE_BITS) | APIC_BASE_EN);
	}
	v->x2apic = rdmsr(MSR_APIC_BASE) & APIC_BASE_EXTD;
	v->apic_base = (v->apic_base & ~MODE_BITS) | new;
	return ACT_SKIP;
}

void vlapic_reset(struct vcpu *v)
{
	lapic_reset();
	v->icr_high = 0;
	v->shared->xapic_ldr = 0;
	v->shared->xapic_dfr = DFR_FLAT;
}
