/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * #MC while a guest ran (SDM vol. 3, "Machine-Check Architecture"): log the banks, then tell the
 * cell that owns the CPU. The other cells go on. A #MC in host mode stops this CPU (faults.c).
 */
#include "core/cell.h"
#include "core/console.h"
#include "core/cpu.h"
#include "x86/asm.h"
#include "x86/regs.h"

#define MSR_MC0_STATUS 0x401u
#define MCI_VALID      BIT64(63)
#define MCG_BANKS      0xffu

enum exit_action exit_machine_check(struct vcpu *v)
{
	u32 banks = (u32)rdmsr(MSR_MCG_CAP) & MCG_BANKS;

	count_exit(v, BH_EXIT_EXCEPTION);
	say("cell %s: cpu %u: machine check, MCG_STATUS 0x%lx", v->cell->name, v->cpu,
	    rdmsr(MSR_MCG_STATUS));
	for (u32 i = 0; i < banks; i++) {
		u64 status = rdmsr(MSR_MC0_STATUS + 4 * i);

		if (status & MCI_VALID)
			say("  bank %u: status 0x%lx", i, status);
	}
	v->mcg_status = rdmsr(MSR_MCG_STATUS);
	wrmsr(MSR_MCG_STATUS, 0); /* MCIP: a second one would shut the CPU down */
	if (v->state != VCPU_RUNNING)
		return ACT_RESUME; /* broadcast to a CPU that waits: nobody to tell */
	if (vcpu_ops->read_cr4(v) & CR4_MCE)
		vcpu_ops->inject_exception(v, VEC_MC, false, 0);
	else
		vcpu_park(v, "machine check, which the guest has not enabled");
	return ACT_RESUME;
}
