/* SPDX-License-Identifier: BSD-2-Clause */
/* After an operation: everything back to where it was. */
#ifndef ATTACKER_REPAIR_H
#define ATTACKER_REPAIR_H

#include "attack.h"

/** repair_remember - note the state that is to be kept. First CPU, once, its tables loaded. */
void repair_remember(void);

/** repair_settle - put this CPU into the remembered state, its APIC included. */
void repair_settle(struct attack *a);

/** repair - undo what a->dirt names. @vector: what ended the run; interrupts are ended. */
void repair(struct attack *a, u64 vector);

/** repair_interrupts - take all interrupts that wait, and end them. */
void repair_interrupts(struct attack *a);

#endif
