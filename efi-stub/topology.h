/* SPDX-License-Identifier: BSD-2-Clause */
/* Which hardware threads share a core: from CPUID and APIC ids. Pure. */
#ifndef STUB_TOPOLOGY_H
#define STUB_TOPOLOGY_H

#include "core/types.h"
#include "x86/asm.h"

/* Where a CPU sits. Two CPUs with the same package and core are threads of one core. */
struct cpu_seat {
	u32 package, core, thread;
};

typedef struct cpuid_regs (*cpuid_fn)(u32 leaf, u32 subleaf);

/**
 * topology_seat - the seat of the CPU with x2APIC id @id.
 * @read: CPUID of that CPU. Leaf 1FH or 0BH decides; without them, AMD's leaves 8000001EH and
 * 80000008H, then leaves 1 and 4. A CPU that tells nothing has one thread in each core.
 */
struct cpu_seat topology_seat(cpuid_fn read, u32 id);

/* topology_extended - has the CPU AMD's topology extensions, and in them @leaf? */
bool topology_extended(cpuid_fn read, u32 leaf);

/* topology_shares_core - are these two threads of one core? */
bool topology_shares_core(const struct cpu_seat *a, const struct cpu_seat *b);

#endif
