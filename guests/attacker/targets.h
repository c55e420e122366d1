/* SPDX-License-Identifier: BSD-2-Clause */
/* What is worth attacking: addresses, ports, MSRs. */
#ifndef ATTACKER_TARGETS_H
#define ATTACKER_TARGETS_H

#include "attack.h"

/** target_gpa - a guest-physical address: mostly around the edges of what the cell has, or where a
 *  PC has devices, sometimes anywhere. Never what the attacker itself lives on. */
u64 target_gpa(struct attack *a);

/** target_is_harmless - is there nothing at @gpa that could be read as a sane pointer? */
bool target_is_harmless(u64 gpa);

/** target_is_console - is @gpa in the page that begins with the console's counters? */
bool target_is_console(u64 gpa);

u16 target_port(struct attack *a);
u32 target_msr(struct attack *a);

#endif
