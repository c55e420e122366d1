/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random numbers. Each operation has a stream of its own, made from the seed and its number, so
 * that one operation of a run can be repeated without those before it, and no answer of the machine
 * changes what comes next.
 */
#ifndef ATTACKER_PRNG_H
#define ATTACKER_PRNG_H

#include "attack.h"

/** prng_start - begin the stream of one operation. */
void prng_start(struct attack *a, u64 seed, u64 number);

/** rnd - 64 random bits. */
u64 rnd(struct attack *a);

/** below - a number from 0 to @n - 1; @n is not 0. */
u64 below(struct attack *a, u64 n);

/** one_in - true once in @n times. */
bool one_in(struct attack *a, u64 n);

/** odd_value - a number that tends to hurt: 0, all ones, powers of two and neighbours, random. */
u64 odd_value(struct attack *a);

#define PICK(a, array) ((array)[below(a, ARRAY_SIZE(array))])

#endif
