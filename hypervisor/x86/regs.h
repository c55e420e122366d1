/* SPDX-License-Identifier: BSD-2-Clause */
/* Control registers, RFLAGS, MSRs and CPUID bits, as named in the SDM (vol. 3 "Control Registers",
 * vol. 4 "MSRs") and the APM (vol. 2, appendix "MSR Cross-Reference"). */
#ifndef X86_REGS_H
#define X86_REGS_H

#include "core/types.h"

#define CR0_PE                BIT64(0)
#define CR0_MP                BIT64(1)
#define CR0_TS                BIT64(3)
#define CR0_ET                BIT64(4)
#define CR0_NE                BIT64(5)
#define CR0_WP                BIT64(16)
#define CR0_AM                BIT64(18)
#define CR0_NW                BIT64(29)
#define CR0_CD                BIT64(30)
#define CR0_PG                BIT64(31)
#define CR0_RESET             (CR0_CD | CR0_NW | CR0_ET) /* SDM vol. 3, "Processor State After Reset" */

#define CR4_PSE               BIT64(4)
#define CR4_PAE               BIT64(5)
#define CR4_MCE               BIT64(6)
#define CR4_PGE               BIT64(7)
#define CR4_OSFXSR            BIT64(9)
#define CR4_UMIP              BIT64(11)
#define CR4_LA57              BIT64(12)
#define CR4_VMXE              BIT64(13)
#define CR4_SMXE              BIT64(14)
#define CR4_PCIDE             BIT64(17)
#define CR4_OSXSAVE           BIT64(18)
#define CR4_SMEP              BIT64(20)
#define CR4_SMAP              BIT64(21)
#define CR4_PKE               BIT64(22)
#define CR4_CET               BIT64(23)

#define DR7_GD                BIT64(13)

#define EFER_SCE              BIT64(0)
#define EFER_LME              BIT64(8)
#define EFER_LMA              BIT64(10)
#define EFER_NXE              BIT64(11)
#define EFER_SVME             BIT64(12)
#define EFER_FFXSR            BIT64(14)
#define EFER_TCE              BIT64(15)

#define RFLAGS_FIXED          BIT64(1)
#define RFLAGS_TF             BIT64(8)
#define RFLAGS_IF             BIT64(9)
#define RFLAGS_RF             BIT64(16)
#define RFLAGS_VM             BIT64(17)

#define MSR_APIC_BASE         0x1bu
#define MSR_FEATURE_CONTROL   0x3au
#define MSR_TSC_ADJUST        0x3bu
#define MSR_MTRRCAP           0xfeu
#define MSR_MTRR_PHYSBASE0    0x200u
#define MSR_MTRR_FIX64K       0x250u
#define MSR_MTRR_FIX16K       0x258u
#define MSR_MTRR_FIX4K        0x268u
#define MSR_PAT               0x277u
#define MSR_MTRR_DEF_TYPE     0x2ffu
#define MSR_MCG_CAP           0x179u
#define MSR_MCG_STATUS        0x17au
#define MSR_DEBUGCTL          0x1d9u
#define MSR_PERF_GLOBAL_CTRL  0x38fu
#define MSR_TSC_DEADLINE      0x6e0u
#define MSR_X2APIC_BASE       0x800u
#define MSR_XSS               0xda0u
#define MSR_SYSCFG            0xc0010010u /* AMD */
#define MSR_TOP_MEM2          0xc001001du /* AMD */
#define MSR_EFER              0xc0000080u
#define MSR_STAR              0xc0000081u
#define MSR_LSTAR             0xc0000082u
#define MSR_CSTAR             0xc0000083u
#define MSR_SFMASK            0xc0000084u
#define MSR_FS_BASE           0xc0000100u
#define MSR_GS_BASE           0xc0000101u
#define MSR_KERNEL_GS_BASE    0xc0000102u
#define MSR_TSC_AUX           0xc0000103u
#define MSR_VM_CR             0xc0010114u
#define MSR_VM_HSAVE_PA       0xc0010117u

#define FEATURE_CONTROL_LOCK  BIT64(0)
#define FEATURE_CONTROL_VMX   BIT64(2) /* enables VMX outside SMX operation */

#define APIC_BASE_BSP         BIT64(8)
#define APIC_BASE_EXTD        BIT64(10)
#define APIC_BASE_EN          BIT64(11)
#define APIC_BASE_ADDR        0x000ffffffffff000ULL
#define APIC_DEFAULT_PHYS     0xfee00000ULL
#define MSI_WINDOW_BASE       0xfee00000ULL /* SDM vol. 3, "Message Address Register Format" */
#define MSI_WINDOW_SIZE       0x100000ULL

#define VM_CR_R_INIT          BIT64(1) /* INIT becomes #SX */
#define VM_CR_SVMDIS          BIT64(4)

#define CPUID1_ECX_MONITOR    BIT32(3)
#define CPUID1_ECX_VMX        BIT32(5)
#define CPUID1_ECX_X2APIC     BIT32(21)
#define CPUID1_ECX_DEADLINE   BIT32(24)
#define CPUID1_ECX_XSAVE      BIT32(26)
#define CPUID1_ECX_OSXSAVE    BIT32(27)
#define CPUID1_ECX_HYPERVISOR BIT32(31)
#define CPUID8_1_ECX_SVM      BIT32(2)
#define CPUID8_1_ECX_TCE      BIT32(17)
#define CPUID8_1_ECX_MWAITX   BIT32(29)
#define CPUID8_1_EDX_FFXSR    BIT32(25)
#define CPUID8_1_EDX_1G       BIT32(26)

#define PAT_RESET             0x0007040600070406ULL /* SDM vol. 3, "IA32_PAT MSR": value after reset */

/* Exception vectors (SDM vol. 3, "Exception and Interrupt Vectors") */
#define VEC_DB  1u
#define VEC_NMI 2u
#define VEC_UD  6u
#define VEC_DF  8u
#define VEC_GP  13u
#define VEC_PF  14u
#define VEC_AC  17u
#define VEC_MC  18u
#define VEC_SX  30u

#endif
