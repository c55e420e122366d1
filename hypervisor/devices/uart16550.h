/* SPDX-License-Identifier: BSD-2-Clause */
/* A 16550 UART at an I/O port, polled, output only (PC16550D data sheet, "Registers"). */
#ifndef DEVICES_UART16550_H
#define DEVICES_UART16550_H

#include "core/types.h"

#define UART_PORTS 8u /* I/O ports of one UART */

/** uart_init - 115200 baud, 8 data bits, no parity, FIFOs on, no interrupts. */
void uart_init(u16 port);

/** uart_put - send one byte; gives up on a UART that never becomes ready. */
void uart_put(u16 port, u8 byte);

#endif
