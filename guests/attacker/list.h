/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A digest of the list of operations: what each of them drew and what code came of it. Two runs
 * with the same seed and number have the same digest, or they have not done the same.
 */
#ifndef ATTACKER_LIST_H
#define ATTACKER_LIST_H

#include "attack.h"

/** list_begin - forget what was. */
void list_begin(struct attack *a);

/** list_code - add the code that is about to run, its mode and flags. Not its registers: they may
 *  hold what an MSR held, like the TSC. */
void list_code(struct attack *a);

/** list_drawn - add an operation that has ended: the state of its random numbers tells how many of
 *  them it took. */
void list_drawn(struct attack *a);

#endif
