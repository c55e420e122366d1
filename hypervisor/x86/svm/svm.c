/* SPDX-License-Identifier: BSD-2-Clause */
/* SVM: check, enable, and the guest state in the VMCB. */
#include "x86/svm/svm.h"

#include "core/cell.h"
#include "core/console.h"
#include "core/cpu.h"
#include "core/string.h"
#include "x86/asm.h"
#include "x86/parking.h"
#include "x86/regs.h"

#define CPUID_SVM     0x8000000au
#define SVM_EDX_NP    BIT32(0)
#define SVM_EDX_NRIPS BIT32(3)

/* Access byte, then AVL, L, D, G in bits 11:8 (APM vol. 2, "Segment State in the VMCB") */
#define AT_CODE64 0xa9bu
#define AT_DATA32 0xc93u
#define AT_CODE16 0x09bu
#define AT_DATA16 0x093u
#define AT_LDTR   0x082u
#define AT_TR     0x08bu

#define DR6_RESET 0xffff0ff0ULL
#define DR7_RESET 0x400u
#define ASID      1u /* one guest a CPU; state changes flush */

extern void svm_loop(void) __attribute__((noreturn));

static enum bh_err svm_check_cpu(u32 cpu)
{
	if (cpuid(0x80000000, 0).eax < CPUID_SVM || !(cpuid(0x80000001, 0).ecx & CPUID8_1_ECX_SVM))
		return BH_ERR_NO_VIRT;
	if (rdmsr(MSR_VM_CR) & VM_CR_SVMDIS)
		return BH_ERR_LOCKED;
	if (!(cpuid(CPUID_SVM, 0).edx & SVM_EDX_NP)) {
		say("cpu %u: SVM feature 'nested paging' is not available", cpu);
		return BH_ERR_NO_FEATURE;
	}
	return BH_OK;
}

static bool svm_has_1g(void)
{
	return cpuid(0x80000001, 0).edx & CPUID8_1_EDX_1G;
}

static void init_controls(struct vcpu *v, struct vmcb *vmcb)
{
	vmcb->intercept_exceptions = BIT32(VEC_DB) | BIT32(VEC_AC) | BIT32(VEC_MC);
	vmcb->intercept1 = INT1_NMI | INT1_SMI | INT1_INIT | INT1_CPUID | INT1_INVD | INT1_INVLPGA |
			   INT1_IO | INT1_MSR | INT1_SHUTDOWN;
	vmcb->intercept2 = INT2_VMRUN | INT2_VMMCALL | INT2_VMLOAD | INT2_VMSAVE | INT2_STGI |
			   INT2_CLGI | INT2_SKINIT;
	vmcb->iopm_phys = v->cell->io_bitmap_phys;
	vmcb->msrpm_phys = v->cell->msr_bitmap_phys;
	vmcb->asid = ASID;
	vmcb->np_enable = 1;
	vmcb->g_pat = PAT_RESET;
	vmcb->dr6 = DR6_RESET;
}

static enum bh_err svm_enable(struct vcpu *v)
{
	u64 host_vmcb = v->virt_phys + HOST_VMCB_PAGE * PAGE_SIZE;

	if (cpuid(CPUID_SVM, 0).edx & SVM_EDX_NRIPS)
		v->vendor_flags |= SVM_NRIPS;
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SVME);
	v->vendor_flags |= SVM_ON;
	__asm__ volatile("clgi" ::: "memory"); /* a kick before the first VMRUN must stay pending */
	wrmsr(MSR_VM_HSAVE_PA, v->virt_phys + HSAVE_PAGE * PAGE_SIZE);
	/* an INIT from the chipset stays pending behind its #VMEXIT: take it as #SX (APM vol. 2,
	 * "INIT Intercept" and "VM_CR MSR"), which fault_entry drops */
	wrmsr_safe(MSR_VM_CR, rdmsr(MSR_VM_CR) | VM_CR_R_INIT);
	__asm__ volatile("vmsave %%rax" : : "a"(host_vmcb) : "memory");
	init_controls(v, this_vmcb());
	return BH_OK;
}

static void svm_disable(void)
{
	if (!(this_cpu()->vcpu.vendor_flags & SVM_ON))
		return;
	__asm__ volatile("stgi" ::: "memory");
	wrmsr_safe(MSR_VM_CR, rdmsr(MSR_VM_CR) & ~VM_CR_R_INIT);
	wrmsr(MSR_VM_HSAVE_PA, 0);
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) & ~EFER_SVME);
}

static void __attribute__((noreturn)) svm_run(struct vcpu *v)
{
	(void)v; /* svm_loop knows where it is */
	svm_loop();
}

/* MSR permission map: APM vol. 2, "MSR Intercepts": two bits each, read then write */
static void svm_allow_msr(void *bitmap, u32 first, u32 last, bool read, bool write)
{
	u8 *b = bitmap;

	for (u32 msr = first; msr <= last; msr++) {
		u32 base = msr >= 0xc0010000 ? 0x1000 : msr >= 0xc0000000 ? 0x800 : 0;
		u32 bit = (msr & 0x1fff) * 2;

		if (msr == MSR_EFER)
			continue; /* SVME must stay set and must not be seen: emulated */
		if (read)
			b[base + bit / 8] &= (u8)~BIT32(bit % 8);
		if (write)
			b[base + bit / 8] &= (u8)~BIT32(bit % 8 + 1);
	}
}

static struct vmcb_segment segment(u16 selector, u64 base, u32 limit, u16 attributes)
{
	return (struct vmcb_segment){selector, attributes, limit, base};
}

static void reset_common(struct vcpu *v, struct vmcb *vmcb)
{
	memset(v->reg, 0, sizeof(v->reg));
	v->nmi_owed = false;
	v->vendor_flags &= ~SVM_NMI_MASKED;
	vmcb->intercept1 &= ~INT1_IRET;
	vmcb->event = 0;
	vmcb->interrupt_shadow = 0;
	vmcb->rflags = RFLAGS_FIXED;
	vmcb->rip = vmcb->rsp = vmcb->rax = 0;
	vmcb->cr2 = vmcb->cr3 = 0;
	vmcb->dr7 = DR7_RESET;
	vmcb->cpl = 0;
	vmcb->sysenter_cs = vmcb->sysenter_esp = vmcb->sysenter_eip = 0;
	vmcb->gdtr = vmcb->idtr = segment(0, 0, 0xffff, 0);
	vmcb->ldtr = segment(0, 0, 0xffff, AT_LDTR);
	vmcb->tr = segment(0, 0, 0xffff, AT_TR);
	vmcb->tlb_control = TLB_FLUSH_ALL; /* the parking place has the same ASID */
}

static void reset_real_mode(struct vcpu *v, struct vmcb *vmcb, u64 cs_base)
{
	reset_common(v, vmcb);
	vmcb->cs = segment((u16)(cs_base >> 4), cs_base, 0xffff, AT_CODE16);
	vmcb->ss = vmcb->ds = vmcb->es = segment(0, 0, 0xffff, AT_DATA16);
	vmcb->fs = vmcb->gs = vmcb->ds;
	vmcb->cr0 = CR0_ET;
	vmcb->cr4 = 0;
	vmcb->efer = EFER_SVME;
}

static void svm_reset_entry(struct vcpu *v, const struct bh_boot_entry *entry)
{
	struct vmcb *vmcb = this_vmcb();

	reset_common(v, vmcb);
	vmcb->cs = segment(entry->cs, 0, 0xffffffff, AT_CODE64);
	vmcb->ss = vmcb->ds = vmcb->es = segment(entry->ds, 0, 0xffffffff, AT_DATA32);
	vmcb->fs = vmcb->gs = segment(0, 0, 0, 0);
	vmcb->cr0 = CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE;
	vmcb->cr4 = CR4_PAE;
	vmcb->efer = EFER_SVME | EFER_LME | EFER_LMA | EFER_NXE;
	vmcb->debugctl = 0;
	vmcb->cr3 = entry->cr3;
	vmcb->gdtr = segment(0, entry->gdt_base, entry->gdt_limit, 0);
	vmcb->rip = entry->rip;
	vmcb->rsp = entry->rsp;
	v->reg[REG_RDI] = entry->rdi;
	v->reg[REG_RSI] = entry->rsi;
	vmcb->n_cr3 = v->cell->memory_root_phys;
}

static void svm_reset_sipi(struct vcpu *v, u8 vector)
{
	reset_real_mode(v, this_vmcb(), (u64)vector << 12);
	v->reg[REG_RDX] = cpuid(1, 0).eax; /* APM vol. 2, "Processor Initialization State" */
	this_vmcb()->n_cr3 = v->cell->memory_root_phys;
}

static void svm_enter_parking(struct vcpu *v)
{
	reset_real_mode(v, this_vmcb(), 0);
	this_vmcb()->n_cr3 = parking_root_phys();
}

static void svm_get_state(struct vcpu *v, struct guest_state *s)
{
	const struct vmcb *vmcb = this_vmcb();

	s->rip = vmcb->rip;
	s->rflags = vmcb->rflags;
	s->cr0 = vmcb->cr0;
	s->cr3 = vmcb->cr3;
	s->cr4 = vmcb->cr4;
	s->efer = vmcb->efer & ~EFER_SVME;
	s->cs_base = vmcb->cs.base;
	s->cs_l = vmcb->cs.attributes >> 9 & 1;
	s->cs_d = vmcb->cs.attributes >> 10 & 1;
	s->cpl = vmcb->cpl;
	v->reg[REG_RSP] = vmcb->rsp;
}

static void svm_set_rflags(struct vcpu *v, u64 rflags)
{
	(void)v;
	this_vmcb()->rflags = rflags;
}

static void svm_set_rsp(struct vcpu *v)
{
	this_vmcb()->rsp = v->reg[REG_RSP];
}

static void svm_advance(struct vcpu *v, u32 bytes)
{
	(void)v;
	svm_move_rip(this_vmcb(), bytes);
	this_vmcb()->interrupt_shadow = 0;
	this_vmcb()->rflags &= ~RFLAGS_RF; /* it covers one instruction, too */
}

static u64 svm_read_cr4(struct vcpu *v)
{
	(void)v;
	return this_vmcb()->cr4;
}

static u64 svm_read_efer(struct vcpu *v)
{
	(void)v;
	return this_vmcb()->efer & ~EFER_SVME;
}

const struct vcpu_ops svm_ops = {
	.name = "svm",
	.table_kind = PT_NPT,
	.msr_bitmap_pages = 2,
	.io_bitmap_pages = 3,
	.polls_console = false,
	.uses_vmmcall = true,
	.has_1g = svm_has_1g,
	.check_cpu = svm_check_cpu,
	.enable = svm_enable,
	.disable = svm_disable,
	.run = svm_run,
	.allow_msr = svm_allow_msr,
	.reset_entry = svm_reset_entry,
	.reset_sipi = svm_reset_sipi,
	.enter_parking = svm_enter_parking,
	.get_state = svm_get_state,
	.set_rflags = svm_set_rflags,
	.set_rsp = svm_set_rsp,
	.advance = svm_advance,
	.read_cr4 = svm_read_cr4,
	.inject_exception = svm_inject_exception,
	.inject_nmi = svm_inject_nmi,
	.write_efer = svm_write_efer,
	.read_efer = svm_read_efer,
	.host_nmi = svm_host_nmi,
};
