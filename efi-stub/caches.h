/* SPDX-License-Identifier: BSD-2-Clause */
/* The caches of a CPU, from CPUID. Pure. Nothing is decided by them yet: hardware dumps hold them.
 */
#ifndef STUB_CACHES_H
#define STUB_CACHES_H

#include "topology.h"

#define CACHES_MAX 8u

/* SDM vol. 2, CPUID leaf 04H, EAX[4:0]; leaf 8000001DH of AMD is the same */
enum cache_type {
	CACHE_NONE,
	CACHE_DATA,
	CACHE_CODE,
	CACHE_UNIFIED,
	CACHE_TYPES
};

struct cpu_cache {
	u32 level;
	enum cache_type type;
	u64 size; /* bytes */
	u32 ways;
	u32 threads; /* at most so many hardware threads share it */
};

/**
 * caches_list - the caches of the CPU that @read asks.
 * Return: how many; 0 if the CPU does not tell.
 */
u32 caches_list(cpuid_fn read, struct cpu_cache out[CACHES_MAX]);

/* cache_type_name - "data", "code" or "unified". */
const char *cache_type_name(enum cache_type type);

#endif
