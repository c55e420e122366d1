/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/vlapic.h"

#include "core/cell.h"
#include "core/cpu.h"
#include "x86/apic_dest.h"
#include "x86/asm.h"
#include "x86/lapic.h"
#include "x86/regs.h"

#define LVT_MODE(v)        ((v) >> 8 & 7)
#define LVT_MODE_MASK      (7u << 8)
#define LVT_FIXED          0u
#define LVT_SMI            2u /* delivery modes: SDM vol. 3, "Local Vector Table" */
#define LVT_INIT           5u
#define ICR_SHORTHAND      (3u << 18)
#define ICR_SHORTHAND_SELF (1u << 18)
#define DFR_FLAT           0xffffffffu
#define MODE_BITS          (APIC_BASE_EN | APIC_BASE_EXTD)

/* What each CPU's local APIC compares destinations with. A row is written by its own CPU only. */
static struct apic_dest_cpu dest_rows[BH_MAX_CPUS];

static struct apic_dest_ctx dest_context(const struct vcpu *v)
{
	return (struct apic_dest_ctx){&v->cell->cpus, dest_rows, v->x2apic};
}

void vlapic_init(struct vcpu *v)
{
	dest_rows[v->cpu] = (struct apic_dest_cpu){v->shared->apic_id, 0, DFR_FLAT};
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

/*
 * The common case by far: a vector for one CPU of the cell, by its APIC id or the shorthand "self".
 * True if it was that; everything else, broadcasts included, takes the long way.
 */
static bool send_fast(struct vcpu *v, u64 value)
{
	const u32 simple = ICR_PENDING | ICR_ASSERT | 0xff; /* fixed, physical, no shorthand */
	u32 low = (u32)value, dest = (u32)(value >> (v->x2apic ? 32 : 56));
	u32 cpu = v->cpu;

	if ((low & ICR_SHORTHAND) == ICR_SHORTHAND_SELF) {
		low &= ~ICR_SHORTHAND;
		dest = v->shared->apic_id;
	}
	if ((low & ~simple) || (low & 0xff) < 16)
		return false;
	if (dest != v->shared->apic_id) {
		for_each_cpu (cpu, &v->cell->cpus)
			if (dest_rows[cpu].apic_id == dest)
				break;
	}
	if (cpu >= BH_MAX_CPUS)
		return false;
	lapic_send(dest, ICR_ASSERT | (low & 0xff));
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
		cell_refused(v->cell, v->cpu, BH_REFUSED_APIC,
			     "ICR write 0x%lx (SMI, ExtINT or reserved), ignored", value);
		return ACT_SKIP;
	}
	targets(v, &icr, &set);
	if (cpuset_empty(&set))
		cell_count_refused(v->cell, BH_REFUSED_APIC);
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

/* Writable and read-only bits of an LVT (SDM vol. 3, "Local Vector Table"); others are reserved. */
static const struct lvt_row {
	u32 writable, read_only;
	u32 min_version_lvt; /* exists if the version register's "Max LVT Entry" is at least this */
} lvt_rows[APIC_LVT_ERROR - APIC_LVT_CMCI + 1] = {
	[0] = {0x107ff, 0x1000, 6}, /* CMCI */
	[3] = {0x700ff, 0x1000, 0}, /* timer */
	[4] = {0x107ff, 0x1000, 5}, /* thermal monitor */
	[5] = {0x107ff, 0x1000, 4}, /* performance counters */
	[6] = {0x1a7ff, 0x5000, 0}, /* LINT0 */
	[7] = {0x1a7ff, 0x5000, 0}, /* LINT1 */
	[8] = {0x100ff, 0x1000, 0}, /* error */
};

/* Bits 18:17: one-shot, periodic, TSC-deadline where CPUID has it; 3 is reserved. */
static bool timer_mode_valid(u32 value)
{
	u32 mode = value >> 17 & 3;

	return mode < 2 || (mode == 2 && (cpuid(1, 0).ecx & CPUID1_ECX_DEADLINE));
}

static const struct lvt_row *find_lvt(u32 reg)
{
	const struct lvt_row *row = &lvt_rows[reg - APIC_LVT_CMCI];

	if (reg < APIC_LVT_CMCI || reg > APIC_LVT_ERROR || !row->writable)
		return NULL;
	return (lapic_read(APIC_VERSION) >> 16 & 0xff) >= row->min_version_lvt ? row : NULL;
}

/*
 * SMI from an LVT would stop the whole machine and INIT would take the CPU from under us. NMIs are
 * for root alone: an RT cell's would end up as NMIs of unknown origin in root.
 */
static bool lvt_mode_allowed(const struct vcpu *v, u32 value)
{
	u32 mode = LVT_MODE(value);

	if (mode == LVT_SMI || mode == LVT_INIT)
		return false;
	return v->cell->is_root || mode == LVT_FIXED;
}

static void write_lvt(struct vcpu *v, u32 reg, u32 value, const struct lvt_row *row)
{
	if ((row->writable & LVT_MODE_MASK) && !lvt_mode_allowed(v, value)) {
		cell_refused(v->cell, v->cpu, BH_REFUSED_APIC, "LVT 0x%x delivery mode %u, masked",
			     reg, LVT_MODE(value));
		value = APIC_LVT_MASKED;
	}
	lapic_write(reg, value & row->writable);
}

enum exit_action vlapic_write_msr(struct vcpu *v, u32 reg, u64 value)
{
	const struct lvt_row *row = v->x2apic ? find_lvt(reg) : NULL;

	/* our own WRMSR must not fault: the reserved bits are refused here as hardware would */
	if (!row || (value & ~(u64)(row->writable | row->read_only)))
		return ACT_GP;
	if (reg == APIC_LVT_TIMER && !timer_mode_valid((u32)value))
		return ACT_GP;
	write_lvt(v, reg, (u32)value, row);
	return ACT_SKIP;
}

static void write_logical(struct vcpu *v, u32 reg, u32 value)
{
	if (reg == APIC_LDR)
		dest_rows[v->cpu].ldr = value & 0xff000000;
	else
		dest_rows[v->cpu].dfr = value | 0x0fffffff;
	/*
	 * An RT cell's logical id must not take root's logical interrupts, so its hardware keeps
	 * the reset value; IPIs are sent physically after the lookup in the shadow.
	 */
	if (v->cell->is_root)
		lapic_write(reg, value);
}

void vlapic_write_mmio(struct vcpu *v, u32 offset, u32 value)
{
	const struct lvt_row *row;
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
		row = find_lvt(reg);
		if (row)
			write_lvt(v, reg, value, row);
	}
}

/* x2APIC to xAPIC leads through "disabled", in which a kick would be lost: ask for it again. */
static bool leave_x2apic(struct vcpu *v)
{
	u64 off = rdmsr(MSR_APIC_BASE) & ~MODE_BITS;

	if (!wrmsr_safe(MSR_APIC_BASE, off))
		return false; /* the CPU is locked in x2APIC mode (IA32_XAPIC_DISABLE_STATUS) */
	wrmsr(MSR_APIC_BASE, off | APIC_BASE_EN);
	v->x2apic = false;
	if (__atomic_load_n(&v->shared->events, __ATOMIC_ACQUIRE))
		lapic_send(v->shared->apic_id, ICR_MODE(ICR_DELIVERY_NMI) | ICR_ASSERT);
	return true;
}

/*
 * Legal moves: SDM vol. 3, "x2APIC State Transitions". "Disabled" is shown, but not done: we need
 * the APIC ourselves. RT cells stay in the mode they were started in.
 */
enum exit_action vlapic_write_base(struct vcpu *v, u64 value)
{
	u64 old = v->apic_base & MODE_BITS, new = value &MODE_BITS;

	if ((value ^ v->apic_base) & ~(MODE_BITS | APIC_BASE_BSP))
		return ACT_GP;
	if (new == old)
		return ACT_SKIP;
	if (!v->cell->is_root || new == APIC_BASE_EXTD || (old == MODE_BITS && new))
		return ACT_GP;
	if (new == MODE_BITS && (old == 0 || !(cpuid(1, 0).ecx & CPUID1_ECX_X2APIC)))
		return ACT_GP;
	if (new == MODE_BITS) {
		wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | MODE_BITS);
		v->x2apic = true;
	} else if (new == 0 && v->x2apic && !leave_x2apic(v)) {
		return ACT_GP;
	}
	v->apic_base = (v->apic_base & ~MODE_BITS) | new;
	return ACT_SKIP;
}

void vlapic_reset(struct vcpu *v)
{
	lapic_reset();
	v->icr_high = 0;
	vlapic_init(v);
}
