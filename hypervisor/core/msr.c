/* SPDX-License-Identifier: BSD-2-Clause */
/* RDMSR and WRMSR exits: the few MSRs that are emulated, #GP(0) for everything else. */
#include "core/cell.h"
#include "core/cpu.h"
#include "core/msr_policy.h"
#include "x86/asm.h"
#include "x86/lapic.h"
#include "x86/regs.h"
#include "x86/vlapic.h"

static u64 msr_value(const struct vcpu *v)
{
	return v->reg[REG_RDX] << 32 | (u32)v->reg[REG_RAX];
}

/* Linux probes MSRs all the time and expects #GP: only an RT cell's refusals are worth a line. */
static enum exit_action refuse(struct vcpu *v, const char *what)
{
	if (v->cell->is_root)
		cell_count_refused(v->cell, BH_REFUSED_MSR);
	else
		cell_refused(v->cell, v->cpu, BH_REFUSED_MSR, "%s of MSR 0x%x, answered with #GP",
			     what, (u32)v->reg[REG_RCX]);
	return ACT_GP;
}

enum exit_action exit_rdmsr(struct vcpu *v)
{
	u32 msr = (u32)v->reg[REG_RCX];
	u64 value;

	count_exit(v, BH_EXIT_MSR);
	switch (msr) {
	case MSR_APIC_BASE:
		value = v->apic_base;
		break;
	case MSR_MCG_CAP:
		if (!v->cell->is_root)
			return refuse(v, "read");
		value = msr_mcg_cap(rdmsr(MSR_MCG_CAP));
		break;
	case MSR_MCG_STATUS: /* as it was when #MC arrived: RIPV decides what Linux does */
		if (!v->cell->is_root)
			return refuse(v, "read");
		value = v->mcg_status;
		break;
	case MSR_XSS:
		value = 0;
		break;
	case MSR_EFER:
		value = vcpu_ops->read_efer(v);
		break;
	default:
		return refuse(v, "read");
	}
	v->reg[REG_RAX] = (u32)value;
	v->reg[REG_RDX] = value >> 32;
	return ACT_SKIP;
}

/* MCi_STATUS, four MSRs a bank (SDM vol. 4) */
static bool is_bank_status(u32 msr)
{
	return msr >= 0x400 && msr <= 0x47f && (msr & 3) == 1;
}

static enum exit_action write_msr(struct vcpu *v, u32 msr)
{
	if (msr >= MSR_X2APIC_BASE && msr <= MSR_X2APIC_BASE + APIC_SELF_IPI)
		return vlapic_write_msr(v, msr - MSR_X2APIC_BASE, msr_value(v));
	if (msr == MSR_APIC_BASE)
		return vlapic_write_base(v, msr_value(v));
	if (msr == MSR_EFER)
		return vcpu_ops->write_efer(v, msr_value(v)) ? ACT_SKIP : ACT_GP;
	if (msr == MSR_XSS) /* Intel PT's component would let XRSTORS set its output address */
		return msr_value(v) ? ACT_GP : ACT_SKIP;
	if (msr == MSR_MCG_STATUS && v->cell->is_root)
		v->mcg_status = msr_value(v);
	if (is_bank_status(msr) && v->cell->is_root && !msr_value(v))
		return wrmsr_safe(msr, 0) ? ACT_SKIP : ACT_GP; /* root has logged this error */
	if (msr_write_ignored(msr, v->cell->is_root))
		return ACT_SKIP;
	return ACT_GP;
}

enum exit_action exit_wrmsr(struct vcpu *v)
{
	u32 msr = (u32)v->reg[REG_RCX];
	enum exit_action action;

	if (msr == MSR_X2APIC_BASE + APIC_ICR && v->x2apic) {
		count_exit(v, BH_EXIT_ICR);
		return vlapic_write_icr(v, msr_value(v));
	}
	count_exit(v, BH_EXIT_MSR);
	action = write_msr(v, msr);
	return action == ACT_GP ? refuse(v, "write") : action;
}
