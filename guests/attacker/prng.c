/* SPDX-License-Identifier: BSD-2-Clause */
/* SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014). */
#include "prng.h"

#define GOLDEN 0x9e3779b97f4a7c15ULL

static u64 mix(u64 z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

void prng_start(struct attack *a, u64 seed, u64 number)
{
	a->random = mix(mix(seed + GOLDEN) + number * GOLDEN);
}

u64 rnd(struct attack *a)
{
	a->random += GOLDEN;
	return mix(a->random);
}

u64 below(struct attack *a, u64 n)
{
	return rnd(a) % n;
}

bool one_in(struct attack *a, u64 n)
{
	return below(a, n) == 0;
}

u64 odd_value(struct attack *a)
{
	u64 r = rnd(a);
	u64 power = BIT(r >> 8 & 63);

	switch (r & 7) {
	case 0:
		return 0;
	case 1:
		return ~0ULL;
	case 2:
		return power;
	case 3:
		return power - 1;
	case 4:
		return ~power;
	case 5:
		return rnd(a) & 0xffff;
	case 6:
		return (u32)rnd(a);
	default:
		return rnd(a);
	}
}
