/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The attacker of the root cell: a program that does from ring 3, with all that root may open,
 * what a hostile driver could do. Each attack has a list of what is left out and why: what would
 * only hurt the root cell itself, which is its own right, must not end the run.
 */
#ifndef ATTACK_ATTACK_H
#define ATTACK_ATTACK_H

#include "program.h"

extern u32 failures;

/* Random numbers, a stream for each operation as in guests/attacker/prng.h. */
void random_start(u64 seed, u64 number);
u64 random_state(void); /* tells how many were drawn */
u64 rnd(void);
u64 below(u64 n);
bool one_in(u64 n);
u64 odd_value(void);

#define PICK(array) ((array)[below(ARRAY_SIZE(array))])

/** failed - say what should not be possible; the run ends with status 1. */
void failed(const char *what, u64 where, u64 value);

/** attempt - call @fn(@arg); false if a signal ended it. */
bool attempt(void (*fn)(void *), void *arg);

/** attempt_init - catch the signals that a forbidden instruction raises. */
void attempt_init(void);

/* What is where: targets.c. */

/** targets_init - read /proc/iomem and /proc/cpuinfo; false, with a sentence, if that fails. */
bool targets_init(void);

/** target_foreign - an address that belongs to a cell or to the hypervisor: a gap in root's RAM.
 *  0 if there is none. */
u64 target_foreign(void);

/** target_empty - an address where root has nothing, anywhere. */
u64 target_empty(void);

/** target_apic_id - an APIC id that is not root's. */
u32 target_apic_id(void);

/** target_single_cpu - has the root cell one CPU? */
bool target_single_cpu(void);

/* The attacks; false from _init: what it needs is missing, it is left out. */
bool ports_init(void);
void attack_port(void);
void attack_pci(void);
bool memory_init(void);
void attack_foreign(void);
void attack_empty(void);
void attack_apic(void);
bool msr_init(void);
void attack_msr(void);
void attack_icr_msr(void);

#endif
