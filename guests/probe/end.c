/* SPDX-License-Identifier: BSD-2-Clause */
/* The last act. Each must stop this CPU, say why on the hypervisor's console, and nothing else. */
#include "probe.h"

#include "cpu.h"

static void load_idt(u16 limit, u64 base)
{
	struct __attribute__((packed)) {
		u16 limit;
		u64 base;
	} pointer = {limit, base};

	__asm__ volatile("lidt %0" : : "m"(pointer));
}

/* No IDT at all: #UD, #GP, #DF, and then there is nothing left. */
static void triple_fault(void)
{
	load_idt(0, 0);
	__asm__ volatile("ud2");
}

/* A wild jump, with an IDT that a wild write has moved out of the cell's memory. */
static void run_away(void)
{
	load_idt(0xfff, ram_end());
	((void (*)(void))(uintptr_t)ram_end())();
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

void last_act(const char *how)
{
	interrupts_off();
	if (same(how, "triple"))
		triple_fault();
	if (same(how, "runaway"))
		run_away();
}
