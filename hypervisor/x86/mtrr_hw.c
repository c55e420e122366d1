/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/mtrr.h"

#include "x86/asm.h"
#include "x86/regs.h"

#define CPUID1_EDX_MTRR BIT32(12)
#define CPUID_AUTH      0x68747541u /* "AuthenticAMD", EBX and ECX */
#define CPUID_CAMD      0x444d4163u
#define SYSCFG_TOM2_WB  (BIT64(21) | BIT64(22))
#define MTRRCAP_FIX     BIT64(8)

static u32 phys_bits(void)
{
	if (cpuid(0x80000000, 0).eax < 0x80000008)
		return 36; /* SDM vol. 2, CPUID: what CPUs without that leaf have at most */
	return cpuid(0x80000008, 0).eax & 0xff;
}

/* APM vol. 2, "SYSCFG Register": MtrrTom2En and Tom2ForceMemTypeWB. 0 where it does not apply. */
static u64 amd_tom2(void)
{
	struct cpuid_regs vendor = cpuid(0, 0);

	if (vendor.ebx != CPUID_AUTH || vendor.ecx != CPUID_CAMD)
		return 0;
	if ((rdmsr(MSR_SYSCFG) & SYSCFG_TOM2_WB) != SYSCFG_TOM2_WB)
		return 0;
	return rdmsr(MSR_TOP_MEM2) & ~PAGE_MASK;
}

void mtrr_read(struct mtrr_state *m)
{
	static const u32 fixed[11] = {
		MSR_MTRR_FIX64K,    MSR_MTRR_FIX16K,    MSR_MTRR_FIX16K + 1, MSR_MTRR_FIX4K,
		MSR_MTRR_FIX4K + 1, MSR_MTRR_FIX4K + 2, MSR_MTRR_FIX4K + 3,  MSR_MTRR_FIX4K + 4,
		MSR_MTRR_FIX4K + 5, MSR_MTRR_FIX4K + 6, MSR_MTRR_FIX4K + 7,
	};
	u64 cap;

	m->phys_bits = phys_bits();
	m->variable_count = 0;
	m->def_type = MTRR_DEF_E | MT_WB;
	if (!(cpuid(1, 0).edx & CPUID1_EDX_MTRR))
		return;
	m->tom2 = amd_tom2();
	cap = rdmsr(MSR_MTRRCAP);
	m->def_type = rdmsr(MSR_MTRR_DEF_TYPE);
	if (!(cap & MTRRCAP_FIX))
		m->def_type &= ~MTRR_DEF_FE;
	else
		for (u32 i = 0; i < ARRAY_SIZE(fixed); i++)
			m->fixed[i] = rdmsr(fixed[i]);
	for (u32 i = 0; i < (cap & 0xff) && i < MTRR_MAX_VARIABLE; i++) {
		m->base[i] = rdmsr(MSR_MTRR_PHYSBASE0 + 2 * i);
		m->mask[i] = rdmsr(MSR_MTRR_PHYSBASE0 + 2 * i + 1);
		m->variable_count = i + 1;
	}
}
