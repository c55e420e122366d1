/* SPDX-License-Identifier: BSD-2-Clause */
/* Attempts: run code that may raise an exception, and go on behind it. */
#ifndef GUEST_TRY_H
#define GUEST_TRY_H

#include "types.h"

struct interrupt_frame;

#define TRY_NO_FAULT (-1)

/**
 * try_run - call @fn(@arg). If it raises an exception, wherever it has got to, it is abandoned.
 * Return: TRY_NO_FAULT, or the exception's vector.
 * Context: the cell's first CPU, not nested; the stack that @fn runs on must still be usable.
 */
int try_run(void (*fn)(void *), void *arg);

/** try_catch - used by interrupts.c: make @frame return behind the attempt. False: there is none.
 */
bool try_catch(struct interrupt_frame *frame);

#endif
