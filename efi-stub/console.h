/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines for the operator: on the firmware's console and on the hypervisor's UART. */
#ifndef STUB_CONSOLE_H
#define STUB_CONSOLE_H

#include "core/types.h"

/**
 * console_open - send what say() prints to the UART at @port, too; 0 = none.
 * The UART is left alone where the firmware's console already prints on it.
 */
void console_open(u16 port);

/** say - print "bulkhead: ", the text and a line feed. Not after ExitBootServices(). */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
