/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices/uart16550.h"

#include "x86/asm.h"

#define UART_THR       0u /* transmit holding; divisor low while DLAB is set */
#define UART_IER       1u /* interrupt enable; divisor high while DLAB is set */
#define UART_FCR       2u
#define UART_LCR       3u
#define UART_MCR       4u
#define UART_LSR       5u

#define LCR_8N1        0x03u
#define LCR_DLAB       0x80u
#define FCR_ON         0x07u /* enable and clear both FIFOs */
#define MCR_DTR_RTS    0x03u
#define LSR_THRE       0x20u
#define DIVISOR_115200 1u

#define PUT_SPINS      100000u /* far above the 87 us of one character at 115200 baud */

void uart_init(u16 port)
{
	outb((u16)(port + UART_IER), 0);
	outb((u16)(port + UART_LCR), LCR_DLAB);
	outb((u16)(port + UART_THR), DIVISOR_115200);
	outb((u16)(port + UART_IER), 0);
	outb((u16)(port + UART_LCR), LCR_8N1);
	outb((u16)(port + UART_FCR), FCR_ON);
	outb((u16)(port + UART_MCR), MCR_DTR_RTS);
}

void uart_put(u16 port, u8 byte)
{
	for (u32 i = 0; i < PUT_SPINS && !(inb((u16)(port + UART_LSR)) & LSR_THRE); i++)
		cpu_relax();
	outb((u16)(port + UART_THR), byte);
}
