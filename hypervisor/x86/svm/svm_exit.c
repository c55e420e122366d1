/* SPDX-License-Identifier: BSD-2-Clause */
/* #VMEXIT: a table by exit code, small handlers, and event injection. */
#include "core/cell.h"
#include "core/console.h"
#include "core/cpu.h"
#include "core/guest_mem.h"
#include "x86/asm.h"
#include "x86/regs.h"
#include "x86/svm/svm.h"

/* EXITINFO1 of a nested page fault: APM vol. 2, "Nested versus Guest Page Faults" */
#define NPF_WRITE BIT64(1)
#define NPF_FETCH BIT64(4)
#define NPF_WALK  BIT64(33)

void svm_inject_exception(struct vcpu *v, u32 vector, bool has_error, u32 error)
{
	struct vmcb *vmcb = this_vmcb();

	(void)v;
	if (has_error && !(vmcb->cr0 & CR0_PE))
		has_error = false; /* real mode pushes none */
	vmcb->event = EVENT_VALID | EVENT_TYPE_EXC | (has_error ? EVENT_HAS_ERROR : 0) | vector;
	vmcb->event_error = error;
}

/* Without virtual NMIs the guest's IRET tells when the next NMI may come. */
void svm_inject_nmi(struct vcpu *v)
{
	struct vmcb *vmcb = this_vmcb();

	if ((v->vendor_flags & SVM_NMI_MASKED) || (vmcb->event & EVENT_VALID)) {
		v->nmi_owed = true;
		vmcb->intercept1 |= INT1_IRET;
		return;
	}
	v->nmi_owed = false;
	v->vendor_flags |= SVM_NMI_MASKED;
	vmcb->intercept1 |= INT1_IRET;
	vmcb->event = EVENT_VALID | EVENT_TYPE_NMI | VEC_NMI;
}

/* The IRET has not run yet; a second NMI in front of it nests once, which handlers must stand. */
static enum exit_action exit_iret(struct vcpu *v)
{
	count_exit(v, BH_EXIT_NMI);
	v->vendor_flags &= ~SVM_NMI_MASKED;
	this_vmcb()->intercept1 &= ~INT1_IRET;
	if (v->nmi_owed)
		svm_inject_nmi(v);
	return ACT_RESUME;
}

/* What waits behind GIF = 0, NMIs and SMIs, is taken here, in host mode. */
static void open_gif(void)
{
	__asm__ volatile("stgi; nop; clgi" ::: "memory");
}

/* An NMI arrived while GIF was 1: svm_handle_exit looks at the events afterwards. */
void svm_host_nmi(struct vcpu *v)
{
	v->nmi_seen = true;
}

static enum exit_action exit_nmi(struct vcpu *v)
{
	(void)v;
	open_gif();
	return ACT_RESUME;
}

/*
 * An SMI in guest mode: the firmware's handler must run on the host's context, not below a guest's
 * NPT (APM vol. 2, "SMM Support"). It is pending and taken while GIF is 1.
 */
static enum exit_action exit_smi(struct vcpu *v)
{
	count_exit(v, BH_EXIT_OTHER);
	open_gif();
	return ACT_RESUME;
}

static enum exit_action exit_init(struct vcpu *v)
{
	count_exit(v, BH_EXIT_INIT_SIPI);
	open_gif(); /* from outside the cells, not for guests; see VM_CR_R_INIT */
	return ACT_RESUME;
}

static enum exit_action exit_shutdown(struct vcpu *v)
{
	count_exit(v, BH_EXIT_OTHER);
	vcpu_park(v, "triple fault");
	return ACT_RESUME;
}

/* INVD would throw away other cells' dirty lines; write them back instead. */
static enum exit_action exit_invd(struct vcpu *v)
{
	count_exit(v, BH_EXIT_OTHER);
	__asm__ volatile("wbinvd" ::: "memory");
	return ACT_SKIP;
}

static enum exit_action exit_msr(struct vcpu *v)
{
	return this_vmcb()->exit_info1 & 1 ? exit_wrmsr(v) : exit_rdmsr(v);
}

/* EXITINFO1 of IOIO: APM vol. 2, "IOIO Intercept Information" */
static enum exit_action exit_ioio(struct vcpu *v)
{
	struct vmcb *vmcb = this_vmcb();
	u64 info = vmcb->exit_info1;
	struct io_access io = {.port = (u16)(info >> 16),
			       .size = (u8)(info >> 4 & 7),
			       .in = info & 1,
			       .string = info >> 2 & 1,
			       .rep = info >> 3 & 1};
	enum exit_action action = exit_io(v, &io);

	if (action != ACT_SKIP)
		return action;
	vmcb->rip = vmcb->exit_info2; /* the instruction after it */
	vmcb->interrupt_shadow = 0;
	return ACT_RESUME;
}

static enum exit_action exit_npf(struct vcpu *v)
{
	const struct vmcb *vmcb = this_vmcb();
	u64 info = vmcb->exit_info1;
	struct memory_fault f = {.gpa = vmcb->exit_info2,
				 .write = info & NPF_WRITE,
				 .read = !(info & (NPF_WRITE | NPF_FETCH)),
				 .fetch = info & NPF_FETCH,
				 .in_walk = info & NPF_WALK,
				 .in_delivery = vmcb->exit_int_info & EVENT_VALID};

	return exit_memory(v, &f);
}

/* What this CPU lets a guest set: VMRUN fails with a reserved bit (APM vol. 2, "Canonicalization
 * and Consistency Checks"). LMSLE (bit 13) is left out: CPUs have dropped it again. */
static u64 efer_writable(void)
{
	struct cpuid_regs r = cpuid(0x80000001, 0);
	u64 bits = EFER_SCE | EFER_LME | EFER_NXE;

	return bits | (r.edx & CPUID8_1_EDX_FFXSR ? EFER_FFXSR : 0) |
	       (r.ecx & CPUID8_1_ECX_TCE ? EFER_TCE : 0);
}

bool svm_write_efer(struct vcpu *v, u64 value)
{
	struct vmcb *vmcb = this_vmcb();
	u64 writable = efer_writable();

	(void)v;
	if (value & ~(writable | EFER_LMA))
		return false;
	if ((vmcb->cr0 & CR0_PG) && ((value ^ vmcb->efer) & EFER_LME))
		return false;
	vmcb->efer = (value & writable) | (vmcb->efer & EFER_LMA) | EFER_SVME;
	return true;
}

typedef enum exit_action (*exit_fn)(struct vcpu *v);

/* length: of the instruction without prefixes, for CPUs that do not save the next RIP. A guest that
 * puts a prefix in front hurts only itself. */
static const struct exit_row {
	exit_fn handler;
	u32 length;
} exit_rows[SVM_EXIT_ROWS] = {
	[SVM_EXIT_NMI] = {exit_nmi,       0},
	[SVM_EXIT_SMI] = {exit_smi,       0},
	[SVM_EXIT_INIT] = {exit_init,      0},
	[SVM_EXIT_CPUID] = {exit_cpuid,     2},
	[SVM_EXIT_IRET] = {exit_iret,      0},
	[SVM_EXIT_INVD] = {exit_invd,      2},
	[SVM_EXIT_INVLPGA] = {exit_undefined, 0},
	[SVM_EXIT_IO] = {exit_ioio,      0},
	[SVM_EXIT_MSR] = {exit_msr,       2},
	[SVM_EXIT_SHUTDOWN] = {exit_shutdown,  0},
	[SVM_EXIT_VMRUN] = {exit_undefined, 0},
	[SVM_EXIT_VMMCALL] = {exit_hypercall, 3},
	[SVM_EXIT_VMLOAD... SVM_EXIT_SKINIT] = {exit_undefined, 0},
};

static void reinject(struct vcpu *v, u32 vector)
{
	if (vector == VEC_MC) {
		exit_machine_check(v);
		return;
	}
	count_exit(v, BH_EXIT_EXCEPTION);
	if (vector == VEC_DB)
		this_vmcb()->dr7 &= ~DR7_GD; /* delivery clears GD, injection does not */
	svm_inject_exception(v, vector, vector == VEC_AC, 0);
}

/* MOV to CR4: 0F 22 /4 (APM vol. 3, "MOV CRn"), perhaps behind a REX prefix. */
static bool at_mov_cr4(struct vcpu *v)
{
	struct guest_state s;
	u8 b[4];
	u32 at;

	vcpu_ops->get_state(v, &s);
	if (guest_fetch(v, &s, b, sizeof(b)) != sizeof(b))
		return false;
	at = (b[0] & 0xf0) == 0x40;
	return b[at] == 0x0f && b[at + 1] == 0x22 && (b[at + 2] >> 3 & 7) == 4;
}

static void other_exit(struct vcpu *v, u64 code)
{
	if (code == SVM_EXIT_NPF) {
		vcpu_finish(v, exit_npf(v));
		return;
	}
	if (code >= SVM_EXIT_EXCEPTION && code < SVM_EXIT_EXCEPTION + 32) {
		reinject(v, (u32)code - SVM_EXIT_EXCEPTION);
		return;
	}
	count_exit(v, BH_EXIT_OTHER);
	/* A reserved bit of CR4 raises #GP in CPUs; QEMU 7.2 reports a failed entry instead. */
	if ((u32)code == SVM_EXIT_INVALID && at_mov_cr4(v)) {
		vcpu_finish(v, ACT_GP);
		return;
	}
	say("cell %s: cpu %u: #VMEXIT 0x%lx, info 0x%lx 0x%lx is not handled", v->cell->name,
	    v->cpu, code, this_vmcb()->exit_info1, this_vmcb()->exit_info2);
	vcpu_park(v, (u32)code == SVM_EXIT_INVALID ? "VM entry failed" : "unhandled #VMEXIT");
}

static void skip(struct vcpu *v, struct vmcb *vmcb, u32 length)
{
	if (v->vendor_flags & SVM_NRIPS)
		vmcb->rip = vmcb->next_rip;
	else
		svm_move_rip(vmcb, length);
	vmcb->interrupt_shadow = 0;
}

void svm_handle_exit(struct vcpu *v)
{
	struct vmcb *vmcb = this_vmcb();
	u64 code = vmcb->exit_code;
	const struct exit_row *row;
	enum exit_action action;

	v->reg[REG_RAX] = vmcb->rax;
	vmcb->tlb_control = TLB_KEEP;
	row = code < SVM_EXIT_ROWS ? &exit_rows[code] : NULL;
	if (!row || !row->handler) {
		other_exit(v, code);
	} else {
		action = row->handler(v);
		if (action == ACT_SKIP)
			skip(v, vmcb, row->length);
		else
			vcpu_finish(v, action);
	}
	if (v->nmi_seen) {
		v->nmi_seen = false;
		vcpu_events(v);
	}
	vmcb->rax = v->reg[REG_RAX];
}
