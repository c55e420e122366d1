/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace.h"

#include "cell.h"
#include "console.h"
#include "cpu.h"
#include "timer.h"

#define TAKEN_US 500000u

static void wait_until_taken(void)
{
	const volatile struct bh_cell_console *c =
		(const struct bh_cell_console *)(uintptr_t)cell_info->console_gpa;
	u64 start = rdtsc();

	while (c->tail != c->head && rdtsc() - start < tsc_from_us(TAKEN_US))
		pause();
}

void trace_name(u64 number, const char *name)
{
	print("attacker: trace %lu %s\n", number, name);
	wait_until_taken();
}

void trace_code(struct attack *a)
{
	static const char *const modes[RUN_MODES] = {"kernel", "user", "compat", "compat3"};

	print("attacker: trace  %s flags=%lx rax=%lx rcx=%lx rdx=%lx rbx=%lx code", modes[a->mode],
	      a->rflags, a->reg[RAX], a->reg[RCX], a->reg[RDX], a->reg[RBX]);
	for (u32 i = 0; i < a->length; i++)
		print(" %02x", area_of(a)->code[i]);
	print("\n");
	wait_until_taken();
}
