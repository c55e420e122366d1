/* SPDX-License-Identifier: BSD-2-Clause */
#include "ops.h"
#include "prng.h"
#include "run.h"
#include "targets.h"
#include "windows.h"

#define REP_MAX 64u

/* A string operation's memory: the data page, or wherever it hurts. */
static u64 string_address(struct attack *a)
{
	if (one_in(a, 4))
		return window_open(a, target_gpa(a), true);
	return WINDOW_USER_DATA + below(a, PAGE_SIZE);
}

static void emit_string(struct attack *a, u8 opcode)
{
	a->reg[RSI] = string_address(a);
	a->reg[RDI] = a->reg[RSI];
	if (one_in(a, 2)) {
		EMIT(a, one_in(a, 8) ? 0xf2 : 0xf3);
		a->reg[RCX] = below(a, REP_MAX);
	}
	EMIT(a, opcode);
}

/* SDM vol. 2: E4-E7 imm8, EC-EF by DX, 6C-6F string; bit 0 = wide, bit 1 = out */
void op_port(struct attack *a)
{
	u16 port = target_port(a);
	u8 kind = (u8)(rnd(a) & 3);

	op_begin(a);
	run_any_mode(a);
	if (one_in(a, 4))
		a->rflags |= 0x3000; /* IOPL 3 */
	a->reg[RDX] = port | (one_in(a, 2) ? rnd(a) & ~0xffffULL : 0);
	if (one_in(a, 3))
		EMIT(a, 0x66);
	switch (below(a, 4)) {
	case 0:
		EMIT(a, (u8)(0xe4 | kind), (u8)port);
		break;
	case 1:
		emit_string(a, 0x6c | kind);
		break;
	default:
		EMIT(a, (u8)(0xec | kind));
		break;
	}
	op_run(a);
}
