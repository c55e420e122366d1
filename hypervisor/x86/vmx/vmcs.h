/* SPDX-License-Identifier: BSD-2-Clause */
/* VMCS field encodings (SDM vol. 3, appendix "Field Encoding in VMCS") and exit reasons (appendix
 * "VMX Basic Exit Reasons"). Only the fields that are used. */
#ifndef X86_VMX_VMCS_H
#define X86_VMX_VMCS_H

#include "core/types.h"

/* 16-bit fields */
#define VMCS_VPID         0x0000u
#define VMCS_GUEST_ES_SEL 0x0800u /* ES, CS, SS, DS, FS, GS, LDTR, TR in steps of 2 */
#define VMCS_HOST_ES_SEL  0x0c00u
#define VMCS_HOST_CS_SEL  0x0c02u
#define VMCS_HOST_SS_SEL  0x0c04u
#define VMCS_HOST_DS_SEL  0x0c06u
#define VMCS_HOST_FS_SEL  0x0c08u
#define VMCS_HOST_GS_SEL  0x0c0au
#define VMCS_HOST_TR_SEL  0x0c0cu
/* 64-bit fields */
#define VMCS_IO_BITMAP_A    0x2000u
#define VMCS_IO_BITMAP_B    0x2002u
#define VMCS_MSR_BITMAP     0x2004u
#define VMCS_EPTP           0x201au
#define VMCS_XSS_BITMAP     0x202cu
#define VMCS_GUEST_PHYS     0x2400u
#define VMCS_LINK_POINTER   0x2800u
#define VMCS_GUEST_DEBUGCTL 0x2802u
#define VMCS_GUEST_PAT      0x2804u
#define VMCS_GUEST_EFER     0x2806u
#define VMCS_GUEST_PDPTE0   0x280au
#define VMCS_HOST_PAT       0x2c00u
#define VMCS_HOST_EFER      0x2c02u
/* 32-bit fields */
#define VMCS_PIN_CTL           0x4000u
#define VMCS_CPU_CTL           0x4002u
#define VMCS_EXCEPTIONS        0x4004u
#define VMCS_PF_MASK           0x4006u
#define VMCS_PF_MATCH          0x4008u
#define VMCS_CR3_COUNT         0x400au
#define VMCS_EXIT_CTL          0x400cu
#define VMCS_EXIT_MSR_STORE    0x400eu
#define VMCS_EXIT_MSR_LOAD     0x4010u
#define VMCS_ENTRY_CTL         0x4012u
#define VMCS_ENTRY_MSR_LOAD    0x4014u
#define VMCS_ENTRY_INTR        0x4016u
#define VMCS_ENTRY_ERROR       0x4018u
#define VMCS_ENTRY_LENGTH      0x401au
#define VMCS_CPU2_CTL          0x401eu
#define VMCS_INSTR_ERROR       0x4400u
#define VMCS_EXIT_REASON       0x4402u
#define VMCS_EXIT_INTR         0x4404u
#define VMCS_EXIT_ERROR        0x4406u
#define VMCS_IDT_INFO          0x4408u
#define VMCS_IDT_ERROR         0x440au
#define VMCS_EXIT_LENGTH       0x440cu
#define VMCS_GUEST_ES_LIMIT    0x4800u /* ES, CS, SS, DS, FS, GS, LDTR, TR in steps of 2 */
#define VMCS_GUEST_GDTR_LIMIT  0x4810u
#define VMCS_GUEST_IDTR_LIMIT  0x4812u
#define VMCS_GUEST_ES_AR       0x4814u /* the same order */
#define VMCS_GUEST_CS_AR       0x4816u
#define VMCS_GUEST_SS_AR       0x4818u
#define VMCS_GUEST_INTR        0x4824u /* interruptibility state */
#define VMCS_GUEST_ACTIVITY    0x4826u
#define VMCS_GUEST_SYSENTER_CS 0x482au
#define VMCS_PREEMPT_TIMER     0x482eu
#define VMCS_HOST_SYSENTER_CS  0x4c00u
/* natural-width fields */
#define VMCS_CR0_MASK           0x6000u
#define VMCS_CR4_MASK           0x6002u
#define VMCS_CR0_SHADOW         0x6004u
#define VMCS_CR4_SHADOW         0x6006u
#define VMCS_QUALIFICATION      0x6400u
#define VMCS_GUEST_LINEAR       0x640au
#define VMCS_GUEST_CR0          0x6800u
#define VMCS_GUEST_CR3          0x6802u
#define VMCS_GUEST_CR4          0x6804u
#define VMCS_GUEST_ES_BASE      0x6806u /* ES, CS, SS, DS, FS, GS, LDTR, TR in steps of 2 */
#define VMCS_GUEST_CS_BASE      0x6808u
#define VMCS_GUEST_GDTR_BASE    0x6816u
#define VMCS_GUEST_IDTR_BASE    0x6818u
#define VMCS_GUEST_DR7          0x681au
#define VMCS_GUEST_RSP          0x681cu
#define VMCS_GUEST_RIP          0x681eu
#define VMCS_GUEST_RFLAGS       0x6820u
#define VMCS_GUEST_PENDING_DBG  0x6822u
#define VMCS_GUEST_SYSENTER_ESP 0x6824u
#define VMCS_GUEST_SYSENTER_EIP 0x6826u
#define VMCS_HOST_CR0           0x6c00u
#define VMCS_HOST_CR3           0x6c02u
#define VMCS_HOST_CR4           0x6c04u
#define VMCS_HOST_FS_BASE       0x6c06u
#define VMCS_HOST_GS_BASE       0x6c08u
#define VMCS_HOST_TR_BASE       0x6c0au
#define VMCS_HOST_GDTR_BASE     0x6c0cu
#define VMCS_HOST_IDTR_BASE     0x6c0eu
#define VMCS_HOST_SYSENTER_ESP  0x6c10u
#define VMCS_HOST_SYSENTER_EIP  0x6c12u
#define VMCS_HOST_RSP           0x6c14u
#define VMCS_HOST_RIP           0x6c16u

/* Segment registers in the order of the fields above */
enum {
	SEG_ES,
	SEG_CS,
	SEG_SS,
	SEG_DS,
	SEG_FS,
	SEG_GS,
	SEG_LDTR,
	SEG_TR,
	SEG_COUNT
};

/* Basic exit reasons */
#define EXIT_EXCEPTION_NMI       0u
#define EXIT_TRIPLE_FAULT        2u
#define EXIT_INIT                3u
#define EXIT_SIPI                4u
#define EXIT_INTR_WINDOW         7u
#define EXIT_NMI_WINDOW          8u
#define EXIT_CPUID               10u
#define EXIT_GETSEC              11u
#define EXIT_INVD                13u
#define EXIT_VMCALL              18u
#define EXIT_VMCLEAR             19u /* up to EXIT_VMXON: the VMX instructions */
#define EXIT_VMXON               27u
#define EXIT_CR                  28u
#define EXIT_IO                  30u
#define EXIT_RDMSR               31u
#define EXIT_WRMSR               32u
#define EXIT_ENTRY_GUEST         33u
#define EXIT_EPT_VIOLATION       48u
#define EXIT_EPT_MISCONFIG       49u
#define EXIT_INVEPT              50u
#define EXIT_PREEMPT_TIMER       52u
#define EXIT_INVVPID             53u
#define EXIT_XSETBV              55u
#define EXIT_INVPCID             58u
#define EXIT_VMFUNC              59u
#define EXIT_SEAMCALL            76u
#define EXIT_TDCALL              77u
#define EXIT_COUNT               78u

#define EXIT_REASON_FAILED_ENTRY BIT32(31)

#endif
