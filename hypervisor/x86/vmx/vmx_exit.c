/* SPDX-License-Identifier: BSD-2-Clause */
/* VM exits: a table by basic reason, small handlers, and event injection. */
#include "core/cell.h"
#include "core/console.h"
#include "core/cpu.h"
#include "core/guest_mem.h"
#include "core/main.h"
#include "iommu/iommu.h"
#include "x86/asm.h"
#include "x86/regs.h"
#include "x86/vmx/ctl.h"
#include "x86/vmx/vmcs.h"
#include "x86/vmx/vmx.h"
#include "x86/vmx/vmx_asm.h"

/* VM-entry and VM-exit interruption information: SDM vol. 3, "VM-Entry Controls for Event
 * Injection" */
#define INTR_VALID       BIT32(31)
#define INTR_HAS_ERROR   BIT32(11)
#define INTR_TYPE(t)     ((u32)(t) << 8)
#define TYPE_NMI         2u
#define TYPE_HARD        3u
#define TYPE_PRIV_SOFT   5u /* INT1 */
#define INTR_GET_TYPE(i) ((i) >> 8 & 7)

#define BLOCK_STI        BIT32(0)
#define BLOCK_STI_SS     3u /* interruptibility: blocking by STI, by MOV SS */
#define PENDING_DBG_BS   BIT64(14)
#define BLOCK_NMI        BIT32(3)

#define POLL_US          40000u /* console latency; 25 short exits a second on one root CPU */

static u32 poll_ticks;

u32 vmx_poll_ticks(void)
{
	if (!poll_ticks) /* the timer counts TSC >> misc[4:0] (SDM, "VMX-Preemption Timer") */
		poll_ticks = (u32)(((u64)tsc_khz * POLL_US / 1000) >> (vmx_caps.misc & 31));
	return poll_ticks;
}

/* SDM vol. 3, "Interrupt 8-Double Fault Exception": the contributory exceptions, #DE, #TS ... #GP
 */
static bool is_contributory(u32 vector)
{
	return vector == 0 || (vector >= 10 && vector <= VEC_GP);
}

/* An exception met while @first was being delivered: the table at the same place. */
static bool is_double_fault(u32 first, u32 second)
{
	if (first == VEC_PF && second == VEC_PF)
		return true;
	return is_contributory(second) && (is_contributory(first) || first == VEC_PF);
}

void vmx_inject_exception(struct vcpu *v, u32 vector, bool has_error, u32 error)
{
	u64 idt = vmread(VMCS_IDT_INFO);

	if ((idt & INTR_VALID) && INTR_GET_TYPE(idt) == TYPE_HARD &&
	    is_double_fault((u32)idt & 0xff, vector))
		vector = VEC_DF, has_error = true, error = 0;
	if (has_error && !(vmread(VMCS_GUEST_CR0) & CR0_PE))
		has_error = false; /* real mode pushes none */
	vmwrite(VMCS_ENTRY_INTR,
		INTR_VALID | INTR_TYPE(TYPE_HARD) | (has_error ? INTR_HAS_ERROR : 0) | vector);
	if (has_error)
		vmwrite(VMCS_ENTRY_ERROR, error);
	(void)v;
}

/*
 * An NMI window may open under blocking by STI, where injection is forbidden: that exit would come
 * again forever. An interrupt window does not open there (SDM vol. 3, "Other Causes of VM Exits").
 */
static void nmi_window(u32 window)
{
	u64 ctl = vmread(VMCS_CPU_CTL) & ~(u64)CPU_WINDOWS;

	vmwrite(VMCS_CPU_CTL, ctl | window);
}

void vmx_inject_nmi(struct vcpu *v)
{
	u64 blocked = vmread(VMCS_GUEST_INTR) & (BLOCK_STI_SS | BLOCK_NMI);

	if (blocked || (vmread(VMCS_ENTRY_INTR) & INTR_VALID)) {
		v->nmi_owed = true;
		nmi_window(blocked & BLOCK_STI ? CPU_INTR_WINDOW : CPU_NMI_WINDOW);
		return;
	}
	v->nmi_owed = false;
	vmwrite(VMCS_ENTRY_INTR, INTR_VALID | INTR_TYPE(TYPE_NMI) | VEC_NMI);
}

static enum exit_action exit_nmi_window(struct vcpu *v)
{
	count_exit(v, BH_EXIT_NMI);
	nmi_window(0);
	if (v->nmi_owed)
		vmx_inject_nmi(v);
	return ACT_RESUME;
}

/*
 * An NMI hit us in host mode, perhaps behind the last look at the events: make the next VM entry
 * exit at once. This runs between any two instructions of the exit handlers.
 */
void vmx_host_nmi(struct vcpu *v)
{
	if (!(v->vendor_flags & VMX_VMCS_LOADED))
		return; /* start-up: nobody posts events yet */
	v->nmi_seen = true;
	vmwrite(VMCS_PREEMPT_TIMER, 0);
	vmwrite(VMCS_PIN_CTL, vmx_caps.ctl[CTL_PIN] | PIN_PREEMPT_TIMER);
}

/*
 * Where TF is set under blocking by STI or MOV SS, VM entry wants the pending debug exception "BS"
 * (SDM vol. 3, "Checks on Guest Non-Register State"), but whether VM exits save it there is left
 * to the CPU ("Saving Non-Register State"). With an exception to inject it is dropped.
 */
static void pend_single_step(void)
{
	if ((vmread(VMCS_GUEST_INTR) & BLOCK_STI_SS) && (vmread(VMCS_GUEST_RFLAGS) & RFLAGS_TF))
		vmwrite(VMCS_GUEST_PENDING_DBG, vmread(VMCS_GUEST_PENDING_DBG) | PENDING_DBG_BS);
}

/* Reinject an intercepted exception; DR6 is not updated by the exit (SDM, "VM Exits", debug). */
static enum exit_action reinject(struct vcpu *v, u32 info)
{
	u32 vector = info & 0xff;

	if (vector == VEC_MC)
		return exit_machine_check(v);
	count_exit(v, BH_EXIT_EXCEPTION);
	if (vector == VEC_DB) {
		u64 dr6;

		__asm__ volatile("mov %%dr6, %0" : "=r"(dr6));
		dr6 = (dr6 & ~0xfULL) | (vmread(VMCS_QUALIFICATION) & 0xe00f);
		__asm__ volatile("mov %0, %%dr6" : : "r"(dr6));
		/* delivery clears GD, injection does not: the handler could not touch DR7 */
		vmwrite(VMCS_GUEST_DR7, vmread(VMCS_GUEST_DR7) & ~DR7_GD);
	}
	if (INTR_GET_TYPE(info) == TYPE_PRIV_SOFT) { /* INT1 ends blocking by STI, MOV SS itself */
		vmwrite(VMCS_GUEST_INTR, vmread(VMCS_GUEST_INTR) & ~(u64)BLOCK_STI_SS);
		vmwrite(VMCS_ENTRY_LENGTH, vmread(VMCS_EXIT_LENGTH));
		vmwrite(VMCS_ENTRY_INTR, INTR_VALID | INTR_TYPE(TYPE_PRIV_SOFT) | vector);
		return ACT_RESUME;
	}
	vmx_inject_exception(v, vector, info & INTR_HAS_ERROR, (u32)vmread(VMCS_EXIT_ERROR));
	return ACT_RESUME;
}

extern void unblock_nmi(void);

static enum exit_action exit_exception_nmi(struct vcpu *v)
{
	u32 info = (u32)vmread(VMCS_EXIT_INTR);

	if (INTR_GET_TYPE(info) != TYPE_NMI)
		return reinject(v, info);
	/*
	 * The exit leaves NMIs blocked until an IRET (SDM vol. 3, "Handling Multiple NMIs").
	 * Bochs 2.7 in addition shows the block in the guest's interruptibility state and would
	 * carry it on; with virtual NMIs that bit means an NMI handler of the guest, which an
	 * NMI exit never starts.
	 */
	unblock_nmi();
	vcpu_events(v);
	return ACT_RESUME;
}

static enum exit_action exit_timer(struct vcpu *v)
{
	bool polls = v->cpu == cells[0].boot_cpu;

	/* back to normal before looking, so that an NMI in between arms the timer again */
	vmwrite(VMCS_PIN_CTL, vmx_caps.ctl[CTL_PIN] | (polls ? PIN_PREEMPT_TIMER : 0));
	vmwrite(VMCS_PREEMPT_TIMER, vmx_poll_ticks());
	__asm__ volatile("" ::: "memory"); /* VMWRITE alone would not keep the load behind it */
	if (v->nmi_seen) {
		v->nmi_seen = false;
		vcpu_events(v);
	} else {
		count_exit(v, BH_EXIT_TIMER);
	}
	if (polls) {
		console_drain();
		iommu_check_faults(false);
	}
	return ACT_RESUME;
}

static enum exit_action exit_triple_fault(struct vcpu *v)
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

static enum exit_action exit_ignore(struct vcpu *v)
{
	count_exit(v, BH_EXIT_INIT_SIPI);
	return ACT_RESUME; /* INIT or SIPI from outside the cells: not for guests */
}

/* PAE paging outside long mode: the PDPTEs are VMCS fields (SDM vol. 3, "Guest PDPTEs"). */
static bool load_pdptes(struct vcpu *v)
{
	u64 pdpte[4];

	if (!guest_read_phys(v, vmread(VMCS_GUEST_CR3) & 0xffffffe0, pdpte, sizeof(pdpte)))
		return false;
	for (u32 i = 0; i < 4; i++)
		vmwrite(VMCS_GUEST_PDPTE0 + 2 * i, pdpte[i]);
	return true;
}

/* CR0.PG changed in an emulated write: EFER.LMA follows (SDM vol. 3, "Initializing IA-32e Mode").
 */
static bool switch_paging(struct vcpu *v, bool on)
{
	u64 efer = vmread(VMCS_GUEST_EFER), cr4 = vmread(VMCS_GUEST_CR4);
	bool long_mode = on && (efer & EFER_LME);
	u64 entry = vmread(VMCS_ENTRY_CTL) & ~(u64)ENTRYC_IA32E;

	if (long_mode && !(cr4 & CR4_PAE))
		return false;
	if (on && !long_mode && (cr4 & CR4_PAE) && !load_pdptes(v))
		return false;
	invept_all(); /* drops the linear mappings of the mode that ends */
	vmwrite(VMCS_GUEST_EFER, long_mode ? efer | EFER_LMA : efer & ~EFER_LMA);
	vmwrite(VMCS_ENTRY_CTL, entry | (long_mode ? ENTRYC_IA32E : 0));
	return true;
}

/* MOV to CR0 that changes a bit which VMX holds fixed: NE, or one the CPU does not have. */
static enum exit_action guest_write_cr0(struct vcpu *v, u64 value)
{
	u64 forced = vmx_caps.cr0_fixed0 & ~(CR0_PE | CR0_PG);
	bool was_on = vmread(VMCS_GUEST_CR0) & CR0_PG, on = value & CR0_PG;

	if (value >> 32 || (value & ~vmx_caps.cr0_fixed1) || (on && !(value & CR0_PE)))
		return ACT_GP;
	if (on != was_on && !switch_paging(v, on))
		return ACT_GP;
	vmwrite(VMCS_CR0_SHADOW, value);
	vmwrite(VMCS_GUEST_CR0, value | forced);
	return ACT_SKIP;
}

/* MOV to CR4 that changes MCE or sets what guests do not have (SDM vol. 2, "MOV to CR", #GP). */
static enum exit_action guest_write_cr4(struct vcpu *v, u64 value)
{
	const u64 pae_bits = CR4_PAE | CR4_PSE | CR4_PGE | CR4_SMEP;
	u64 old = vmx_guest_cr4(), changed = old ^ value;
	bool long_mode = vmread(VMCS_GUEST_EFER) & EFER_LMA;

	if (value & (CR4_NOT_FOR_GUESTS | ~vmx_caps.cr4_fixed1))
		return ACT_GP;
	if (long_mode && (!(value & CR4_PAE) || (changed & CR4_LA57)))
		return ACT_GP;
	if ((changed & value & CR4_PCIDE) && (!long_mode || (vmread(VMCS_GUEST_CR3) & PAGE_MASK)))
		return ACT_GP;
	if ((vmread(VMCS_GUEST_CR0) & CR0_PG) && !long_mode && (value & CR4_PAE) &&
	    (changed & pae_bits) && !load_pdptes(v))
		return ACT_GP;
	vmwrite(VMCS_CR4_SHADOW, value);
	vmwrite(VMCS_GUEST_CR4, value | CR4_VMXE | CR4_MCE | vmx_caps.cr4_fixed0);
	invept_all(); /* as the MOV would, with PGE and others changed */
	return ACT_SKIP;
}

/* SDM vol. 3, "Exit Qualification for Control-Register Accesses" */
static enum exit_action exit_cr(struct vcpu *v)
{
	u64 q = vmread(VMCS_QUALIFICATION), mask = vmread(VMCS_CR0_MASK);
	u32 cr = q & 15, type = q >> 4 & 3, reg = q >> 8 & 15;
	u64 cr0 = (vmread(VMCS_GUEST_CR0) & ~mask) | (vmread(VMCS_CR0_SHADOW) & mask);

	count_exit(v, BH_EXIT_CR);
	if (type == 3) /* LMSW: bits 3:0, PE cannot be cleared */
		return guest_write_cr0(v, (cr0 & ~0xeULL) | (q >> 16 & 0xf));
	if (type == 2) /* CLTS */
		return guest_write_cr0(v, cr0 & ~CR0_TS);
	if (type != 0 || (cr != 0 && cr != 4))
		return ACT_GP;
	if (reg == REG_RSP)
		v->reg[REG_RSP] = vmread(VMCS_GUEST_RSP);
	return cr == 0 ? guest_write_cr0(v, v->reg[reg]) : guest_write_cr4(v, v->reg[reg]);
}

static enum exit_action exit_vmx_io(struct vcpu *v)
{
	u64 q = vmread(VMCS_QUALIFICATION);
	struct io_access io = {.port = (u16)(q >> 16),
			       .size = (u8)((q & 7) + 1),
			       .in = q >> 3 & 1,
			       .string = q >> 4 & 1,
			       .rep = q >> 5 & 1};

	return exit_io(v, &io);
}

/* SDM vol. 3, "Exit Qualification for EPT Violations" */
static enum exit_action exit_ept(struct vcpu *v)
{
	u64 q = vmread(VMCS_QUALIFICATION);
	struct memory_fault f = {.gpa = vmread(VMCS_GUEST_PHYS),
				 .read = q & 1,
				 .write = q >> 1 & 1,
				 .fetch = q >> 2 & 1,
				 .in_walk = (q & 0x180) == 0x80,
				 .in_delivery = vmread(VMCS_IDT_INFO) >> 31};

	return exit_memory(v, &f);
}

typedef enum exit_action (*exit_fn)(struct vcpu *v);

static const exit_fn exit_rows[EXIT_COUNT] = {
	[EXIT_EXCEPTION_NMI] = exit_exception_nmi,
	[EXIT_TRIPLE_FAULT] = exit_triple_fault,
	[EXIT_INIT] = exit_ignore,
	[EXIT_SIPI] = exit_ignore,
	[EXIT_INTR_WINDOW] = exit_nmi_window,
	[EXIT_NMI_WINDOW] = exit_nmi_window,
	[EXIT_CPUID] = exit_cpuid,
	[EXIT_GETSEC] = exit_undefined,
	[EXIT_INVD] = exit_invd,
	[EXIT_VMCALL] = exit_hypercall,
	[EXIT_VMCLEAR... EXIT_VMXON] = exit_undefined,
	[EXIT_CR] = exit_cr,
	[EXIT_IO] = exit_vmx_io,
	[EXIT_RDMSR] = exit_rdmsr,
	[EXIT_WRMSR] = exit_wrmsr,
	[EXIT_EPT_VIOLATION] = exit_ept,
	[EXIT_INVEPT] = exit_undefined,
	[EXIT_PREEMPT_TIMER] = exit_timer,
	[EXIT_INVVPID] = exit_undefined,
	[EXIT_XSETBV] = exit_xsetbv,
	[EXIT_VMFUNC] = exit_undefined,
	/* CPUs with TDX exit on these at any CPL: a program must not get its CPU parked */
	[EXIT_SEAMCALL] = exit_undefined,
	[EXIT_TDCALL] = exit_undefined,
};

static void unhandled(struct vcpu *v, u32 reason)
{
	count_exit(v, BH_EXIT_OTHER);
	say("cell %s: cpu %u: VM exit %u, qualification 0x%lx, guest address 0x%lx is not handled",
	    v->cell->name, v->cpu, reason, vmread(VMCS_QUALIFICATION), vmread(VMCS_GUEST_PHYS));
	vcpu_park(v, reason & EXIT_REASON_FAILED_ENTRY ? "VM entry failed" : "unhandled VM exit");
}

static void vmx_skip(void)
{
	u64 blocking = vmread(VMCS_GUEST_INTR);

	vmx_move_rip(vmread(VMCS_EXIT_LENGTH));
	if (blocking & BLOCK_STI_SS) /* it covers one instruction, which has been emulated */
		vmwrite(VMCS_GUEST_INTR, blocking & ~(u64)BLOCK_STI_SS);
}

/* Not inlined: the way of ACT_SKIP does not pay for it. */
static __attribute__((noinline)) void vmx_stay(struct vcpu *v, enum exit_action action)
{
	vcpu_finish(v, action);
	pend_single_step();
}

void vmx_handle_exit(struct vcpu *v)
{
	u32 reason = (u32)vmread(VMCS_EXIT_REASON);
	enum exit_action action;

	if (reason >= EXIT_COUNT || !exit_rows[reason]) {
		unhandled(v, reason);
		return;
	}
	action = exit_rows[reason](v);
	if (action == ACT_SKIP)
		vmx_skip();
	else
		vmx_stay(v, action);
}

void vmx_entry_failed(void)
{
	bug("VM entry instruction failed, error", vmread(VMCS_INSTR_ERROR));
}
