/* SPDX-License-Identifier: BSD-2-Clause */
/* SplitMix64, as in guests/attacker/prng.c. */
#include "attack.h"

#define GOLDEN 0x9e3779b97f4a7c15ULL

static u64 state;

static u64 mix(u64 z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

void random_start(u64 seed, u64 number)
{
	state = mix(mix(seed + GOLDEN) + number * GOLDEN);
}

u64 rnd(void)
{
	state += GOLDEN;
	return mix(state);
}

u64 random_state(void)
{
	return state;
}

u64 below(u64 n)
{
	return rnd() % n;
}

bool one_in(u64 n)
{
	return below(n) == 0;
}

u64 odd_value(void)
{
	u64 r = rnd(), power = 1ULL << (r >> 8 & 63);

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
		return (u32)rnd();
	default:
		return rnd();
	}
}
