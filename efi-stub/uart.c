// SPDX-License-Identifier: BSD-2-Clause
#include "uart.h"

#include "x86/asm.h"

/* PC16550D data sheet, "Registers" */
#define UART_DATA        0u
#define UART_IER         1u
#define UART_FCR         2u
#define UART_LCR         3u
#define UART_MCR         4u
#define UART_LSR         5u
#define UART_SCRATCH     7u
#define LCR_8N1          0x03u
#define LCR_DLAB         0x80u
#define FCR_ENABLE_CLEAR 0x07u
#define MCR_DTR_RTS      0x03u
#define LSR_THR_EMPTY    0x20u
#define LSR_IDLE         0x40u /* the last bit is on the line */
#define DIVISOR_115200   1u

static u16 base;

static u8 get(u32 reg)
{
	return inb((u16)(base + reg));
}

static void set(u32 reg, u32 value)
{
	outb((u16)(base + reg), (u8)value);
}

void uart_open(u16 port)
{
	base = port;
	if (!base)
		return;
	set(UART_SCRATCH, 0x5a);
	if (get(UART_SCRATCH) != 0x5a) {
		base = 0;
		return;
	}
	/* Nobody may have set the line to 8 bits yet: five-bit characters are the reset state. */
	set(UART_LCR, LCR_DLAB | LCR_8N1);
	set(UART_DATA, DIVISOR_115200);
	set(UART_IER, 0);
	set(UART_LCR, LCR_8N1);
	set(UART_IER, 0);
	set(UART_FCR, FCR_ENABLE_CLEAR);
	set(UART_MCR, MCR_DTR_RTS);
}

/* A character takes 87 us; a port read takes about 1 us. */
static void wait_for(u32 bit)
{
	for (u32 i = 0; i < 100000 && !(get(UART_LSR) & bit); i++)
		cpu_relax();
}

static void put(char c)
{
	wait_for(LSR_THR_EMPTY);
	set(UART_DATA, (u8)c);
}

void uart_write(const char *text)
{
	for (; base && *text; text++) {
		if (*text == '\n')
			put('\r');
		put(*text);
	}
	/* Who opens the port next, the hypervisor above all, throws away what has not been sent. */
	if (base)
		wait_for(LSR_IDLE);
}
