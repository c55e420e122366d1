/* SPDX-License-Identifier: BSD-2-Clause */
/* One instruction with a memory operand, of all kinds, with all prefixes, at any address. */
#include "memory.h"
#include "ops.h"
#include "prng.h"
#include "quirks.h"
#include "run.h"
#include "targets.h"
#include "windows.h"

/* Opcode maps: SDM vol. 2, "Opcode Map" */
enum map {
	MAP_1,
	MAP_0F,
	MAP_0F38,
	MAP_STRING /* one byte without ModRM; memory by RSI and RDI */
};

#define ANY_REG  8u /* ModRM.reg is a register */
#define IMM_8    1u
#define IMM_Z    4u  /* 16 or 32 bits by operand size */
#define LOADS_IP 16u /* could jump to what it reads: not where the attacker's RAM is */
#define BIT_BASE 32u /* a register adds to the address, an eighth of it: it must be small */
#define LOADS_TR 64u /* what it reads must not be 0: quirks.h */

struct form {
	u8 map, opcode, last; /* a range of opcodes */
	u8 ext, ext_last;     /* ModRM.reg, or ANY_REG */
	u8 prefix;            /* mandatory: 0x66, 0xf2, 0xf3, or 0 */
	u8 flags;             /* IMM_x, LOADS_IP */
};

static const struct form forms[] = {
	{MAP_1,      0x88, 0x8b, ANY_REG, 0, 0,    0       }, /* mov */
	{MAP_1,      0x88, 0x8b, ANY_REG, 0, 0,    0       }, /* the more often */
	{MAP_1,      0xc6, 0xc6, 0,       0, 0,    IMM_8   }, /* mov imm */
	{MAP_1,      0xc7, 0xc7, 0,       0, 0,    IMM_Z   },
	{MAP_1,      0x00, 0x03, ANY_REG, 0, 0,    0       }, /* add */
	{MAP_1,      0x08, 0x0b, ANY_REG, 0, 0,    0       }, /* or */
	{MAP_1,      0x10, 0x13, ANY_REG, 0, 0,    0       }, /* adc */
	{MAP_1,      0x18, 0x1b, ANY_REG, 0, 0,    0       }, /* sbb */
	{MAP_1,      0x20, 0x23, ANY_REG, 0, 0,    0       }, /* and */
	{MAP_1,      0x28, 0x2b, ANY_REG, 0, 0,    0       }, /* sub */
	{MAP_1,      0x30, 0x33, ANY_REG, 0, 0,    0       }, /* xor */
	{MAP_1,      0x38, 0x3b, ANY_REG, 0, 0,    0       }, /* cmp */
	{MAP_1,      0x63, 0x63, ANY_REG, 0, 0,    0       }, /* movsxd */
	{MAP_1,      0x69, 0x69, ANY_REG, 0, 0,    IMM_Z   }, /* imul */
	{MAP_1,      0x6b, 0x6b, ANY_REG, 0, 0,    IMM_8   },
	{MAP_1,      0x80, 0x80, 0,       7, 0,    IMM_8   }, /* arithmetic imm */
	{MAP_1,      0x81, 0x81, 0,       7, 0,    IMM_Z   },
	{MAP_1,      0x83, 0x83, 0,       7, 0,    IMM_8   },
	{MAP_1,      0x84, 0x87, ANY_REG, 0, 0,    0       }, /* test, xchg */
	{MAP_1,      0x8c, 0x8c, 0,       5, 0,    0       }, /* mov m, sreg */
	{MAP_1,      0x8e, 0x8e, 0,       7, 0,    0       }, /* mov sreg, m */
	{MAP_1,      0x8f, 0x8f, 0,       0, 0,    0       }, /* pop m */
	{MAP_1,      0xc0, 0xc1, 0,       7, 0,    IMM_8   }, /* shifts */
	{MAP_1,      0xd0, 0xd3, 0,       7, 0,    0       },
	{MAP_1,      0xd8, 0xdf, 0,       7, 0,    0       }, /* x87 */
	{MAP_1,      0xf6, 0xf6, 0,       1, 0,    IMM_8   }, /* test imm */
	{MAP_1,      0xf7, 0xf7, 0,       1, 0,    IMM_Z   },
	{MAP_1,      0xf6, 0xf7, 2,       7, 0,    0       }, /* not, neg, mul, div */
	{MAP_1,      0xfe, 0xff, 0,       1, 0,    0       }, /* inc, dec */
	{MAP_1,      0xff, 0xff, 2,       5, 0,    LOADS_IP}, /* call, jmp, far too */
	{MAP_1,      0xff, 0xff, 6,       6, 0,    0       }, /* push */
	{MAP_0F,     0x00, 0x00, 0,       2, 0,    0       }, /* sldt, str, lldt */
	{MAP_0F,     0x00, 0x00, 3,       3, 0,    LOADS_TR}, /* ltr */
	{MAP_0F,     0x00, 0x00, 4,       5, 0,    0       }, /* verr, verw */
	{MAP_0F,     0x01, 0x01, 0,       1, 0,    0       }, /* sgdt, sidt */
	{MAP_0F,     0x01, 0x01, 4,       4, 0,    0       }, /* smsw */
	{MAP_0F,     0x01, 0x01, 7,       7, 0,    0       }, /* invlpg */
	{MAP_0F,     0x02, 0x03, ANY_REG, 0, 0,    0       }, /* lar, lsl */
	{MAP_0F,     0x0d, 0x0d, 0,       7, 0,    0       }, /* prefetchw */
	{MAP_0F,     0x10, 0x17, ANY_REG, 0, 0,    0       }, /* movups .. movhps */
	{MAP_0F,     0x10, 0x12, ANY_REG, 0, 0xf3, 0       }, /* movss */
	{MAP_0F,     0x10, 0x12, ANY_REG, 0, 0xf2, 0       }, /* movsd */
	{MAP_0F,     0x18, 0x1f, 0,       7, 0,    0       }, /* prefetch, nop */
	{MAP_0F,     0x28, 0x2f, ANY_REG, 0, 0,    0       }, /* movaps .. comiss */
	{MAP_0F,     0x28, 0x2f, ANY_REG, 0, 0x66, 0       },
	{MAP_0F,     0x40, 0x4f, ANY_REG, 0, 0,    0       }, /* cmovcc */
	{MAP_0F,     0x51, 0x6f, ANY_REG, 0, 0x66, 0       }, /* sse2 */
	{MAP_0F,     0x74, 0x76, ANY_REG, 0, 0x66, 0       },
	{MAP_0F,     0x7c, 0x7f, ANY_REG, 0, 0x66, 0       },
	{MAP_0F,     0x6f, 0x6f, ANY_REG, 0, 0,    0       }, /* movq mm */
	{MAP_0F,     0x7e, 0x7f, ANY_REG, 0, 0,    0       },
	{MAP_0F,     0x90, 0x9f, 0,       7, 0,    0       }, /* setcc */
	{MAP_0F,     0xa3, 0xa3, ANY_REG, 0, 0,    BIT_BASE}, /* bt */
	{MAP_0F,     0xa4, 0xa4, ANY_REG, 0, 0,    IMM_8   }, /* shld */
	{MAP_0F,     0xab, 0xab, ANY_REG, 0, 0,    BIT_BASE}, /* bts */
	{MAP_0F,     0xae, 0xae, 0,       7, 0,    0       }, /* fxsave .. clflush */
	{MAP_0F,     0xae, 0xae, 6,       7, 0x66, 0       }, /* clwb, clflushopt */
	{MAP_0F,     0xaf, 0xb1, ANY_REG, 0, 0,    0       }, /* imul, cmpxchg */
	{MAP_0F,     0xb2, 0xb2, ANY_REG, 0, 0,    0       }, /* lss */
	{MAP_0F,     0xb3, 0xb7, ANY_REG, 0, 0,    BIT_BASE}, /* btr, lfs, lgs, movzx */
	{MAP_0F,     0xb6, 0xb7, ANY_REG, 0, 0,    0       },
	{MAP_0F,     0xba, 0xba, 4,       7, 0,    IMM_8   }, /* bt imm */
	{MAP_0F,     0xbb, 0xbf, ANY_REG, 0, 0,    BIT_BASE}, /* btc, bsf, bsr, movsx */
	{MAP_0F,     0xb8, 0xb8, ANY_REG, 0, 0xf3, 0       }, /* popcnt */
	{MAP_0F,     0xc0, 0xc1, ANY_REG, 0, 0,    0       }, /* xadd */
	{MAP_0F,     0xc3, 0xc3, ANY_REG, 0, 0,    0       }, /* movnti */
	{MAP_0F,     0xc7, 0xc7, 1,       5, 0,    0       }, /* cmpxchg8b .. xsaves */
	{MAP_0F,     0xd0, 0xff, ANY_REG, 0, 0x66, 0       },
	{MAP_0F38,   0x00, 0x0b, ANY_REG, 0, 0x66, 0       }, /* ssse3 */
	{MAP_0F38,   0xf0, 0xf1, ANY_REG, 0, 0,    0       }, /* movbe */
	{MAP_0F38,   0xf0, 0xf1, ANY_REG, 0, 0xf2, 0       }, /* crc32 */
	{MAP_0F38,   0x80, 0x82, ANY_REG, 0, 0x66, 0       }, /* invept, invvpid, invpcid */
	{MAP_STRING, 0xa4, 0xa7, 0,       0, 0,    0       }, /* movs, cmps */
	{MAP_STRING, 0xaa, 0xaf, 0,       0, 0,    0       }, /* stos, lods, scas */
	{MAP_STRING, 0xd7, 0xd7, 0,       0, 0,    0       }, /* xlat */
	{MAP_STRING, 0x6c, 0x6f, 0,       0, 0,    0       }, /* ins, outs */
};

#define STRING_COUNT 80u
#define BIT_BASE_MAX 0x3fffu

/*
 * The instruction must have the length that it seems to have, or its rest is run as code. So there
 * is no 67 in 32-bit code, where it takes displacements of other sizes; and no 66 in front of a
 * jump, which AMD takes to the low 64 KiB. Return: is the operand short?
 */
static bool emit_prefixes(struct attack *a, const struct form *f, bool compat)
{
	static const u8 rare[] = {0xf0, 0xf0, 0xf2, 0xf3, 0x2e, 0x36, 0x3e, 0x26, 0x64, 0x65, 0x67};
	bool operand = one_in(a, 5) && !(f->flags & LOADS_IP);

	if (one_in(a, 6))
		EMIT(a, rare[below(a, ARRAY_SIZE(rare) - compat)]);
	if (operand)
		EMIT(a, 0x66);
	if (f->prefix)
		EMIT(a, f->prefix);
	return operand;
}

static void emit_opcode(struct attack *a, const struct form *f)
{
	if (f->map == MAP_0F || f->map == MAP_0F38)
		EMIT(a, 0x0f);
	if (f->map == MAP_0F38)
		EMIT(a, 0x38);
	EMIT(a, (u8)(f->opcode + below(a, f->last - f->opcode + 1u)));
}

/* Where the memory operand is: a base register with or without displacement, or RIP-relative. */
struct operand {
	u8 base;
	u8 mod;       /* ModRM.mod 0 .. 2, or 3 for RIP-relative */
	u32 patch_at; /* of a RIP-relative displacement */
};

static void emit_modrm(struct attack *a, struct operand *o, u8 reg, u64 linear)
{
	u8 base = o->base & 7;

	if (o->mod == 3) {
		EMIT(a, (u8)(reg << 3 | 5));
		o->patch_at = a->length;
		emit32(a, 0);
		return;
	}
	if (base == 5 && o->mod == 0)
		o->mod = 1; /* mod 0 with RBP or R13 means something else */
	EMIT(a, (u8)(o->mod << 6 | reg << 3 | base));
	if (base == 4)
		EMIT(a, 0x24); /* SIB: base RSP or R12, no index */
	a->reg[o->base] = linear;
	if (o->mod == 1) {
		u8 disp = (u8)rnd(a);

		a->reg[o->base] -= (u64)(int64_t)(int8_t)disp;
		EMIT(a, disp);
	} else if (o->mod == 2) {
		u32 disp = (u32)rnd(a);

		a->reg[o->base] -= (u64)(int64_t)(int32_t)disp;
		emit32(a, disp);
	}
}

static void emit_immediate(struct attack *a, const struct form *f, bool short_operand)
{
	if (f->flags & IMM_8)
		EMIT(a, (u8)rnd(a));
	else if (f->flags & IMM_Z && short_operand)
		emit16(a, (u16)rnd(a));
	else if (f->flags & IMM_Z)
		emit32(a, (u32)rnd(a));
}

static void patch_rip(struct attack *a, const struct operand *o, u64 linear)
{
	u64 next = (uintptr_t)area_of(a)->code + a->length;
	u32 disp = (u32)(linear - next);

	if (a->mode == RUN_USER)
		disp = (u32)(linear - (WINDOW_USER_CODE + a->length));
	memcpy(&area_of(a)->code[o->patch_at], &disp, sizeof(disp));
}

static void emit_form(struct attack *a, const struct form *f, u64 linear)
{
	struct operand o = {.base = (u8)below(a, 16), .mod = (u8)below(a, 4)};
	u8 rex = (u8)(0x40 | (rnd(a) & 0xc)); /* W, R */
	u8 reg = (u8)(f->ext == ANY_REG ? below(a, 8)
					: f->ext + below(a, f->ext_last - f->ext + 1u));
	bool compat = a->mode == RUN_COMPAT || a->mode == RUN_COMPAT3, operand;

	if (compat || one_in(a, 2)) { /* without REX there are eight registers */
		rex = 0;
		o.base &= 7;
	}
	if (compat && o.mod == 3)
		o.mod = 0; /* there is no RIP-relative in 32-bit code */
	operand = emit_prefixes(a, f, compat);
	for (u32 i = 0; i < REG_COUNT && (f->flags & BIT_BASE); i++)
		a->reg[i] &= i == RSP ? ~0ULL : BIT_BASE_MAX;
	if (rex)
		EMIT(a, (u8)(rex | (o.base >> 3)));
	emit_opcode(a, f);
	if (f->map == MAP_STRING)
		return;
	emit_modrm(a, &o, reg, linear);
	emit_immediate(a, f, operand && !(rex & 8));
	if (o.mod == 3)
		patch_rip(a, &o, linear);
}

static const struct form *pick_form(struct attack *a, bool harmless)
{
	const struct form *f;

	do
		f = &PICK(a, forms);
	while (!harmless && ((f->flags & LOADS_IP) || (f->flags & LOADS_TR && quirk_null_tss())));
	return f;
}

/* The linear address of the operand. What is not canonical or not mapped stays so if an address
 * size prefix takes its upper half away. */
static u64 operand_address(struct attack *a, u64 gpa, bool *harmless)
{
	bool user = a->mode == RUN_USER || a->mode == RUN_COMPAT3;
	u64 before;

	*harmless = target_is_harmless(gpa);
	if (one_in(a, 64))
		return odd_value(a) << 32 | BIT(47) | NOWHERE;
	/* an access over the edge of a page would begin with the console's counters */
	if (!one_in(a, 8) || target_is_console(gpa))
		return window_open(a, gpa, user);
	before = target_gpa(a);
	*harmless = *harmless && target_is_harmless(before);
	return window_pair(a, before, gpa) + PAGE_SIZE - below(a, 16);
}

void op_memory(struct attack *a)
{
	bool harmless;
	u64 linear;

	op_begin(a);
	run_any_mode(a);
	linear = operand_address(a, target_gpa(a), &harmless);
	a->reg[RSI] = linear;
	a->reg[RDI] = one_in(a, 2) ? linear : WINDOW_USER_DATA + below(a, PAGE_SIZE);
	a->reg[RCX] = below(a, STRING_COUNT);
	if (one_in(a, 8))
		a->rflags |= BIT(10); /* direction */
	emit_form(a, pick_form(a, harmless), linear);
	op_run(a);
}

/* Jumps there: what an empty bus delivers is no instruction. Code could only be in our own RAM. */
void op_fetch(struct attack *a)
{
	u64 gpa;

	op_begin(a);
	run_any_mode(a);
	do
		gpa = target_gpa(a);
	while (!target_is_harmless(gpa));
	a->reg[RAX] = window_open(a, gpa, a->mode == RUN_USER || a->mode == RUN_COMPAT3);
	if (one_in(a, 16))
		a->reg[RAX] = odd_value(a) << 32 | BIT(47) | NOWHERE;
	EMIT(a, 0xff, one_in(a, 2) ? 0xe0 : 0xd0); /* jmp rax, call rax */
	op_run(a);
}
