/* SPDX-License-Identifier: BSD-2-Clause */
/* For the search after a run that hung: what is about to run, printed before it runs. */
#ifndef ATTACKER_TRACE_H
#define ATTACKER_TRACE_H

#include "attack.h"

/** trace_name - the number and kind of an operation; waits until the line has been taken. */
void trace_name(u64 number, const char *name);

/** trace_code - the code of a run, its mode and registers; likewise. */
void trace_code(struct attack *a);

#endif
