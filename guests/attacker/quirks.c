/* SPDX-License-Identifier: BSD-2-Clause */
#include "quirks.h"

#include "control.h"

/* CPUID leaves 0x80000002 .. 4, the brand string, begin with "QEMU TCG". */
static bool is_qemu_tcg(void)
{
	struct cpuid_result brand = cpuid(0x80000002, 0);

	return brand.eax == 0x554d4551 && brand.ebx == 0x47435420;
}

bool quirk_reserved_bits_exit(void)
{
	return is_qemu_tcg();
}

bool quirk_cr0_unchecked(void)
{
	return is_qemu_tcg();
}

bool quirk_host_paging_lost(void)
{
	return is_qemu_tcg();
}

bool quirk_null_tss(void)
{
	return is_qemu_tcg();
}
