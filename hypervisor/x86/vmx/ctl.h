/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VM-execution, VM-exit and VM-entry controls: what Bulkhead needs, wants and must not have, as a
 * table, and the one function that fits a row to the CPU's capability MSR. Pure.
 */
#ifndef X86_VMX_CTL_H
#define X86_VMX_CTL_H

#include "core/error.h"
#include "core/types.h"

/* Pin-based (SDM vol. 3, "Pin-Based VM-Execution Controls") */
#define PIN_EXTINT        BIT32(0)
#define PIN_NMI           BIT32(3)
#define PIN_VIRTUAL_NMI   BIT32(5)
#define PIN_PREEMPT_TIMER BIT32(6)
/* Primary processor-based */
#define CPU_INTR_WINDOW BIT32(2)
#define CPU_TSC_OFFSET  BIT32(3)
#define CPU_HLT         BIT32(7)
#define CPU_INVLPG      BIT32(9)
#define CPU_MWAIT       BIT32(10)
#define CPU_RDPMC       BIT32(11)
#define CPU_RDTSC       BIT32(12)
#define CPU_CR3_LOAD    BIT32(15)
#define CPU_CR3_STORE   BIT32(16)
#define CPU_CR8_LOAD    BIT32(19)
#define CPU_CR8_STORE   BIT32(20)
#define CPU_TPR_SHADOW  BIT32(21)
#define CPU_NMI_WINDOW  BIT32(22)
#define CPU_WINDOWS     (CPU_INTR_WINDOW | CPU_NMI_WINDOW)
#define CPU_MOV_DR      BIT32(23)
#define CPU_UNCOND_IO   BIT32(24)
#define CPU_IO_BITMAPS  BIT32(25)
#define CPU_MSR_BITMAPS BIT32(28)
#define CPU_MONITOR     BIT32(29)
#define CPU_PAUSE       BIT32(30)
#define CPU_SECONDARY   BIT32(31)
/* Secondary processor-based */
#define CPU2_EPT          BIT32(1)
#define CPU2_RDTSCP       BIT32(3)
#define CPU2_VPID         BIT32(5)
#define CPU2_WBINVD       BIT32(6)
#define CPU2_UNRESTRICTED BIT32(7)
#define CPU2_INVPCID      BIT32(12)
#define CPU2_VMFUNC       BIT32(13)
#define CPU2_XSAVES       BIT32(20)
/* VM-exit */
#define EXITC_DEBUG      BIT32(2)
#define EXITC_HOST_64    BIT32(9)
#define EXITC_SAVE_PAT   BIT32(18)
#define EXITC_LOAD_PAT   BIT32(19)
#define EXITC_SAVE_EFER  BIT32(20)
#define EXITC_LOAD_EFER  BIT32(21)
#define EXITC_SAVE_TIMER BIT32(22)
/* VM-entry */
#define ENTRYC_DEBUG     BIT32(2)
#define ENTRYC_IA32E     BIT32(9)
#define ENTRYC_LOAD_PAT  BIT32(14)
#define ENTRYC_LOAD_EFER BIT32(15)

enum ctl_word {
	CTL_PIN,
	CTL_CPU,
	CTL_CPU2,
	CTL_EXIT,
	CTL_ENTRY,
	CTL_COUNT
};

struct ctl_rule {
	const char *name;
	u32 must1;    /* refuse the CPU without these */
	u32 may1;     /* set where offered */
	u32 must0;    /* refuse the CPU that forces these on */
	u32 default1; /* reserved bits that stay 1 (SDM, "Reserved Controls and Default Settings")
		       */
};

extern const struct ctl_rule ctl_rules[CTL_COUNT];

/**
 * ctl_adjust - fit one control word to the CPU.
 * @cap: the capability MSR: low half = bits that must be 1, high half = bits that may be 1.
 * @value: result, valid with BH_OK.   @refused: the bits in conflict otherwise.
 * Return: BH_OK or BH_ERR_NO_FEATURE.
 */
enum bh_err ctl_adjust(const struct ctl_rule *rule, u64 cap, u32 *value, u32 *refused);

/* SDM vol. 3, appendix "VMX Capability Reporting Facility" */
#define MSR_VMX_BASIC    0x480u
#define MSR_VMX_EPT_VPID 0x48cu

/* ctl_msr - the capability MSR of a control word. @basic: what MSR_VMX_BASIC holds. */
u32 ctl_msr(enum ctl_word word, u64 basic);

/* MSR_VMX_EPT_VPID: what Bulkhead needs */
#define EPT_WALK_4     BIT64(6)
#define EPT_WB         BIT64(14)
#define EPT_2M         BIT64(16)
#define EPT_INVEPT_ALL BIT64(26)
#define EPT_NEEDED     (EPT_WALK_4 | EPT_WB | EPT_2M | EPT_INVEPT_ALL)

/** ctl_bit_name - name of a control bit for messages; "reserved bit" if it has none here. */
const char *ctl_bit_name(enum ctl_word word, u32 bit);

#endif
