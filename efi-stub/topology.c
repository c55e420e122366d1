// SPDX-License-Identifier: BSD-2-Clause
#include "topology.h"

/* SDM vol. 2, CPUID leaves 0BH and 1FH: level types in ECX[15:8] */
#define LEVEL_END   0u
#define LEVEL_SMT   1u
#define LEVEL_MAX   8u /* both leaves know fewer levels */
#define SHIFT_MASK  0x1fu
#define TOPOEXT     BIT32(22) /* APM vol. 3, CPUID 80000001H ECX: leaves 8000001DH, 8000001EH */
#define HTT         BIT32(28) /* SDM vol. 2, CPUID 01H EDX: EBX[23:16] is valid */
#define EXT_THREADS 0x8000001eu
#define EXT_SIZES   0x80000008u

/* An APIC id is package, core, thread, from the top down; these are the lowest bits of two. */
struct shifts {
	u32 core, package;
};

/* Bits for numbers below @n. */
static u32 bits_for(u32 n)
{
	u32 bits = 0;

	while (bits < 31 && BIT32(bits) < n)
		bits++;
	return bits;
}

/* "Extended Topology Enumeration": what is above the last level is the package. */
static bool by_levels(cpuid_fn read, u32 leaf, struct shifts *out)
{
	struct cpuid_regs r = read(leaf, 0);

	*out = (struct shifts){0, 0};
	if (!(r.ebx & 0xffff))
		return false;
	for (u32 level = 0; level < LEVEL_MAX; level++) {
		u32 type;

		r = read(leaf, level);
		type = r.ecx >> 8 & 0xff;
		if (type == LEVEL_END)
			break;
		if (type == LEVEL_SMT)
			out->core = r.eax & SHIFT_MASK;
		out->package = r.eax & SHIFT_MASK;
	}
	return true;
}

bool topology_extended(cpuid_fn read, u32 leaf)
{
	return read(0x80000000, 0).eax >= leaf && read(0x80000001, 0).ecx & TOPOEXT;
}

static bool by_amd(cpuid_fn read, struct shifts *out)
{
	u32 threads, sizes;

	if (!topology_extended(read, EXT_THREADS))
		return false;
	threads = (read(EXT_THREADS, 0).ebx >> 8 & 0xff) + 1;
	sizes = read(EXT_SIZES, 0).ecx;
	out->core = bits_for(threads);
	out->package = sizes >> 12 & 0xf ? sizes >> 12 & 0xf : bits_for((sizes & 0xff) + 1);
	return true;
}

/* What CPUs did before: threads and cores of a package, each rounded up to a power of two. */
static struct shifts by_counts(cpuid_fn read)
{
	u32 threads = 1, cores = 1;

	if (read(1, 0).edx & HTT)
		threads = read(1, 0).ebx >> 16 & 0xff;
	/* AMD has no leaf 4; there each core is one thread if it does not tell otherwise. */
	if (read(0, 0).eax >= 4 && read(4, 0).eax & 0x1f)
		cores = (read(4, 0).eax >> 26) + 1;
	else
		cores = threads;
	if (threads < cores)
		threads = cores;
	return (struct shifts){bits_for(threads) - bits_for(cores), bits_for(threads)};
}

struct cpu_seat topology_seat(cpuid_fn read, u32 id)
{
	struct shifts s = {0, 0};
	bool told = (read(0, 0).eax >= 0x1f && by_levels(read, 0x1f, &s)) ||
		    (read(0, 0).eax >= 0xb && by_levels(read, 0xb, &s)) || by_amd(read, &s);

	if (!told)
		s = by_counts(read);
	if (s.package < s.core)
		s.package = s.core;
	return (struct cpu_seat){
		.package = id >> s.package,
		.core = (u32)((id & (BIT64(s.package) - 1)) >> s.core),
		.thread = (u32)(id & (BIT64(s.core) - 1)),
	};
}

bool topology_shares_core(const struct cpu_seat *a, const struct cpu_seat *b)
{
	return a->package == b->package && a->core == b->core;
}
