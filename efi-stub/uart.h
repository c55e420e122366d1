/* SPDX-License-Identifier: BSD-2-Clause */
/* Polled 16550 UART. Needs no firmware, so it also works after ExitBootServices(). */
#ifndef STUB_UART_H
#define STUB_UART_H

#include "core/types.h"

/** uart_open - set the UART at @port to 115200 8N1. @port 0, or no UART there: output is dropped.
 */
void uart_open(u16 port);

/** uart_write - send a text, with a carriage return before each line feed. Waits are bounded. */
void uart_write(const char *text);

#endif
