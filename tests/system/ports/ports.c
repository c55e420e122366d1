/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ports first=N count=N: what I/O ports read in the root cell, byte by byte: "ports: ff 60 ...".
 * Debian's cloud kernel has no /dev/port.
 */
#include "program.h"

int program_main(int count, char **words)
{
	u64 first = program_option(count, words, "first", 0);
	u64 end = first + program_option(count, words, "count", 1);

	if (sys(SYS_IOPL, 3, 0, 0, 0, 0, 0)) {
		say("ports: the kernel gives none\n");
		return 2;
	}
	say("ports:");
	for (u64 port = first; port < end; port++) {
		u8 value;

		__asm__ volatile("inb %1, %0" : "=a"(value) : "d"((u16)port));
		say(" %x", (u64)value);
	}
	say("\n");
	return 0;
}
