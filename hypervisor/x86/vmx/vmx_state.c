/* SPDX-License-Identifier: BSD-2-Clause */
/* Guest state in the VMCS: cold start in long mode, start by SIPI, parking. */
#include "core/cell.h"
#include "core/string.h"
#include "x86/asm.h"
#include "x86/parking.h"
#include "x86/regs.h"
#include "x86/vmx/ctl.h"
#include "x86/vmx/vmcs.h"
#include "x86/vmx/vmx.h"
#include "x86/vmx/vmx_asm.h"

/* Access rights: SDM vol. 3, "Format of Access Rights" */
#define AR_CODE64   0xa09bu
#define AR_DATA32   0xc093u
#define AR_CODE16   0x009bu
#define AR_DATA16   0x0093u
#define AR_LDTR     0x0082u
#define AR_TR       0x008bu
#define AR_UNUSABLE BIT32(16)

#define EPTP_WALK_4 (3u << 3) /* SDM vol. 3, "Extended-Page-Table Pointer": length minus 1 */
#define EPTP_WB     6u
#define DR7_RESET   0x400u

static void write_segment(u32 seg, u16 sel, u64 base, u32 limit, u32 ar)
{
	vmwrite(VMCS_GUEST_ES_SEL + 2 * seg, sel);
	vmwrite(VMCS_GUEST_ES_BASE + 2 * seg, base);
	vmwrite(VMCS_GUEST_ES_LIMIT + 2 * seg, limit);
	vmwrite(VMCS_GUEST_ES_AR + 2 * seg, ar);
}

static void set_cr0(u64 cr0)
{
	u64 forced = vmx_caps.cr0_fixed0 & ~(CR0_PE | CR0_PG);

	vmwrite(VMCS_GUEST_CR0, cr0 | forced);
	vmwrite(VMCS_CR0_SHADOW, cr0);
}

static void set_cr4(u64 cr4)
{
	vmwrite(VMCS_GUEST_CR4, cr4 | CR4_VMXE | CR4_MCE | vmx_caps.cr4_fixed0);
	vmwrite(VMCS_CR4_SHADOW, cr4);
}

static void write_efer(u64 efer)
{
	u64 entry = vmread(VMCS_ENTRY_CTL) & ~(u64)ENTRYC_IA32E;

	vmwrite(VMCS_GUEST_EFER, efer);
	vmwrite(VMCS_ENTRY_CTL, entry | (efer & EFER_LMA ? ENTRYC_IA32E : 0));
}

static void write_eptp(u64 root)
{
	vmwrite(VMCS_EPTP, root | EPTP_WALK_4 | EPTP_WB);
}

/* What every start has in common: nothing pending, no blocking, registers 0. */
static void reset_common(struct vcpu *v)
{
	memset(v->reg, 0, sizeof(v->reg));
	v->nmi_owed = false;
	vmwrite(VMCS_GUEST_RFLAGS, RFLAGS_FIXED);
	vmwrite(VMCS_GUEST_RSP, 0);
	vmwrite(VMCS_GUEST_CR3, 0);
	vmwrite(VMCS_GUEST_DR7, DR7_RESET);
	vmwrite(VMCS_GUEST_INTR, 0);
	vmwrite(VMCS_GUEST_ACTIVITY, 0);
	vmwrite(VMCS_GUEST_PENDING_DBG, 0);
	vmwrite(VMCS_GUEST_SYSENTER_CS, 0);
	vmwrite(VMCS_GUEST_SYSENTER_ESP, 0);
	vmwrite(VMCS_GUEST_SYSENTER_EIP, 0);
	vmwrite(VMCS_GUEST_GDTR_BASE, 0);
	vmwrite(VMCS_GUEST_GDTR_LIMIT, 0xffff);
	vmwrite(VMCS_GUEST_IDTR_BASE, 0);
	vmwrite(VMCS_GUEST_IDTR_LIMIT, 0xffff);
	vmwrite(VMCS_ENTRY_INTR, 0);
	vmwrite(VMCS_CPU_CTL, vmread(VMCS_CPU_CTL) & ~(u64)CPU_WINDOWS);
	write_segment(SEG_LDTR, 0, 0, 0xffff, AR_LDTR);
	write_segment(SEG_TR, 0, 0, 0xffff, AR_TR);
	invept_all(); /* also drops combined mappings of the VPID (SDM, "INVEPT") */
}

static void reset_real_mode(struct vcpu *v, u64 cs_base)
{
	reset_common(v);
	write_segment(SEG_CS, (u16)(cs_base >> 4), cs_base, 0xffff, AR_CODE16);
	for (u32 seg = SEG_ES; seg <= SEG_GS; seg++)
		if (seg != SEG_CS)
			write_segment(seg, 0, 0, 0xffff, AR_DATA16);
	/* CD and NW would be set after INIT; SDM keeps them, and guests expect speed */
	set_cr0(CR0_ET);
	set_cr4(0);
	write_efer(0);
	vmwrite(VMCS_GUEST_RIP, 0);
}

void vmx_reset_entry(struct vcpu *v, const struct bh_boot_entry *entry)
{
	reset_common(v);
	write_segment(SEG_CS, entry->cs, 0, 0xffffffff, AR_CODE64);
	write_segment(SEG_DS, entry->ds, 0, 0xffffffff, AR_DATA32);
	write_segment(SEG_ES, entry->ds, 0, 0xffffffff, AR_DATA32);
	write_segment(SEG_SS, entry->ds, 0, 0xffffffff, AR_DATA32);
	write_segment(SEG_FS, 0, 0, 0, AR_UNUSABLE);
	write_segment(SEG_GS, 0, 0, 0, AR_UNUSABLE);
	set_cr0(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE);
	set_cr4(CR4_PAE);
	write_efer(EFER_LME | EFER_LMA | EFER_NXE);
	vmwrite(VMCS_GUEST_PAT, PAT_RESET);
	vmwrite(VMCS_GUEST_DEBUGCTL, 0);
	vmwrite(VMCS_GUEST_CR3, entry->cr3);
	vmwrite(VMCS_GUEST_GDTR_BASE, entry->gdt_base);
	vmwrite(VMCS_GUEST_GDTR_LIMIT, entry->gdt_limit);
	vmwrite(VMCS_GUEST_RIP, entry->rip);
	vmwrite(VMCS_GUEST_RSP, entry->rsp);
	v->reg[REG_RDI] = entry->rdi;
	v->reg[REG_RSI] = entry->rsi;
	write_eptp(v->cell->memory_root_phys);
}

/* SIPI: SDM vol. 3, "MP Initialization Protocol". PAT and DEBUGCTL survive INIT. */
void vmx_reset_sipi(struct vcpu *v, u8 vector)
{
	reset_real_mode(v, (u64)vector << 12);
	v->reg[REG_RDX] = cpuid(1, 0).eax; /* SDM, "Processor State After Reset": signature */
	write_eptp(v->cell->memory_root_phys);
}

void vmx_enter_parking(struct vcpu *v)
{
	reset_real_mode(v, 0);
	write_eptp(parking_root_phys());
}

u64 vmx_guest_cr4(void)
{
	u64 mask = vmread(VMCS_CR4_MASK);

	return (vmread(VMCS_GUEST_CR4) & ~mask) | (vmread(VMCS_CR4_SHADOW) & mask);
}

void vmx_get_state(struct vcpu *v, struct guest_state *s)
{
	u64 ar = vmread(VMCS_GUEST_CS_AR);

	s->rip = vmread(VMCS_GUEST_RIP);
	s->rflags = vmread(VMCS_GUEST_RFLAGS);
	s->cr0 = vmread(VMCS_GUEST_CR0);
	s->cr3 = vmread(VMCS_GUEST_CR3);
	s->cr4 = vmx_guest_cr4();
	s->efer = vmread(VMCS_GUEST_EFER);
	s->cs_base = vmread(VMCS_GUEST_CS_BASE);
	s->cs_l = ar >> 13 & 1;
	s->cs_d = ar >> 14 & 1;
	s->cpl = vmread(VMCS_GUEST_SS_AR) >> 5 & 3; /* SS.DPL is the CPL */
	v->reg[REG_RSP] = vmread(VMCS_GUEST_RSP);
}
