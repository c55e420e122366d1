/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program of the root cell has in place of a C library. */
#ifndef PROGRAM_PROGRAM_H
#define PROGRAM_PROGRAM_H

#include "sys.h"

/** program_main - the program; returns its exit status. */
int program_main(int count, char **words);

/** program_option - the decimal number in the word "@name=", or @otherwise. */
u64 program_option(int count, char **words, const char *name, u64 otherwise);

/** say - print text and numbers: "%s", "%u" and "%x" (both u64). */
void say(const char *format, ...);

/** hypercall - ask Bulkhead for a counter: BH_HC_EXITS or BH_HC_REFUSED of <bulkhead/cell.h>, the
 *  two that any ring may use. Without Bulkhead below it is SIGILL. */
long hypercall(u64 number, u64 argument);

#endif
