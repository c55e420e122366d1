/* SPDX-License-Identifier: BSD-2-Clause */
/* The VMCB (APM vol. 2, appendix "Layout of VMCB") and the exit codes (appendix "SVM Intercept Exit
 * Codes"). Only the fields that are used have names. */
#ifndef X86_SVM_VMCB_H
#define X86_SVM_VMCB_H

#include "core/types.h"

/* intercept1 (offset 0x0c) */
#define INT1_NMI      BIT32(1)
#define INT1_SMI      BIT32(2)
#define INT1_INIT     BIT32(3)
#define INT1_CPUID    BIT32(18)
#define INT1_IRET     BIT32(20)
#define INT1_INVD     BIT32(22)
#define INT1_INVLPGA  BIT32(26)
#define INT1_IO       BIT32(27)
#define INT1_MSR      BIT32(28)
#define INT1_SHUTDOWN BIT32(31)
/* intercept2 (offset 0x10) */
#define INT2_VMRUN      BIT32(0)
#define INT2_VMMCALL    BIT32(1)
#define INT2_VMLOAD     BIT32(2)
#define INT2_VMSAVE     BIT32(3)
#define INT2_STGI       BIT32(4)
#define INT2_CLGI       BIT32(5)
#define INT2_SKINIT     BIT32(6)

#define TLB_KEEP        0u
#define TLB_FLUSH_ALL   1u

#define EVENT_VALID     BIT32(31)
#define EVENT_HAS_ERROR BIT32(11)
#define EVENT_TYPE_NMI  (2u << 8)
#define EVENT_TYPE_EXC  (3u << 8)

struct vmcb_segment {
	u16 selector;
	u16 attributes; /* access byte, then AVL, L, D, G in bits 11:8 */
	u32 limit;
	u64 base;
};

struct vmcb {
	u32 intercept_cr, intercept_dr, intercept_exceptions;
	u32 intercept1, intercept2;
	u8 reserved0[0x40 - 0x14];
	u64 iopm_phys, msrpm_phys, tsc_offset;
	u32 asid;
	u8 tlb_control;
	u8 reserved1[3];
	u64 interrupt_control;
	u64 interrupt_shadow;
	u64 exit_code, exit_info1, exit_info2;
	u64 exit_int_info;
	u64 np_enable;
	u8 reserved2[0xa8 - 0x98];
	u32 event, event_error;
	u64 n_cr3;
	u64 lbr_control;
	u64 clean_bits;
	u64 next_rip;
	u8 reserved3[0x400 - 0xd0];
	struct vmcb_segment es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr;
	u8 reserved4[0x4cb - 0x4a0];
	u8 cpl;
	u32 reserved5;
	u64 efer;
	u8 reserved6[0x548 - 0x4d8];
	u64 cr4, cr3, cr0, dr7, dr6, rflags, rip;
	u8 reserved7[0x5d8 - 0x580];
	u64 rsp;
	u8 reserved8[0x5f8 - 0x5e0];
	u64 rax, star, lstar, cstar, sfmask, kernel_gs_base;
	u64 sysenter_cs, sysenter_esp, sysenter_eip, cr2;
	u8 reserved9[0x668 - 0x648];
	u64 g_pat, debugctl;
	u8 reserved10[0x1000 - 0x678];
};

_Static_assert(offsetof(struct vmcb, iopm_phys) == 0x40, "APM vol. 2, VMCB control area");
_Static_assert(offsetof(struct vmcb, exit_code) == 0x70, "APM vol. 2, VMCB control area");
_Static_assert(offsetof(struct vmcb, event) == 0xa8, "APM vol. 2, VMCB control area");
_Static_assert(offsetof(struct vmcb, next_rip) == 0xc8, "APM vol. 2, VMCB control area");
_Static_assert(offsetof(struct vmcb, es) == 0x400, "APM vol. 2, VMCB state save area");
_Static_assert(offsetof(struct vmcb, efer) == 0x4d0, "APM vol. 2, VMCB state save area");
_Static_assert(offsetof(struct vmcb, cr4) == 0x548, "APM vol. 2, VMCB state save area");
_Static_assert(offsetof(struct vmcb, rsp) == 0x5d8, "APM vol. 2, VMCB state save area");
_Static_assert(offsetof(struct vmcb, rax) == 0x5f8, "APM vol. 2, VMCB state save area");
_Static_assert(offsetof(struct vmcb, g_pat) == 0x668, "APM vol. 2, VMCB state save area");
_Static_assert(sizeof(struct vmcb) == 0x1000, "APM vol. 2, VMCB is one page");

#define SVM_EXIT_EXCEPTION 0x40u /* + vector */
#define SVM_EXIT_NMI       0x61u
#define SVM_EXIT_SMI       0x62u
#define SVM_EXIT_INIT      0x63u
#define SVM_EXIT_CPUID     0x72u
#define SVM_EXIT_IRET      0x74u
#define SVM_EXIT_INVD      0x76u
#define SVM_EXIT_INVLPGA   0x7au
#define SVM_EXIT_IO        0x7bu
#define SVM_EXIT_MSR       0x7cu
#define SVM_EXIT_SHUTDOWN  0x7fu
#define SVM_EXIT_VMRUN     0x80u
#define SVM_EXIT_VMMCALL   0x81u
#define SVM_EXIT_VMLOAD    0x82u
#define SVM_EXIT_SKINIT    0x86u
#define SVM_EXIT_ROWS      0x90u
#define SVM_EXIT_NPF       0x400u
#define SVM_EXIT_INVALID   0xffffffffu /* QEMU stores 32 bits, CPUs store 64 */

#endif
