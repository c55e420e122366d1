/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/cpu_clean.h"

#include "x86/asm.h"
#include "x86/regs.h"

#define MXCSR_RESET   0x1f80u /* SDM vol. 1, "MXCSR Control and Status Register" */
#define FCW_RESET     0x037fu
#define XSAVE_LEGACY  512u
#define XSAVE_HEADER  64u
#define DR6_RESET     0xffff0ff0ULL
#define DR7_RESET     0x400ULL
#define MSR_SPEC_CTRL 0x48u

/* An XSAVE area with XSTATE_BV = 0: XRSTOR puts every component into its initial state (SDM vol. 1,
 * "Operation of XRSTOR"). FXRSTOR takes the first half as it is. */
static struct {
	u16 fcw;
	u8 reserved0[22];
	u32 mxcsr;
	u8 rest[XSAVE_LEGACY - 28 + XSAVE_HEADER];
} __attribute__((aligned(64), packed)) const initial = {.fcw = FCW_RESET, .mxcsr = MXCSR_RESET};

_Static_assert(sizeof(initial) == XSAVE_LEGACY + XSAVE_HEADER, "SDM vol. 1, XSAVE area");

static void clean_fpu(void)
{
	u64 all;

	__asm__ volatile("fninit; fxrstor64 %0" : : "m"(initial));
	if (!(read_cr4() & CR4_OSXSAVE))
		return;
	all = (u64)cpuid(0xd, 0).edx << 32 | cpuid(0xd, 0).eax;
	xsetbv_safe(0, all);
	__asm__ volatile("xrstor64 %0" : : "m"(initial), "a"(~0u), "d"(~0u));
	xsetbv_safe(0, 1); /* SDM vol. 1: XCR0 after reset */
}

static void clean_debug(void)
{
	__asm__ volatile("mov %0, %%db7" : : "r"(DR7_RESET));
	__asm__ volatile("mov %0, %%db0; mov %0, %%db1; mov %0, %%db2; mov %0, %%db3"
			 :
			 : "r"(0ULL));
	__asm__ volatile("mov %0, %%db6" : : "r"(DR6_RESET));
	write_cr2(0);
}

static bool has_leaf7_edx(u32 bit)
{
	return cpuid(0, 0).eax >= 7 && (cpuid(7, 0).edx & bit);
}

static void clean_msrs(void)
{
	static const u32 always[] = {MSR_STAR,    MSR_LSTAR,   MSR_CSTAR,         MSR_SFMASK,
				     MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE};

	for (u32 i = 0; i < ARRAY_SIZE(always); i++)
		wrmsr(always[i], 0);
	if (cpuid(0x80000001, 0).edx & BIT32(27)) /* RDTSCP */
		wrmsr(MSR_TSC_AUX, 0);
	if ((read_cr4() & CR4_OSXSAVE) && (cpuid(0xd, 1).eax & BIT32(3))) /* XSAVES */
		wrmsr(MSR_XSS, 0);
	if (has_leaf7_edx(BIT32(26))) /* IBRS and IBPB: SPEC_CTRL is there */
		wrmsr(MSR_SPEC_CTRL, 0);
	if (cpuid(1, 0).ecx & CPUID1_ECX_DEADLINE)
		wrmsr(MSR_TSC_DEADLINE, 0);
	if (cpuid(0, 0).eax >= 0xa && (cpuid(0xa, 0).eax & 0xff) >= 2)
		wrmsr(MSR_PERF_GLOBAL_CTRL, 0); /* a counter's overflow could be an NMI for us */
}

void cpu_clean(void)
{
	clean_fpu();
	clean_debug();
	clean_msrs();
}
