/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ATTACKER_ATTACKER_H
#define ATTACKER_ATTACKER_H

#include "attack.h"

/** attacker_cpu - make this CPU ready to attack: tables, page tables, remembered state. */
struct attack *attacker_cpu(u32 cpu);

/** attacker_step - do the operation of a number. */
void attacker_step(struct attack *a, u64 number);

#endif
