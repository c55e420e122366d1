// SPDX-License-Identifier: BSD-2-Clause
#include "machine.h"

u32 machine_order(const u32 *ids, u32 count, u32 boot, struct bh_boot_cpu *cpus)
{
	u32 next = 1;

	cpus[0].apic_id = boot;
	for (u32 i = 0; i < count; i++)
		if (ids[i] != boot)
			cpus[next++].apic_id = ids[i];
	return next;
}
