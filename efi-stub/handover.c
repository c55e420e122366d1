// SPDX-License-Identifier: BSD-2-Clause
#include "handover.h"

#include "uart.h"
#include "x86/asm.h"

void handover_stop(u16 console_port, const char *why)
{
	uart_open(console_port);
	uart_write("bulkhead: cannot start: ");
	uart_write(why);
	uart_write("; stopping the machine\n");
	halt_forever();
}

void handover_run(struct handover *h)
{
	if (!efi_map_cut(&h->map, h->taken, h->taken_count) ||
	    !bootparams_memory(h->bp, &h->map, h->work, h->ext, h->ext_max))
		handover_stop(h->console_port, "the memory map grew beyond its buffer");
	uart_open(h->console_port);
	uart_write(h->layout);
	/* Jump, not call: the trampoline loads its own stack. */
	__asm__ volatile("cli; cld; jmp *%0" : : "r"(h->jump) : "memory");
	__builtin_unreachable();
}
