/* SPDX-License-Identifier: BSD-2-Clause */
/* VMX: check, enable, and the parts of the VMCS that never change. */
#include "x86/vmx/vmx.h"

#include "core/cell.h"
#include "core/console.h"
#include "core/cpu.h"
#include "core/string.h"
#include "x86/asm.h"
#include "x86/regs.h"
#include "x86/vmx/ctl.h"
#include "x86/vmx/vmcs.h"
#include "x86/vmx/vmx_asm.h"

/* SDM vol. 3, appendix "VMX Capability Reporting Facility" */
#define MSR_VMX_MISC       0x485u
#define MSR_VMX_CR0_FIXED0 0x486u
#define MSR_VMX_CR0_FIXED1 0x487u
#define MSR_VMX_CR4_FIXED0 0x488u
#define MSR_VMX_CR4_FIXED1 0x489u

#define EPT_1G             BIT64(17)

#define AR_CS_L            BIT32(13) /* SDM vol. 3, "Format of Access Rights" */

#define VMXON_PAGE         0u
#define VMCS_PAGE          1u

struct vmx_caps vmx_caps;

extern void vmx_exit_entry(void);
extern void vmx_launch(void) __attribute__((noreturn));

static enum bh_err adjust_all(u32 cpu, struct vmx_caps *c)
{
	u32 refused;

	for (u32 w = 0; w < CTL_COUNT; w++) {
		u64 cap = rdmsr(ctl_msr((enum ctl_word)w, c->basic));

		if (!ctl_adjust(&ctl_rules[w], cap, &c->ctl[w], &refused))
			continue;
		say("cpu %u: VMX %s control '%s' is not available (bits 0x%x)", cpu,
		    ctl_rules[w].name, ctl_bit_name((enum ctl_word)w, refused), refused);
		return BH_ERR_NO_FEATURE;
	}
	return BH_OK;
}

static enum bh_err read_caps(u32 cpu, struct vmx_caps *c)
{
	u64 pin;
	enum bh_err err;

	c->basic = rdmsr(MSR_VMX_BASIC);
	c->misc = rdmsr(MSR_VMX_MISC);
	c->cr0_fixed0 = rdmsr(MSR_VMX_CR0_FIXED0);
	c->cr0_fixed1 = rdmsr(MSR_VMX_CR0_FIXED1);
	c->cr4_fixed0 = rdmsr(MSR_VMX_CR4_FIXED0);
	c->cr4_fixed1 = rdmsr(MSR_VMX_CR4_FIXED1);
	err = adjust_all(cpu, c);
	if (err)
		return err;
	c->ept_vpid = rdmsr(MSR_VMX_EPT_VPID);
	pin = rdmsr(ctl_msr(CTL_PIN, c->basic));
	c->preempt_timer = pin >> 32 & PIN_PREEMPT_TIMER;
	c->save_timer = rdmsr(ctl_msr(CTL_EXIT, c->basic)) >> 32 & EXITC_SAVE_TIMER;
	if (!c->preempt_timer) {
		say("cpu %u: VMX control 'VMX-preemption timer' is not available", cpu);
		return BH_ERR_NO_FEATURE;
	}
	if ((c->ept_vpid & EPT_NEEDED) != EPT_NEEDED) {
		say("cpu %u: EPT capabilities 0x%lx lack 4-level, WB, 2 MiB or INVEPT", cpu,
		    c->ept_vpid);
		return BH_ERR_NO_FEATURE;
	}
	return BH_OK;
}

/* FEATURE_CONTROL: SDM vol. 3, "Enabling and Entering VMX Operation". 0 = firmware left it open. */
static enum bh_err check_feature_control(void)
{
	u64 fc = rdmsr(MSR_FEATURE_CONTROL);

	if ((fc & FEATURE_CONTROL_LOCK) && !(fc & FEATURE_CONTROL_VMX))
		return BH_ERR_LOCKED;
	return BH_OK;
}

static enum bh_err vmx_check_cpu(u32 cpu)
{
	struct vmx_caps mine = {0};
	enum bh_err err;

	if (!(cpuid(1, 0).ecx & CPUID1_ECX_VMX))
		return BH_ERR_NO_VIRT;
	err = check_feature_control();
	if (!err)
		err = read_caps(cpu, &mine);
	if (err)
		return err;
	if (cpu == 0)
		vmx_caps = mine;
	return BH_OK;
}

/* Every CPU must have arrived at the boot CPU's values; those are stable behind the barrier. */
static enum bh_err compare_caps(u32 cpu)
{
	struct vmx_caps mine = {0};
	enum bh_err err = read_caps(cpu, &mine);

	if (!err && memcmp(&mine, &vmx_caps, sizeof(mine)))
		return BH_ERR_MISMATCH;
	return err;
}

static bool vmx_has_1g(void)
{
	return rdmsr(MSR_VMX_EPT_VPID) & EPT_1G;
}

static void write_host_state(void)
{
	struct gdt *gdt = &this_cpu()->gdt;

	vmwrite(VMCS_HOST_CR0, read_cr0());
	vmwrite(VMCS_HOST_CR3, read_cr3());
	vmwrite(VMCS_HOST_CR4, read_cr4());
	vmwrite(VMCS_HOST_CS_SEL, GDT_CODE);
	vmwrite(VMCS_HOST_SS_SEL, GDT_DATA);
	vmwrite(VMCS_HOST_DS_SEL, GDT_DATA);
	vmwrite(VMCS_HOST_ES_SEL, GDT_DATA);
	vmwrite(VMCS_HOST_FS_SEL, 0);
	vmwrite(VMCS_HOST_GS_SEL, 0);
	vmwrite(VMCS_HOST_TR_SEL, GDT_TSS);
	vmwrite(VMCS_HOST_FS_BASE, 0);
	vmwrite(VMCS_HOST_GS_BASE, 0);
	vmwrite(VMCS_HOST_TR_BASE, (u64)&gdt->tss);
	vmwrite(VMCS_HOST_GDTR_BASE, (u64)gdt->entry);
	vmwrite(VMCS_HOST_IDTR_BASE, idt_base());
	vmwrite(VMCS_HOST_SYSENTER_CS, 0);
	vmwrite(VMCS_HOST_SYSENTER_ESP, 0);
	vmwrite(VMCS_HOST_SYSENTER_EIP, 0);
	vmwrite(VMCS_HOST_PAT, PT_PAT);
	vmwrite(VMCS_HOST_EFER, rdmsr(MSR_EFER));
	vmwrite(VMCS_HOST_RSP, CPU_STRUCT + sizeof(this_cpu()->vcpu.reg));
	vmwrite(VMCS_HOST_RIP, (u64)vmx_exit_entry);
}

static void write_controls(struct vcpu *v)
{
	bool polls = v->cpu == cells[0].boot_cpu;

	vmwrite(VMCS_PIN_CTL, vmx_caps.ctl[CTL_PIN] | (polls ? PIN_PREEMPT_TIMER : 0));
	vmwrite(VMCS_PREEMPT_TIMER, vmx_poll_ticks());
	vmwrite(VMCS_CPU_CTL, vmx_caps.ctl[CTL_CPU]);
	vmwrite(VMCS_CPU2_CTL, vmx_caps.ctl[CTL_CPU2]);
	vmwrite(VMCS_EXIT_CTL,
		vmx_caps.ctl[CTL_EXIT] | (polls && vmx_caps.save_timer ? EXITC_SAVE_TIMER : 0));
	vmwrite(VMCS_ENTRY_CTL, vmx_caps.ctl[CTL_ENTRY]);
	/* #DB and #AC: their delivery can loop in microcode (CVE-2015-8104, CVE-2015-5307) */
	vmwrite(VMCS_EXCEPTIONS, BIT32(VEC_DB) | BIT32(VEC_AC) | BIT32(VEC_MC));
	vmwrite(VMCS_PF_MASK, 0);
	vmwrite(VMCS_PF_MATCH, 0);
	vmwrite(VMCS_CR3_COUNT, 0);
	vmwrite(VMCS_EXIT_MSR_STORE, 0);
	vmwrite(VMCS_EXIT_MSR_LOAD, 0);
	vmwrite(VMCS_ENTRY_MSR_LOAD, 0);
	vmwrite(VMCS_ENTRY_INTR, 0);
	vmwrite(VMCS_IO_BITMAP_A, v->cell->io_bitmap_phys);
	vmwrite(VMCS_IO_BITMAP_B, v->cell->io_bitmap_phys + PAGE_SIZE);
	vmwrite(VMCS_MSR_BITMAP, v->cell->msr_bitmap_phys);
	vmwrite(VMCS_LINK_POINTER, ~0ULL);
	vmwrite(VMCS_GUEST_PAT, PAT_RESET);
	vmwrite(VMCS_GUEST_DEBUGCTL, 0);
	if (vmx_caps.ctl[CTL_CPU2] & CPU2_XSAVES)
		vmwrite(VMCS_XSS_BITMAP, ~0ULL);
	if (vmx_caps.ctl[CTL_CPU2] & CPU2_VPID)
		vmwrite(VMCS_VPID, v->cell->id + 1); /* per CPU, so the cell's number suffices */
}

static void write_cr_masks(void)
{
	/* CR0: bits that VMX fixes even with unrestricted guest (PE and PG are then free) */
	vmwrite(VMCS_CR0_MASK,
		(vmx_caps.cr0_fixed0 & ~(CR0_PE | CR0_PG)) | (~vmx_caps.cr0_fixed1 & 0xffffffff));
	/* CR4: VMXE is ours; what the CPU does not have, or needs state that is not switched, exits
	 */
	/* MCE stays on: #MC with MCE = 0 shuts the machine down; guests see their own bit */
	vmwrite(VMCS_CR4_MASK, CR4_NOT_FOR_GUESTS | CR4_MCE | ~vmx_caps.cr4_fixed1);
}

static enum bh_err vmx_enable(struct vcpu *v)
{
	u32 *vmxon_region = (u32 *)(CPU_VIRT_PAGES + VMXON_PAGE * PAGE_SIZE);
	u32 *vmcs = (u32 *)(CPU_VIRT_PAGES + VMCS_PAGE * PAGE_SIZE);
	enum bh_err err = compare_caps(v->cpu);
	u64 fc = rdmsr(MSR_FEATURE_CONTROL);

	if (err)
		return err;
	if (!(fc & FEATURE_CONTROL_LOCK))
		wrmsr(MSR_FEATURE_CONTROL, fc | FEATURE_CONTROL_LOCK | FEATURE_CONTROL_VMX);
	write_cr0((read_cr0() | vmx_caps.cr0_fixed0) & vmx_caps.cr0_fixed1);
	write_cr4((read_cr4() | CR4_VMXE | vmx_caps.cr4_fixed0) & vmx_caps.cr4_fixed1);
	/* revision identifier, bit 31 clear: SDM vol. 3, "Format of the VMCS Region" */
	*vmxon_region = (u32)vmx_caps.basic & 0x7fffffff;
	*vmcs = (u32)vmx_caps.basic & 0x7fffffff;
	if (!vmxon(v->virt_phys + VMXON_PAGE * PAGE_SIZE))
		return BH_ERR_ENTRY;
	v->vendor_flags = VMX_ON;
	if (!vmclear(v->virt_phys + VMCS_PAGE * PAGE_SIZE) ||
	    !vmptrld(v->virt_phys + VMCS_PAGE * PAGE_SIZE))
		return BH_ERR_ENTRY;
	invept_all(); /* nothing of an earlier user may survive: SDM, "Guidelines for INVEPT" */
	write_host_state();
	write_controls(v);
	write_cr_masks();
	v->vendor_flags |= VMX_VMCS_LOADED;
	return BH_OK;
}

static void vmx_disable(void)
{
	struct vcpu *v = &this_cpu()->vcpu;

	if (!(v->vendor_flags & VMX_ON))
		return;
	v->vendor_flags = 0;
	vmxoff();
	write_cr4(read_cr4() & ~CR4_VMXE);
}

static void __attribute__((noreturn)) vmx_run(struct vcpu *v)
{
	(void)v; /* vmx_launch knows where it is */
	vmx_launch();
}

/* MSR bitmap: SDM vol. 3, "MSR-Bitmap Address": read low, read high, write low, write high */
static void vmx_allow_msr(void *bitmap, u32 first, u32 last, bool read, bool write)
{
	u8 *b = bitmap;

	for (u32 msr = first; msr <= last; msr++) {
		u32 bit = msr & 0x1fff;
		u32 base = msr >= 0xc0000000 ? 0x400 : 0;

		if ((msr & ~0x1fffu) != 0 && (msr & ~0x1fffu) != 0xc0000000)
			continue; /* outside the bitmap: always an exit */
		if (read)
			b[base + bit / 8] &= (u8)~BIT32(bit % 8);
		if (write)
			b[0x800 + base + bit / 8] &= (u8)~BIT32(bit % 8);
	}
}

static void vmx_set_rflags(struct vcpu *v, u64 rflags)
{
	(void)v;
	vmwrite(VMCS_GUEST_RFLAGS, rflags);
}

static void vmx_set_rsp(struct vcpu *v)
{
	vmwrite(VMCS_GUEST_RSP, v->reg[REG_RSP]);
}

/* Outside 64-bit mode RIP has 32 bits and wraps (SDM vol. 3, "Checks on Guest RIP"). */
void vmx_move_rip(u64 bytes)
{
	u64 rip = vmread(VMCS_GUEST_RIP), next = rip + bytes;

	if ((next ^ rip) >> 32 &&
	    !((vmread(VMCS_GUEST_EFER) & EFER_LMA) && (vmread(VMCS_GUEST_CS_AR) & AR_CS_L)))
		next = (u32)next;
	vmwrite(VMCS_GUEST_RIP, next);
}

static void vmx_advance(struct vcpu *v, u32 bytes)
{
	(void)v;
	vmx_move_rip(bytes);
	vmwrite(VMCS_GUEST_INTR, vmread(VMCS_GUEST_INTR) & ~3ULL); /* STI, MOV SS blocking ends */
	/* EPT violations set RF (SDM vol. 3, "Saving RIP, RSP, RFLAGS, and SSP"): the next
	 * instruction would not hit its breakpoint */
	vmwrite(VMCS_GUEST_RFLAGS, vmread(VMCS_GUEST_RFLAGS) & ~RFLAGS_RF);
}

static u64 vmx_read_cr4(struct vcpu *v)
{
	(void)v;
	return vmx_guest_cr4();
}

static u64 vmx_read_efer(struct vcpu *v)
{
	(void)v;
	return vmread(VMCS_GUEST_EFER);
}

static bool vmx_write_efer(struct vcpu *v, u64 value)
{
	(void)v;
	(void)value;
	return false; /* EFER is not trapped here */
}

const struct vcpu_ops vmx_ops = {
	.name = "vmx",
	.table_kind = PT_EPT,
	.msr_bitmap_pages = 1,
	.io_bitmap_pages = 2,
	.polls_console = true,
	.uses_vmmcall = false,
	.has_1g = vmx_has_1g,
	.check_cpu = vmx_check_cpu,
	.enable = vmx_enable,
	.disable = vmx_disable,
	.run = vmx_run,
	.allow_msr = vmx_allow_msr,
	.reset_entry = vmx_reset_entry,
	.reset_sipi = vmx_reset_sipi,
	.enter_parking = vmx_enter_parking,
	.get_state = vmx_get_state,
	.set_rflags = vmx_set_rflags,
	.set_rsp = vmx_set_rsp,
	.advance = vmx_advance,
	.read_cr4 = vmx_read_cr4,
	.inject_exception = vmx_inject_exception,
	.inject_nmi = vmx_inject_nmi,
	.write_efer = vmx_write_efer,
	.read_efer = vmx_read_efer,
	.host_nmi = vmx_host_nmi,
};
