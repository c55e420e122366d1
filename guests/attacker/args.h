/* SPDX-License-Identifier: BSD-2-Clause */
/* The argument string: "seed=7 ops=20000 final=triple". */
#ifndef ATTACKER_ARGS_H
#define ATTACKER_ARGS_H

#include "types.h"

/** args_number - the decimal number behind "@name=", or @otherwise. */
u64 args_number(const char *args, const char *name, u64 otherwise);

/** args_is - is the word behind "@name=" the word @value? */
bool args_is(const char *args, const char *name, const char *value);

/** args_has - is there a "@name=" at all? */
bool args_has(const char *args, const char *name);

#endif
