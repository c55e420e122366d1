/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUID: each cell sees the real CPU minus what a guest cannot have, and a hypervisor identity.
 *
 * The identity at 0x40000000 is KVM's, with no KVM feature set: Linux then keeps x2APIC in physical
 * mode without interrupt remapping (arch/x86/kernel/apic/apic.c, try_to_enable_x2apic), which
 * makes EOI, TPR and timer exit-free. Bulkhead's own identity is at the next base, 0x40000100.
 */
#include "core/cell.h"
#include "core/cpu.h"
#include "x86/asm.h"
#include "x86/regs.h"

#define HV_BASE    0x40000000u
#define HV_BH_BASE 0x40000100u
#define HV_END     0x400001ffu

/* leaf 7, subleaf 0 (SDM vol. 2, "CPUID"): bits whose controls stay off */
/* SGX, RDT monitoring and allocation, Intel PT */
#define LEAF7_EBX_HIDE (BIT32(2) | BIT32(12) | BIT32(15) | BIT32(25))
/* OSPKE (see leaf_7), WAITPKG, CET_SS, TME, KL, bus lock detect, ENQCMD, SGX_LC, PKS */
#define LEAF7_ECX_OSPKE BIT32(4)
#define LEAF7_ECX_HIDE                                                                             \
	(LEAF7_ECX_OSPKE | BIT32(5) | BIT32(7) | BIT32(13) | BIT32(23) | BIT32(24) | BIT32(29) |   \
	 BIT32(30) | BIT32(31))
/* UINTR, PCONFIG, architectural LBR (a component of IA32_XSS), CET_IBT, CORE_CAPABILITIES */
#define LEAF7_EDX_HIDE (BIT32(5) | BIT32(18) | BIT32(19) | BIT32(20) | BIT32(30))
/* subleaf 1: FRED, HRESET, MSRLIST */
#define LEAF7_1_EAX_HIDE (BIT32(17) | BIT32(22) | BIT32(27))
/* AMD: SVM, SKINIT, what measures or profiles (IBS, LWP, counters of core, north bridge and L3),
 * breakpoint masks, MWAITX */
#define LEAF8_1_ECX_HIDE                                                                           \
	(CPUID8_1_ECX_SVM | BIT32(10) | BIT32(12) | BIT32(15) | BIT32(23) | BIT32(24) |            \
	 BIT32(26) | BIT32(28) | CPUID8_1_ECX_MWAITX)
/* AMD: machine-check extensions (SMCA and more); P-states and boost act on others' cores, too */
#define LEAF8_7_EBX_HIDE 0xfu
#define LEAF8_7_EDX_HIDE (BIT32(7) | BIT32(9))
/* AMD: INVLPGB, MCOMMIT, CPPC; upper address ignore, automatic IBRS */
#define LEAF8_8_EBX_HIDE  (BIT32(3) | BIT32(8) | BIT32(27))
#define LEAF8_21_EAX_HIDE (BIT32(7) | BIT32(8))

#define LEAFD_1_EAX_XFD   BIT32(4)
#define LEAF6_EAX_ARAT    BIT32(2)
/* leaf 1: EIST and the thermal monitors act on the whole package; SMX, debug store and what
 * belongs to it (DTES64, DS-CPL, PDCM) have MSRs and a CR4 bit that guests do not get */
#define LEAF1_ECX_HIDE                                                                             \
	(BIT32(2) | CPUID1_ECX_MONITOR | BIT32(4) | CPUID1_ECX_VMX | BIT32(6) | BIT32(7) |         \
	 BIT32(8) | BIT32(15) | CPUID1_ECX_OSXSAVE)
#define LEAF1_EDX_HIDE (BIT32(21) | BIT32(22) | BIT32(29))

static void set(struct vcpu *v, u32 a, u32 b, u32 c, u32 d)
{
	v->reg[REG_RAX] = a;
	v->reg[REG_RBX] = b;
	v->reg[REG_RCX] = c;
	v->reg[REG_RDX] = d;
}

static void identity(struct vcpu *v, u32 leaf)
{
	if (leaf == HV_BASE)
		set(v, HV_BASE + 1, 0x4b4d564b, 0x564b4d56, 0x4d); /* "KVMKVMKVM" */
	else if (leaf == HV_BH_BASE)
		set(v, HV_BH_BASE + 1, 0x6b6c7542, 0x64616568, 0x00564820); /* "Bulkhead HV" */
	else if (leaf == HV_BH_BASE + 1)
		set(v, BH_CELL_INFO_VERSION, v->cell->is_root ? 0 : BH_CELL_INFO_GPA, 0, 0);
	else
		set(v, 0, 0, 0, 0);
}

/* Leaves below 32 that guests do not see as they are; so are those from 0x80000001 on. */
#define SPECIAL_LEAVES                                                                             \
	(BIT32(1) | BIT32(5) | BIT32(6) | BIT32(7) | BIT32(0xa) | BIT32(0xd) | BIT32(0x12) |       \
	 BIT32(0x14) | BIT32(0x1c))

static void leaf_1(struct vcpu *v)
{
	v->reg[REG_RCX] = (v->reg[REG_RCX] & ~(u64)LEAF1_ECX_HIDE) | CPUID1_ECX_HYPERVISOR;
	v->reg[REG_RDX] &= ~(u64)LEAF1_EDX_HIDE;
	if (vcpu_ops->read_cr4(v) & CR4_OSXSAVE)
		v->reg[REG_RCX] |= CPUID1_ECX_OSXSAVE; /* follows the guest's CR4, not ours */
}

static void leaf_7(struct vcpu *v, u32 sub)
{
	if (sub == 0) {
		v->reg[REG_RBX] &= ~(u64)LEAF7_EBX_HIDE;
		v->reg[REG_RCX] &= ~(u64)LEAF7_ECX_HIDE;
		v->reg[REG_RDX] &= ~(u64)LEAF7_EDX_HIDE;
		if (vcpu_ops->read_cr4(v) & CR4_PKE)
			v->reg[REG_RCX] |= LEAF7_ECX_OSPKE; /* follows the guest's CR4, too */
	} else if (sub == 1) {
		v->reg[REG_RAX] &= ~(u64)LEAF7_1_EAX_HIDE;
	}
}

static __attribute__((noinline)) void mask_leaf(struct vcpu *v, u32 leaf, u32 sub)
{
	switch (leaf) {
	case 1:
		leaf_1(v);
		break;
	case 6: /* thermal and power management, but ARAT: the APIC timer never stops */
		set(v, (u32)v->reg[REG_RAX] & LEAF6_EAX_ARAT, 0, 0, 0);
		break;
	case 7:
		leaf_7(v, sub);
		break;
	case 0xd: /* no supervisor state component (IA32_XSS), no XFD */
		if (sub == 1) {
			v->reg[REG_RAX] &= ~(u64)LEAFD_1_EAX_XFD;
			v->reg[REG_RCX] = v->reg[REG_RDX] = 0;
		}
		break;
	case 5:          /* MONITOR/MWAIT: deep idle states stop the VMX-preemption timer */
	case 0xa:        /* performance counters: their interrupts could be NMIs for us */
	case 0x12:       /* SGX */
	case 0x14:       /* Intel PT writes to host-physical addresses */
	case 0x1c:       /* last branch records */
	case 0x8000000a: /* SVM */
	case 0x8000001b: /* IBS */
	case 0x8000001f: /* SEV */
	case 0x80000022: /* AMD's performance counters */
		set(v, 0, 0, 0, 0);
		break;
	case 0x80000007:
		v->reg[REG_RBX] &= ~(u64)LEAF8_7_EBX_HIDE;
		v->reg[REG_RDX] &= ~(u64)LEAF8_7_EDX_HIDE;
		break;
	case 0x80000008:
		v->reg[REG_RBX] &= ~(u64)LEAF8_8_EBX_HIDE;
		break;
	case 0x80000021:
		v->reg[REG_RAX] &= ~(u64)LEAF8_21_EAX_HIDE;
		break;
	case 0x80000001:
		v->reg[REG_RCX] &= ~(u64)LEAF8_1_ECX_HIDE;
		break;
	}
}

/* The hottest exit of a starting guest: the common leaf is the short path. */
enum exit_action exit_cpuid(struct vcpu *v)
{
	u32 leaf = (u32)v->reg[REG_RAX], sub = (u32)v->reg[REG_RCX];
	struct cpuid_regs r;

	count_exit(v, BH_EXIT_CPUID);
	if (leaf - HV_BASE <= HV_END - HV_BASE) {
		identity(v, leaf);
		return ACT_SKIP;
	}
	r = cpuid(leaf, sub);
	set(v, r.eax, r.ebx, r.ecx, r.edx);
	if (leaf < 32 ? SPECIAL_LEAVES >> leaf & 1 : leaf > 0x80000000)
		mask_leaf(v, leaf, sub);
	return ACT_SKIP;
}
