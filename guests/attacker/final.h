/* SPDX-License-Identifier: BSD-2-Clause */
/* What a CPU does not outlive. */
#ifndef ATTACKER_FINAL_H
#define ATTACKER_FINAL_H

#include "attack.h"

/**
 * final - what final= names: triple, walk, idt, gdt, stack. The second CPU dies if there is one,
 * and the first goes on attacking for a while and says so; else the first dies.
 */
void final(struct attack *a);

#endif
