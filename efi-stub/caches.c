// SPDX-License-Identifier: BSD-2-Clause
#include "caches.h"

#define LEAF_INTEL 4u
#define LEAF_AMD   0x8000001du

const char *cache_type_name(enum cache_type type)
{
	static const char *const names[CACHE_TYPES] = {"none", "data", "code", "unified"};

	return type < CACHE_TYPES ? names[type] : names[CACHE_NONE];
}

static bool is_there(cpuid_fn read, u32 leaf)
{
	if (leaf == LEAF_INTEL)
		return read(0, 0).eax >= LEAF_INTEL;
	return topology_extended(read, LEAF_AMD);
}

/* SDM vol. 2, "Deterministic Cache Parameters Leaf": all fields count from 0 for 1 */
static struct cpu_cache parse(struct cpuid_regs r)
{
	u64 line = (r.ebx & 0xfff) + 1, partitions = (r.ebx >> 12 & 0x3ff) + 1;
	u32 ways = (r.ebx >> 22) + 1;

	return (struct cpu_cache){
		.level = r.eax >> 5 & 7,
		.type = (enum cache_type)(r.eax & 0x1f),
		.size = line * partitions * ways * ((u64)r.ecx + 1),
		.ways = ways,
		.threads = (r.eax >> 14 & 0xfff) + 1,
	};
}

static u32 list_leaf(cpuid_fn read, u32 leaf, struct cpu_cache *out)
{
	u32 count = 0;

	if (!is_there(read, leaf))
		return 0;
	for (u32 i = 0; count < CACHES_MAX; i++) {
		struct cpu_cache c = parse(read(leaf, i));

		if (c.type == CACHE_NONE || c.type >= CACHE_TYPES)
			break;
		out[count++] = c;
	}
	return count;
}

u32 caches_list(cpuid_fn read, struct cpu_cache out[CACHES_MAX])
{
	u32 count = list_leaf(read, LEAF_INTEL, out);

	return count ? count : list_leaf(read, LEAF_AMD, out);
}
