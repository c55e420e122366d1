// SPDX-License-Identifier: BSD-2-Clause
#include "cpus.h"

#include <stddef.h>
#include <stdio.h>

const char *cpus_text(const uint64_t *mask, char *out)
{
	size_t used = 0;
	uint32_t cpu;

	out[0] = '\0';
	for (cpu = 0; cpu < BH_CPU_MASK_BITS; cpu++)
		if (mask[cpu / 64] >> cpu % 64 & 1)
			used += (size_t)snprintf(out + used, CPUS_TEXT - used, "%s%u",
						 used ? "," : "", cpu);
	return out;
}
