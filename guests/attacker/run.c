/* SPDX-License-Identifier: BSD-2-Clause */
#include "run.h"

#include "console.h"
#include "cpu.h"
#include "list.h"
#include "memory.h"
#include "prng.h"
#include "repair.h"
#include "trace.h"
#include "windows.h"

#define RFLAGS_FIXED 2u
#define SLIDE        16u

void run_enter(struct attack *a);
void run_landing(void);

void op_begin(struct attack *a)
{
	a->length = 0;
	a->dirt = 0;
	a->mode = RUN_KERNEL;
	a->rflags = RFLAGS_FIXED;
	for (u32 i = 0; i < REG_COUNT; i++)
		a->reg[i] = odd_value(a);
	a->reg[RSP] = (uintptr_t)area_of(a)->stack + PAGE_SIZE / 2;
}

void emit_bytes(struct attack *a, const u8 *bytes, u32 count)
{
	for (u32 i = 0; i < count && a->length < CODE_BYTES; i++)
		area_of(a)->code[a->length++] = bytes[i];
}

void emit16(struct attack *a, u16 value)
{
	EMIT(a, (u8)value, (u8)(value >> 8));
}

void emit32(struct attack *a, u32 value)
{
	emit16(a, (u16)value);
	emit16(a, (u16)(value >> 16));
}

void emit64(struct attack *a, u64 value)
{
	emit32(a, (u32)value);
	emit32(a, (u32)(value >> 32));
}

/*
 * The way out: at CPL 0 in 64-bit mode to run_landing, else through #UD. Not one register may be
 * trusted here, so all addresses are in the code. The NOPs are for an instruction that turns out to
 * be longer than it was meant.
 */
static void emit_end(struct attack *a)
{
	u8 *end = &area_of(a)->code[a->length];
	u64 self = (uintptr_t)a, landing = (uintptr_t)run_landing;

	memset(end, 0x90, SLIDE);
	end += SLIDE;
	if (a->mode != RUN_KERNEL) {
		memcpy(end, (const u8[]){0x0f, 0x0b}, 2);
		return;
	}
	memcpy(end, (const u8[]){0x48, 0xa3}, 2); /* mov [self], rax */
	memcpy(end + 2, &self, 8);
	memcpy(end + 10, (const u8[]){0x48, 0xb8}, 2); /* mov rax, self */
	memcpy(end + 12, &self, 8);
	memcpy(end + 20, (const u8[]){0xff, 0x25, 0, 0, 0, 0}, 6); /* jmp [rip] */
	memcpy(end + 26, &landing, 8);
}

static void build_frame(struct attack *a)
{
	static const struct {
		u64 cs, ss;
	} modes[RUN_MODES] = {
		[RUN_KERNEL] = {SEL_CODE,        SEL_DATA     },
		[RUN_USER] = {SEL_USER_CODE,   SEL_USER_DATA},
		[RUN_COMPAT] = {SEL_CODE32,      SEL_DATA     },
		[RUN_COMPAT3] = {SEL_USER_CODE32, SEL_USER_DATA},
	};
	bool user = a->mode == RUN_USER || a->mode == RUN_COMPAT3;

	a->entry.rip = user ? WINDOW_USER_CODE : (uintptr_t)area_of(a)->code;
	a->entry.cs = modes[a->mode].cs;
	a->entry.ss = modes[a->mode].ss;
	a->entry.rsp = user ? WINDOW_USER_DATA + PAGE_SIZE / 2 : a->reg[RSP];
	a->entry.rflags = a->rflags;
}

u64 run_code(struct attack *a)
{
	emit_end(a);
	build_frame(a);
	run_enter(a);
	/* the #UD behind the code is its regular end */
	if (a->mode != RUN_KERNEL && a->vector == 6 &&
	    a->fault_rip == a->entry.rip + a->length + SLIDE)
		a->vector = NO_VECTOR;
	return a->vector;
}

u64 op_run(struct attack *a)
{
	u64 vector;

	if (a->traced)
		trace_code(a);
	list_code(a);
	vector = run_code(a);
	a->runs++;
	if (vector < VECTORS)
		a->faults[vector]++;
	repair(a, vector);
	return vector;
}

static void run_msr(struct attack *a, u32 msr, u8 opcode)
{
	a->length = 0;
	a->mode = RUN_KERNEL;
	a->rflags = RFLAGS_FIXED;
	a->reg[RCX] = msr;
	EMIT(a, 0x0f, opcode);
	run_code(a);
}

bool run_rdmsr(struct attack *a, u32 msr, u64 *value)
{
	run_msr(a, msr, 0x32);
	*value = a->reg[RDX] << 32 | (u32)a->reg[RAX];
	return a->vector == NO_VECTOR;
}

bool run_wrmsr(struct attack *a, u32 msr, u64 value)
{
	a->reg[RAX] = (u32)value;
	a->reg[RDX] = value >> 32;
	run_msr(a, msr, 0x30);
	return a->vector == NO_VECTOR;
}

void run_any_mode(struct attack *a)
{
	a->mode = one_in(a, 4) ? (enum run_mode)below(a, RUN_MODES) : RUN_KERNEL;
}

void run_stray(struct attack *a, const u64 *frame)
{
	print("attacker: FAILED: cpu %u: vector %lu error 0x%lx at 0x%lx between two operations\n",
	      a->cpu, frame[0], frame[1], frame[2]);
	halt();
}
