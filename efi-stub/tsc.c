// SPDX-License-Identifier: BSD-2-Clause
#include "tsc.h"

#include "fallback.h"
#include "uefi.h"
#include "x86/asm.h"

#define STALL_US 20000u
#define ROUNDS   3u

/* SDM vol. 2, CPUID leaves 15H ("Time Stamp Counter/Core Crystal Clock") and 16H; 0 = not told. */
static u64 told_khz(void)
{
	struct cpuid_regs r;

	if (cpuid(0, 0).eax < 0x15)
		return 0;
	r = cpuid(0x15, 0);
	if (r.eax && r.ebx && r.ecx)
		return (u64)r.ecx * r.ebx / r.eax / 1000;
	if (r.eax && r.ebx && cpuid(0, 0).eax >= 0x16)
		return (u64)(cpuid(0x16, 0).eax & 0xffff) * 1000;
	return 0;
}

static u64 stall_ticks(void)
{
	u64 start = rdtsc();

	if (EFI_ERROR(efi_bs->Stall(STALL_US)))
		return 0;
	return rdtsc() - start;
}

/* An SMI or a busy host can only make a stall longer, so the shortest is the best. */
static u64 measured_khz(void)
{
	u64 best = UINT64_MAX;

	for (u32 i = 0; i < ROUNDS; i++) {
		u64 ticks = stall_ticks();

		if (ticks < best)
			best = ticks;
	}
	return best / (STALL_US / 1000);
}

u32 tsc_measure(void)
{
	u64 khz = measured_khz(), told = told_khz();

	if (khz == 0 || khz > UINT32_MAX)
		fail("the time stamp counter does not run beside the firmware's clock");
	/*
	 * What CPUID tells is exact on real machines; emulators copy it from the machine that they
	 * imitate, while their counter runs at another rate.
	 */
	if (told > khz - khz / 50 && told < khz + khz / 50)
		khz = told;
	return (u32)khz;
}
