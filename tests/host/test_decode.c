/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define LOCK  DECODE_LOCK
#define REP   DECODE_REP
#define REPNE DECODE_REPNE
#define IMM   DECODE_IMM
#define SX    DECODE_SIGNED
#define HI    DECODE_HIGH_BYTE
#define FIRST DECODE_REG_FIRST

struct row {
	enum cpu_mode mode;
	u8 len;
	u8 bytes[15];
	u8 op, size, reg_size, dest, reg, addr_size, prefixes, flags;
	u64 imm;
};

/* clang-format off */
#define B(...) sizeof((u8[]){__VA_ARGS__}), {__VA_ARGS__}
#define R16    CPU_REAL16
#define P16    CPU_PROT16
#define P32    CPU_PROT32
#define L64    CPU_LONG64
#define NONE   DEST_NONE
#define REG    DEST_REG
#define MEM    DEST_MEM

/* Written by hand from the manual's opcode pages. */
static const struct row rows[] = {
	/* MOV, all modes and sizes */
	{L64, B(0x89, 0x87, 0, 3, 0, 0), OP_STORE, 4, 4, MEM, 0, 8, 0, 0, 0},
	{L64, B(0x8b, 0x87, 0, 3, 0, 0), OP_LOAD, 4, 4, REG, 0, 8, 0, 0, 0},
	{L64, B(0x8b, 0x00), OP_LOAD, 4, 4, REG, 0, 8, 0, 0, 0},
	{L64, B(0x48, 0x8b, 0x08), OP_LOAD, 8, 8, REG, 1, 8, 0, 0, 0},
	{L64, B(0x66, 0x8b, 0x10), OP_LOAD, 2, 2, REG, 2, 8, 0, 0, 0},
	{L64, B(0x66, 0x48, 0x8b, 0x10), OP_LOAD, 8, 8, REG, 2, 8, 0, 0, 0},
	{L64, B(0x8a, 0x18), OP_LOAD, 1, 1, REG, 3, 8, 0, 0, 0},
	{L64, B(0x8a, 0x20), OP_LOAD, 1, 1, REG, 0, 8, 0, HI, 0},
	{L64, B(0x8a, 0x38), OP_LOAD, 1, 1, REG, 3, 8, 0, HI, 0},
	{L64, B(0x40, 0x8a, 0x20), OP_LOAD, 1, 1, REG, 4, 8, 0, 0, 0},
	{L64, B(0x44, 0x8a, 0x38), OP_LOAD, 1, 1, REG, 15, 8, 0, 0, 0},
	{L64, B(0x41, 0x88, 0x60, 0x7f), OP_STORE, 1, 1, MEM, 4, 8, 0, 0, 0},
	{L64, B(0x88, 0x60, 0x7f), OP_STORE, 1, 1, MEM, 0, 8, 0, HI, 0},
	{L64, B(0x4d, 0x89, 0x7c, 0x24, 0x10), OP_STORE, 8, 8, MEM, 15, 8, 0, 0, 0},
	{L64, B(0x89, 0x05, 1, 2, 3, 4), OP_STORE, 4, 4, MEM, 0, 8, 0, 0, 0},
	{L64, B(0x89, 0x34, 0x25, 0, 3, 0x5f, 0xff), OP_STORE, 4, 4, MEM, 6, 8, 0, 0, 0},
	{L64, B(0x41, 0x89, 0x45, 0x00), OP_STORE, 4, 4, MEM, 0, 8, 0, 0, 0},
	{L64, B(0x67, 0x8b, 0x00), OP_LOAD, 4, 4, REG, 0, 4, 0, 0, 0},
	{L64, B(0x65, 0x8b, 0x04, 0x25, 1, 2, 3, 4), OP_LOAD, 4, 4, REG, 0, 8, 0, 0, 0},
	{P32, B(0x8b, 0x0d, 0, 0, 0xe0, 0xfe), OP_LOAD, 4, 4, REG, 1, 4, 0, 0, 0},
	{P32, B(0x66, 0x89, 0x4d, 0x00), OP_STORE, 2, 2, MEM, 1, 4, 0, 0, 0},
	{P32, B(0x67, 0x8b, 0x0e, 0, 0xe0), OP_LOAD, 4, 4, REG, 1, 2, 0, 0, 0},
	{P16, B(0x8b, 0x0e, 0, 0xe0), OP_LOAD, 2, 2, REG, 1, 2, 0, 0, 0},
	{P16, B(0x66, 0x8b, 0x0e, 0, 0xe0), OP_LOAD, 4, 4, REG, 1, 2, 0, 0, 0},
	{P16, B(0x67, 0x66, 0x8b, 0x0d, 0, 0, 0xe0, 0xfe), OP_LOAD, 4, 4, REG, 1, 4, 0, 0, 0},
	{R16, B(0x26, 0x8a, 0x67, 0x10), OP_LOAD, 1, 1, REG, 0, 2, 0, HI, 0},
	{R16, B(0x67, 0x8b, 0x04, 0x24), OP_LOAD, 2, 2, REG, 0, 4, 0, 0, 0},
	/* MOV with an absolute address */
	{L64, B(0xa0, 1, 2, 3, 4, 5, 6, 7, 8), OP_LOAD, 1, 1, REG, 0, 8, 0, 0, 0},
	{L64, B(0xa1, 1, 2, 3, 4, 5, 6, 7, 8), OP_LOAD, 4, 4, REG, 0, 8, 0, 0, 0},
	{L64, B(0x48, 0xa1, 1, 2, 3, 4, 5, 6, 7, 8), OP_LOAD, 8, 8, REG, 0, 8, 0, 0, 0},
	{L64, B(0x67, 0xa1, 1, 2, 3, 4), OP_LOAD, 4, 4, REG, 0, 4, 0, 0, 0},
	{L64, B(0x66, 0xa3, 1, 2, 3, 4, 5, 6, 7, 8), OP_STORE, 2, 2, MEM, 0, 8, 0, 0, 0},
	{P32, B(0xa3, 0, 0, 0xe0, 0xfe), OP_STORE, 4, 4, MEM, 0, 4, 0, 0, 0},
	{P32, B(0x67, 0xa2, 0, 0xe0), OP_STORE, 1, 1, MEM, 0, 2, 0, 0, 0},
	{R16, B(0xa1, 0x6c, 0x04), OP_LOAD, 2, 2, REG, 0, 2, 0, 0, 0},
	{R16, B(0x66, 0xa1, 0x6c, 0x04), OP_LOAD, 4, 4, REG, 0, 2, 0, 0, 0},
	/* MOV of an immediate */
	{L64, B(0xc7, 0x87, 0xb0, 0, 0, 0, 1, 2, 3, 0x84), OP_STORE, 4, 4, MEM, 0, 8, 0, IMM,
	 0xffffffff84030201},
	{L64, B(0xc7, 0x04, 0x25, 0xb0, 0xd0, 0x5f, 0xff, 0, 0, 0, 0), OP_STORE, 4, 4, MEM, 0, 8, 0,
	 IMM, 0},
	{L64, B(0x48, 0xc7, 0x00, 0xfe, 0xff, 0xff, 0xff), OP_STORE, 8, 8, MEM, 0, 8, 0, IMM,
	 ~1ULL},
	{L64, B(0x66, 0xc7, 0x00, 0x34, 0x92), OP_STORE, 2, 2, MEM, 0, 8, 0, IMM,
	 0xffffffffffff9234},
	{L64, B(0xc6, 0x00, 0x80), OP_STORE, 1, 1, MEM, 0, 8, 0, IMM, 0xffffffffffffff80},
	{P16, B(0xc7, 0x07, 0x34, 0x12), OP_STORE, 2, 2, MEM, 0, 2, 0, IMM, 0x1234},
	{P16, B(0x66, 0xc7, 0x07, 4, 3, 2, 1), OP_STORE, 4, 4, MEM, 0, 2, 0, IMM, 0x01020304},
	/* extending loads */
	{L64, B(0x0f, 0xb6, 0x38), OP_LOAD, 1, 4, REG, 7, 8, 0, 0, 0},
	{L64, B(0x66, 0x0f, 0xb6, 0x38), OP_LOAD, 1, 2, REG, 7, 8, 0, 0, 0},
	{L64, B(0x4c, 0x0f, 0xb7, 0x38), OP_LOAD, 2, 8, REG, 15, 8, 0, 0, 0},
	{L64, B(0x0f, 0xbe, 0x38), OP_LOAD, 1, 4, REG, 7, 8, 0, SX, 0},
	{L64, B(0x48, 0x0f, 0xbf, 0x38), OP_LOAD, 2, 8, REG, 7, 8, 0, SX, 0},
	{L64, B(0x48, 0x63, 0x38), OP_LOAD, 4, 8, REG, 7, 8, 0, SX, 0},
	{L64, B(0x63, 0x38), OP_LOAD, 4, 4, REG, 7, 8, 0, SX, 0},
	{L64, B(0x66, 0x63, 0x38), OP_LOAD, 2, 2, REG, 7, 8, 0, SX, 0},
	{P16, B(0x0f, 0xb6, 0x3f), OP_LOAD, 1, 2, REG, 7, 2, 0, 0, 0},
	{P16, B(0x66, 0x0f, 0xb7, 0x3f), OP_LOAD, 2, 4, REG, 7, 2, 0, 0, 0},
	/* XCHG */
	{L64, B(0x87, 0x87, 0, 3, 0, 0), OP_XCHG, 4, 4, MEM, 0, 8, 0, 0, 0},
	{L64, B(0xf0, 0x86, 0x27), OP_XCHG, 1, 1, MEM, 0, 8, LOCK, HI, 0},
	{L64, B(0x4c, 0x87, 0x07), OP_XCHG, 8, 8, MEM, 8, 8, 0, 0, 0},
	/* arithmetic, register forms */
	{L64, B(0x01, 0x0f), OP_ADD, 4, 4, MEM, 1, 8, 0, 0, 0},
	{L64, B(0x0b, 0x0f), OP_OR, 4, 4, REG, 1, 8, 0, FIRST, 0},
	{L64, B(0x10, 0x0f), OP_ADC, 1, 1, MEM, 1, 8, 0, 0, 0},
	{L64, B(0x1a, 0x2f), OP_SBB, 1, 1, REG, 1, 8, 0, FIRST | HI, 0},
	{L64, B(0xf0, 0x21, 0x0f), OP_AND, 4, 4, MEM, 1, 8, LOCK, 0, 0},
	{L64, B(0x49, 0x29, 0x0f), OP_SUB, 8, 8, MEM, 1, 8, 0, 0, 0},
	{L64, B(0x66, 0x31, 0x0f), OP_XOR, 2, 2, MEM, 1, 8, 0, 0, 0},
	{L64, B(0x39, 0x0f), OP_CMP, 4, 4, NONE, 1, 8, 0, 0, 0},
	{L64, B(0x3b, 0x0f), OP_CMP, 4, 4, NONE, 1, 8, 0, FIRST, 0},
	{L64, B(0x84, 0x2f), OP_TEST, 1, 1, NONE, 1, 8, 0, HI, 0},
	{L64, B(0x48, 0x85, 0x2f), OP_TEST, 8, 8, NONE, 5, 8, 0, 0, 0},
	/* arithmetic groups */
	{L64, B(0x80, 0x27, 0xf0), OP_AND, 1, 1, MEM, 0, 8, 0, IMM, 0xfffffffffffffff0},
	{L64, B(0xf0, 0x81, 0x8f, 1, 1, 0, 0, 4, 3, 2, 1), OP_OR, 4, 4, MEM, 0, 8, LOCK, IMM,
	 0x01020304},
	{L64, B(0x48, 0x83, 0x3f, 0xff), OP_CMP, 8, 8, NONE, 0, 8, 0, IMM, ~0ULL},
	{L64, B(0x66, 0x81, 0x37, 1, 0x80), OP_XOR, 2, 2, MEM, 0, 8, 0, IMM, 0xffffffffffff8001},
	{L64, B(0xf6, 0x07, 0x80), OP_TEST, 1, 1, NONE, 0, 8, 0, IMM, 0xffffffffffffff80},
	{L64, B(0xf7, 0x0f, 4, 3, 2, 1), OP_TEST, 4, 4, NONE, 0, 8, 0, IMM, 0x01020304},
	{L64, B(0xf7, 0x17), OP_NOT, 4, 4, MEM, 0, 8, 0, 0, 0},
	{L64, B(0x48, 0xf7, 0x1f), OP_NEG, 8, 8, MEM, 0, 8, 0, 0, 0},
	{L64, B(0xfe, 0x07), OP_INC, 1, 1, MEM, 0, 8, 0, 0, 0},
	{L64, B(0xf0, 0xff, 0x0f), OP_DEC, 4, 4, MEM, 0, 8, LOCK, 0, 0},
	{L64, B(0x44, 0xff, 0x0f), OP_DEC, 4, 4, MEM, 8, 8, 0, 0, 0},
	/* bit tests */
	{L64, B(0x0f, 0xa3, 0x07), OP_BT, 4, 4, NONE, 0, 8, 0, 0, 0},
	{L64, B(0xf0, 0x48, 0x0f, 0xab, 0x0f), OP_BTS, 8, 8, MEM, 1, 8, LOCK, 0, 0},
	{L64, B(0x0f, 0xb3, 0x0f), OP_BTR, 4, 4, MEM, 1, 8, 0, 0, 0},
	{L64, B(0x66, 0x0f, 0xbb, 0x0f), OP_BTC, 2, 2, MEM, 1, 8, 0, 0, 0},
	{L64, B(0xf0, 0x0f, 0xba, 0x2f, 3), OP_BTS, 4, 4, MEM, 0, 8, LOCK, IMM, 3},
	{L64, B(0x0f, 0xba, 0x27, 3), OP_BT, 4, 4, NONE, 0, 8, 0, IMM, 3},
	/* string operations */
	{L64, B(0xa4), OP_MOVS, 1, 1, MEM, 0, 8, 0, 0, 0},
	{L64, B(0xf3, 0x48, 0xa5), OP_MOVS, 8, 8, MEM, 0, 8, REP, 0, 0},
	{L64, B(0xf3, 0xab), OP_STOS, 4, 4, MEM, 0, 8, REP, 0, 0},
	{L64, B(0xf2, 0x66, 0x67, 0xad), OP_LODS, 2, 2, REG, 0, 4, REPNE, 0, 0},
	{R16, B(0xf3, 0xaa), OP_STOS, 1, 1, MEM, 0, 2, REP, 0, 0},
	{L64, B(0xf2, 0xf3, 0xac), OP_LODS, 1, 1, REG, 0, 8, REP, 0, 0},
	/* REX only counts as the last prefix */
	{L64, B(0x48, 0x66, 0x8b, 0x00), OP_LOAD, 2, 2, REG, 0, 8, 0, 0, 0},
	{L64, B(0x44, 0x3e, 0x8a, 0x20), OP_LOAD, 1, 1, REG, 0, 8, 0, HI, 0},
	{L64, B(0x4f, 0x40, 0x8b, 0x00), OP_LOAD, 4, 4, REG, 0, 8, 0, 0, 0},
};

/* clang-format on */

static void expect_row(const struct row *r, const struct decoded *d)
{
	assert_int_equal(d->length, r->len);
	assert_int_equal(d->op, r->op);
	assert_int_equal(d->size, r->size);
	assert_int_equal(d->reg_size, r->reg_size);
	assert_int_equal(d->dest, r->dest);
	assert_int_equal(d->addr_size, r->addr_size);
	assert_int_equal(d->prefixes, r->prefixes);
	assert_int_equal(d->flags, r->flags);
	if (r->flags & IMM)
		assert_int_equal(d->imm, r->imm);
	else
		assert_int_equal(d->reg, r->reg);
}

static void each_form_decodes_as_the_manual_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct decoded d;

		memset(&d, 0xaa, sizeof(d));
		print_message("row %zu: opcode bytes %02x %02x\n", i, rows[i].bytes[0],
			      rows[i].bytes[1]);
		assert_int_equal(decode_insn(rows[i].bytes, rows[i].len, rows[i].mode, &d),
				 DECODE_OK);
		expect_row(&rows[i], &d);
	}
}

/* With 15 bytes a short cut decodes plain forms; it must agree, whatever follows. */
static void bytes_behind_the_instruction_do_not_matter(void **state)
{
	static const u8 fill[] = {0x00, 0x40, 0x66, 0x90, 0xf0, 0xff};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (size_t f = 0; f < ARRAY_SIZE(fill); f++) {
			struct decoded d;
			u8 padded[32];

			memset(&d, 0xaa, sizeof(d));
			memset(padded, fill[f], sizeof(padded));
			memcpy(padded, rows[i].bytes, rows[i].len);
			for (u32 len = rows[i].len; len <= sizeof(padded); len++) {
				assert_int_equal(decode_insn(padded, len, rows[i].mode, &d),
						 DECODE_OK);
				expect_row(&rows[i], &d);
			}
		}
	}
}

static void every_shorter_prefix_is_reported_as_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (u32 len = 0; len < rows[i].len; len++) {
			struct decoded d;
			u8 *exact = test_malloc(len + 1); /* the sanitizer watches its end */

			memcpy(exact + 1, rows[i].bytes, len);
			assert_int_equal(decode_insn(exact + 1, len, rows[i].mode, &d),
					 DECODE_TRUNCATED);
			test_free(exact);
		}
	}
}

struct refused {
	enum cpu_mode mode;
	u8 len;
	u8 bytes[15];
};

/* clang-format off */
static const struct refused refused[] = {
	{L64, B(0x89, 0xc0)},             /* register operand */
	{L64, B(0x90)},                   /* no memory access at all */
	{L64, B(0x0f, 0xa2)},             /* cpuid */
	{L64, B(0x8d, 0x00)},             /* lea */
	{L64, B(0xc7, 0x08, 0, 0, 0, 0)}, /* c7 /1 */
	{L64, B(0xc6, 0x30, 0)},          /* c6 /6 */
	{L64, B(0xff, 0x10)},             /* call */
	{L64, B(0xff, 0x30)},             /* push */
	{L64, B(0xfe, 0x10)},             /* fe /2 */
	{L64, B(0xf7, 0x20)},             /* mul */
	{L64, B(0x0f, 0xba, 0x07, 1)},    /* group 8 /0 */
	{L64, B(0x0f, 0xb0, 0x07)},       /* cmpxchg is not supported */
	{L64, B(0x62, 0x00)},             /* EVEX */
	{L64, B(0xc4, 0xe1, 0x00)},       /* VEX */
	{L64, B(0x06)},                   /* push es, gone in 64-bit mode */
	{L64, B(0x82, 0x00, 0x00)},       /* gone in 64-bit mode */
	{P32, B(0x63, 0x00)},             /* arpl */
	{P32, B(0x40, 0x8b, 0x00)},       /* inc eax, not REX */
	{R16, B(0x48, 0x89, 0x07)},       /* dec ax, not REX */
	{L64, B(0xf0, 0x89, 0x00)},       /* lock on a plain store: #UD */
	{L64, B(0xf0, 0x8b, 0x00)},
	{L64, B(0xf0, 0x03, 0x00)},       /* lock with a register destination */
	{L64, B(0xf0, 0x39, 0x00)},       /* lock cmp */
	{L64, B(0xf0, 0x85, 0x00)},
	{L64, B(0xf0, 0x0f, 0xa3, 0x00)}, /* lock bt */
	{L64, B(0xf0, 0xa4)},
	{L64, B(0xf0, 0xa1, 0, 0, 0, 0, 0, 0, 0, 0)},
};

/* clang-format on */

static void what_is_no_known_memory_access_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		const struct refused *r = &refused[i];
		struct decoded d;
		u8 padded[15] = {0};

		memcpy(padded, r->bytes, r->len);
		print_message("row %zu: %02x %02x\n", i, r->bytes[0], r->bytes[1]);
		assert_int_equal(decode_insn(r->bytes, r->len, r->mode, &d), DECODE_UNKNOWN);
		assert_int_equal(decode_insn(padded, 15, r->mode, &d), DECODE_UNKNOWN);
	}
}

/* An independent model of the address forms: SDM vol. 2, tables 2-1 to 2-3. */
static u32 model_tail(u32 addr_size, u8 modrm, u8 sib)
{
	u32 mod = modrm >> 6;
	u32 rm = modrm & 7;

	if (addr_size == 2) {
		if (mod == 1)
			return 1;
		if (mod == 2 || rm == 6)
			return 2;
		return 0;
	}

	u32 sib_size = rm == 4;
	u32 base = sib_size ? sib & 7 : rm;

	if (mod == 1)
		return sib_size + 1;
	if (mod == 2 || base == 5)
		return sib_size + 4;
	return sib_size;
}

static void check_address_form(enum cpu_mode mode, bool prefix67, u8 rex, u8 modrm, u8 sib)
{
	u32 addr_size = mode == CPU_LONG64                 ? (prefix67 ? 4 : 8)
			: (mode == CPU_PROT32) != prefix67 ? 4
							   : 2;
	u8 code[15] = {0};
	u32 n = 0;
	struct decoded d;

	if (prefix67)
		code[n++] = 0x67;
	if (rex)
		code[n++] = rex;
	code[n++] = 0x8b;
	code[n++] = modrm;
	code[n] = sib;
	n += model_tail(addr_size, modrm, sib);
	assert_int_equal(decode_insn(code, 15, mode, &d), DECODE_OK);
	assert_int_equal(d.length, n);
	assert_int_equal(d.addr_size, addr_size);
	assert_int_equal(d.reg, ((modrm >> 3) & 7) + (rex & 4 ? 8 : 0));
	assert_int_equal(decode_insn(code, n, mode, &d), DECODE_OK);
	assert_int_equal(d.length, n);
	assert_int_equal(decode_insn(code, n - 1, mode, &d), DECODE_TRUNCATED);
}

static void every_modrm_and_sib_byte_gives_the_right_length(void **state)
{
	(void)state;
	for (u32 mode = CPU_REAL16; mode <= CPU_LONG64; mode++) {
		for (u32 prefix = 0; prefix < 2; prefix++) {
			for (u32 modrm = 0; modrm < 0xc0; modrm++) {
				for (u32 sib = 0; sib < 256; sib++)
					check_address_form(mode, prefix, 0, (u8)modrm, (u8)sib);
			}
		}
	}
	for (u32 rex = 0x40; rex < 0x48; rex++) {
		for (u32 modrm = 0; modrm < 0xc0; modrm++) {
			for (u32 sib = 0; sib < 256; sib++)
				check_address_form(CPU_LONG64, rex & 1, (u8)rex, (u8)modrm,
						   (u8)sib);
		}
	}
}

/* Opcode, ModRM with [eax] or [bx+si], and how the operand size comes about. */
struct sized {
	u8 escape, opcode, modrm;
	u8 mem_fixed; /* memory size if it does not follow the operand size */
	u8 byte;      /* operand size 1 */
	u8 imm;       /* 0 none, 1 imm8, 2 operand size up to 4 */
};

/* clang-format off */
static const struct sized sized[] = {
	{0, 0x00, 0, 0, 1, 0}, {0, 0x01, 0, 0, 0, 0}, {0, 0x02, 0, 0, 1, 0},
	{0, 0x03, 0, 0, 0, 0}, {0, 0x08, 0, 0, 1, 0}, {0, 0x09, 0, 0, 0, 0},
	{0, 0x0a, 0, 0, 1, 0}, {0, 0x0b, 0, 0, 0, 0}, {0, 0x10, 0, 0, 1, 0},
	{0, 0x11, 0, 0, 0, 0}, {0, 0x12, 0, 0, 1, 0}, {0, 0x13, 0, 0, 0, 0},
	{0, 0x18, 0, 0, 1, 0}, {0, 0x19, 0, 0, 0, 0}, {0, 0x1a, 0, 0, 1, 0},
	{0, 0x1b, 0, 0, 0, 0}, {0, 0x20, 0, 0, 1, 0}, {0, 0x21, 0, 0, 0, 0},
	{0, 0x22, 0, 0, 1, 0}, {0, 0x23, 0, 0, 0, 0}, {0, 0x28, 0, 0, 1, 0},
	{0, 0x29, 0, 0, 0, 0}, {0, 0x2a, 0, 0, 1, 0}, {0, 0x2b, 0, 0, 0, 0},
	{0, 0x30, 0, 0, 1, 0}, {0, 0x31, 0, 0, 0, 0}, {0, 0x32, 0, 0, 1, 0},
	{0, 0x33, 0, 0, 0, 0}, {0, 0x38, 0, 0, 1, 0}, {0, 0x39, 0, 0, 0, 0},
	{0, 0x3a, 0, 0, 1, 0}, {0, 0x3b, 0, 0, 0, 0}, {0, 0x80, 0x20, 0, 1, 1},
	{0, 0x81, 0x28, 0, 0, 2}, {0, 0x83, 0x30, 0, 0, 1}, {0, 0x84, 0, 0, 1, 0},
	{0, 0x85, 0, 0, 0, 0}, {0, 0x86, 0, 0, 1, 0}, {0, 0x87, 0, 0, 0, 0},
	{0, 0x88, 0, 0, 1, 0}, {0, 0x89, 0, 0, 0, 0}, {0, 0x8a, 0, 0, 1, 0},
	{0, 0x8b, 0, 0, 0, 0}, {0, 0xc6, 0, 0, 1, 1}, {0, 0xc7, 0, 0, 0, 2},
	{0, 0xf6, 0, 0, 1, 1}, {0, 0xf7, 0, 0, 0, 2}, {0, 0xf6, 0x10, 0, 1, 0},
	{0, 0xf7, 0x18, 0, 0, 0}, {0, 0xfe, 0, 0, 1, 0}, {0, 0xff, 0x08, 0, 0, 0},
	{1, 0xb6, 0, 1, 0, 0}, {1, 0xb7, 0, 2, 0, 0}, {1, 0xbe, 0, 1, 0, 0},
	{1, 0xbf, 0, 2, 0, 0}, {1, 0xa3, 0, 0, 0, 0}, {1, 0xba, 0x28, 0, 0, 1},
};

/* clang-format on */

static u32 put_prefixes(u8 *code, u32 which)
{
	static const u8 byte[] = {0x66, 0x67, 0xf2, 0xf3, 0x2e, 0x64};
	u32 n = 0;

	for (u32 i = 0; i < ARRAY_SIZE(byte); i++) {
		if (which & (1u << i))
			code[n++] = byte[i];
	}
	return n;
}

static void check_sized(const struct sized *s, enum cpu_mode mode, u32 prefixes, u8 rex)
{
	u8 default_size = mode >= CPU_PROT32 ? 4 : 2;
	u8 operand = rex & 8 ? 8 : prefixes & 1 ? (u8)(6 - default_size) : default_size;
	u8 reg_size = s->byte ? 1 : operand;
	u8 code[15];
	struct decoded d;

	memset(code, 0x81, sizeof(code));

	u32 n = put_prefixes(code, prefixes);

	if (rex)
		code[n++] = rex;
	if (s->escape)
		code[n++] = 0x0f;
	code[n++] = s->opcode;
	code[n++] = s->modrm;
	n += s->imm == 0 ? 0u : s->imm == 1 || s->byte ? 1u : operand == 2 ? 2u : 4u;

	assert_int_equal(decode_insn(code, 15, mode, &d), DECODE_OK);
	assert_int_equal(d.length, n);
	assert_int_equal(d.reg_size, reg_size);
	assert_int_equal(d.size, s->mem_fixed ? s->mem_fixed : reg_size);
	assert_int_equal(d.prefixes, prefixes & 8 ? REP : prefixes & 4 ? REPNE : 0);
	assert_int_equal(d.flags & IMM, s->imm ? IMM : 0);
	for (u32 len = 0; len < n; len++)
		assert_int_equal(decode_insn(code, len, mode, &d), DECODE_TRUNCATED);
}

static void every_form_takes_its_size_from_mode_and_prefixes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sized); i++) {
		for (u32 prefixes = 0; prefixes < 64; prefixes++) {
			for (u32 mode = CPU_REAL16; mode <= CPU_LONG64; mode++)
				check_sized(&sized[i], mode, prefixes, 0);
			for (u32 rex = 0x40; rex < 0x50; rex++)
				check_sized(&sized[i], CPU_LONG64, prefixes, (u8)rex);
		}
	}
}

static void an_instruction_of_16_bytes_is_too_long(void **state)
{
	u8 code[32];
	struct decoded d;

	(void)state;
	memset(code, 0x2e, sizeof(code));
	assert_int_equal(decode_insn(code, 32, CPU_LONG64, &d), DECODE_TOO_LONG);
	assert_int_equal(decode_insn(code, 15, CPU_LONG64, &d), DECODE_TOO_LONG);
	assert_int_equal(decode_insn(code, 14, CPU_LONG64, &d), DECODE_TRUNCATED);

	/* 9 prefixes + 6 bytes fit, 10 do not */
	const u8 mov[] = {0x89, 0x87, 0, 3, 0, 0};

	memcpy(code + 9, mov, sizeof(mov));
	assert_int_equal(decode_insn(code, 32, CPU_LONG64, &d), DECODE_OK);
	assert_int_equal(d.length, 15);
	memset(code, 0x2e, 10);
	memcpy(code + 10, mov, sizeof(mov));
	assert_int_equal(decode_insn(code, 32, CPU_LONG64, &d), DECODE_TOO_LONG);
	assert_int_equal(decode_insn(code, 14, CPU_LONG64, &d), DECODE_TRUNCATED);
}

/* Reads a register operand's value the way the guest would see it. */
static void loads_change_only_the_bits_that_hardware_changes(void **state)
{
	/* clang-format off */
	static const struct {
		u8 size, reg_size, flags;
		u64 data, expect;
	} cases[] = {
		{1, 1, 0, 0xf1, 0x11223344556677f1},
		{1, 1, HI, 0xf1, 0x112233445566f188},
		{2, 2, 0, 0xf1f2, 0x112233445566f1f2},
		{4, 4, 0, 0xf1f2f3f4, 0x00000000f1f2f3f4},
		{8, 8, 0, 0xf1f2f3f4f5f6f7f8, 0xf1f2f3f4f5f6f7f8},
		{1, 2, 0, 0xf1, 0x11223344556600f1},
		{1, 4, 0, 0xf1, 0xf1},
		{1, 8, 0, 0xf1, 0xf1},
		{2, 4, 0, 0xf1f2, 0xf1f2},
		{2, 8, 0, 0xf1f2, 0xf1f2},
		{1, 2, SX, 0xf1, 0x112233445566fff1},
		{1, 4, SX, 0xf1, 0x00000000fffffff1},
		{1, 8, SX, 0xf1, 0xfffffffffffffff1},
		{1, 8, SX, 0x71, 0x71},
		{2, 4, SX, 0xf1f2, 0x00000000fffff1f2},
		{2, 8, SX, 0xf1f2, 0xfffffffffffff1f2},
		{4, 8, SX, 0xf1f2f3f4, 0xfffffffff1f2f3f4},
		{4, 8, SX, 0x71f2f3f4, 0x71f2f3f4},
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (u8 reg = 0; reg < 16; reg++) {
			struct decoded d = {.op = OP_LOAD,
					    .size = cases[i].size,
					    .reg_size = cases[i].reg_size,
					    .flags = cases[i].flags,
					    .reg = reg};
			u64 regs[16];

			for (u32 r = 0; r < 16; r++)
				regs[r] = 0x1122334455667788;
			/* garbage above the access size must not get through */
			u64 garbage = d.size < 8 ? 0xa5a5a5a5a5a5a5a5ULL << (8 * d.size) : 0;

			decode_apply_load(&d, regs, cases[i].data | garbage);
			for (u32 r = 0; r < 16; r++)
				assert_int_equal(regs[r],
						 r == reg ? cases[i].expect : 0x1122334455667788);
		}
	}
}

static void stores_take_the_operand_at_its_size(void **state)
{
	u64 regs[16] = {[1] = 0x1122334455667788, [15] = 0xffeeddccbbaa9988};
	struct decoded d = {.op = OP_STORE, .reg = 1, .size = 4, .reg_size = 4};

	(void)state;
	assert_int_equal(decode_store_value(&d, regs), 0x55667788);
	d.size = 8;
	assert_int_equal(decode_store_value(&d, regs), 0x1122334455667788);
	d.size = 2;
	assert_int_equal(decode_store_value(&d, regs), 0x7788);
	d.size = 1;
	assert_int_equal(decode_store_value(&d, regs), 0x88);
	d.flags = HI;
	assert_int_equal(decode_store_value(&d, regs), 0x77);
	d.flags = 0;
	d.reg = 15;
	assert_int_equal(decode_store_value(&d, regs), 0x88);
	d.flags = IMM;
	d.imm = ~1ULL;
	assert_int_equal(decode_store_value(&d, regs), 0xfe);
	d.size = 8;
	assert_int_equal(decode_store_value(&d, regs), ~1ULL);
	d.size = 4;
	assert_int_equal(decode_store_value(&d, regs), 0xfffffffe);
}

/*
 * The machine that runs the test is the reference for results and flags. POPF loads the flags that
 * the case starts with, PUSHF stores what the instruction made of them; LEA, which changes no flag,
 * steps over the red zone.
 */
#define ARITH_FLAGS 0x8d5ULL

/* clang-format off */
#define BEFORE "lea -128(%%rsp), %%rsp; push %1; popf; "
#define AFTER  "; pushf; pop %1; lea 128(%%rsp), %%rsp"

#define REFERENCE(name, insn)                                                                      \
	static u64 name(u64 a, u64 b, u64 *flags, u32 size)                                        \
	{                                                                                          \
		u64 f = *flags;                                                                    \
                                                                                                   \
		switch (size) {                                                                    \
		case 1:                                                                            \
			__asm__(BEFORE insn("b", "%b") AFTER                                       \
				: "+q"(a), "+r"(f)                                                 \
				: "q"(b)                                                           \
				: "cc", "memory");                                                 \
			break;                                                                     \
		case 2:                                                                            \
			__asm__(BEFORE insn("w", "%w") AFTER                                       \
				: "+r"(a), "+r"(f)                                                 \
				: "r"(b)                                                           \
				: "cc", "memory");                                                 \
			break;                                                                     \
		case 4:                                                                            \
			__asm__(BEFORE insn("l", "%k") AFTER                                       \
				: "+r"(a), "+r"(f)                                                 \
				: "r"(b)                                                           \
				: "cc", "memory");                                                 \
			break;                                                                     \
		default:                                                                           \
			__asm__(BEFORE insn("q", "%q") AFTER                                       \
				: "+r"(a), "+r"(f)                                                 \
				: "r"(b)                                                           \
				: "cc", "memory");                                                 \
		}                                                                                  \
		*flags = f;                                                                        \
		return a;                                                                          \
	}

#define ADD_INSN(s, m)  "add" s " " m "2, " m "0"
#define OR_INSN(s, m)   "or" s " " m "2, " m "0"
#define ADC_INSN(s, m)  "adc" s " " m "2, " m "0"
#define SBB_INSN(s, m)  "sbb" s " " m "2, " m "0"
#define AND_INSN(s, m)  "and" s " " m "2, " m "0"
#define SUB_INSN(s, m)  "sub" s " " m "2, " m "0"
#define XOR_INSN(s, m)  "xor" s " " m "2, " m "0"
#define CMP_INSN(s, m)  "cmp" s " " m "2, " m "0"
#define TEST_INSN(s, m) "test" s " " m "2, " m "0"
#define NOT_INSN(s, m)  "not" s " " m "0"
#define NEG_INSN(s, m)  "neg" s " " m "0"
#define INC_INSN(s, m)  "inc" s " " m "0"
#define DEC_INSN(s, m)  "dec" s " " m "0"

REFERENCE(ref_add, ADD_INSN)
REFERENCE(ref_or, OR_INSN)
REFERENCE(ref_adc, ADC_INSN)
REFERENCE(ref_sbb, SBB_INSN)
REFERENCE(ref_and, AND_INSN)
REFERENCE(ref_sub, SUB_INSN)
REFERENCE(ref_xor, XOR_INSN)
REFERENCE(ref_cmp, CMP_INSN)
REFERENCE(ref_test, TEST_INSN)
REFERENCE(ref_not, NOT_INSN)
REFERENCE(ref_neg, NEG_INSN)
REFERENCE(ref_inc, INC_INSN)
REFERENCE(ref_dec, DEC_INSN)

static const struct {
	u8 op;
	u8 dest;
	u64 undefined; /* flags that the manual leaves open */
	u64 (*reference)(u64 a, u64 b, u64 *flags, u32 size);
} alu[] = {
	{OP_ADD, MEM, 0, ref_add},  {OP_OR, MEM, 0x10, ref_or},    {OP_ADC, MEM, 0, ref_adc},
	{OP_SBB, MEM, 0, ref_sbb},  {OP_AND, MEM, 0x10, ref_and},  {OP_SUB, MEM, 0, ref_sub},
	{OP_XOR, MEM, 0x10, ref_xor}, {OP_CMP, NONE, 0, ref_cmp},  {OP_TEST, NONE, 0x10, ref_test},
	{OP_NOT, MEM, 0, ref_not},  {OP_NEG, MEM, 0, ref_neg},     {OP_INC, MEM, 0, ref_inc},
	{OP_DEC, MEM, 0, ref_dec},
};

/* clang-format on */

static const u64 samples[] = {
	0,
	1,
	2,
	0xf,
	0x10,
	0x7e,
	0x7f,
	0x80,
	0x81,
	0xfe,
	0xff,
	0x100,
	0x7fff,
	0x8000,
	0xffff,
	0x10000,
	0x7fffffff,
	0x80000000,
	0xffffffff,
	0x100000000,
	0x7fffffffffffffff,
	0x8000000000000000,
	0xffffffffffffffff,
	0x123456789abcdef0,
	0xa5a5a5a5a5a5a5a5,
};

static void check_alu(size_t i, u32 size, bool reg_first, u64 a, u64 b, u64 flags_in)
{
	u64 mask = ~0ULL >> (64 - 8 * size);
	u64 before = 0x202 | flags_in;
	u64 expect_flags = before, flags = before | BIT64(21), result = ~0ULL;
	u64 regs[16] = {[3] = reg_first ? a : b};
	struct decoded d = {.op = alu[i].op,
			    .dest = reg_first ? REG : alu[i].dest,
			    .size = (u8)size,
			    .reg_size = (u8)size,
			    .reg = 3,
			    .flags = reg_first ? FIRST : 0};
	u64 expect = alu[i].reference(a, b, &expect_flags, size) & mask;
	u64 watched = ARITH_FLAGS & ~alu[i].undefined;

	decode_alu(&d, reg_first ? b : a, regs, &flags, &result);
	if (alu[i].dest == MEM)
		assert_int_equal(result, expect);
	assert_int_equal(flags & watched, expect_flags & watched);
	assert_int_equal(flags & ~ARITH_FLAGS, (before | BIT64(21)) & ~ARITH_FLAGS);
}

static void arithmetic_agrees_with_this_machine(void **state)
{
	static const u32 sizes[] = {1, 2, 4, 8};
	static const u64 flag_sets[] = {0, 1, ARITH_FLAGS, ARITH_FLAGS & ~1ULL};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(alu); i++) {
		for (size_t a = 0; a < ARRAY_SIZE(samples); a++) {
			for (size_t b = 0; b < ARRAY_SIZE(samples); b++) {
				for (u32 k = 0; k < 16; k++) {
					check_alu(i, sizes[k & 3], false, samples[a], samples[b],
						  flag_sets[k >> 2]);
					if (alu[i].op < OP_NOT)
						check_alu(i, sizes[k & 3], true, samples[a],
							  samples[b], flag_sets[k >> 2]);
				}
			}
		}
	}
}

static void bit_operations_change_the_bit_and_carry_alone(void **state)
{
	static const u8 ops[] = {OP_BT, OP_BTS, OP_BTR, OP_BTC};
	static const u32 sizes[] = {2, 4, 8};

	(void)state;
	for (u32 s = 0; s < 3; s++) {
		for (u64 index = 0; index < 200; index++) {
			u32 bits = 8 * sizes[s];
			u64 bit = 1ULL << (index % bits);
			u64 mem = 0xa5c3a5c3a5c3a5c3 & (~0ULL >> (64 - bits));
			u64 expect[] = {mem, mem | bit, mem & ~bit, mem ^ bit};

			for (u32 o = 0; o < 4; o++) {
				u64 regs[16] = {[2] = index};
				u64 flags = 0x8d6, result;
				struct decoded d = {.op = ops[o], .size = (u8)sizes[s], .reg = 2};

				decode_alu(&d, mem, regs, &flags, &result);
				assert_int_equal(result, expect[o]);
				assert_int_equal(flags, 0x8d6 | (mem & bit ? 1 : 0));
			}
		}
	}
}

static void reads_and_writes_of_memory_are_told_apart(void **state)
{
	/* clang-format off */
	static const struct {
		u8 code[4];
		bool reads, writes, alu, string;
	} cases[] = {
		{{0x89, 0x07}, false, true, false, false}, {{0x8b, 0x07}, true, false, false, false},
		{{0x87, 0x07}, true, true, false, false},  {{0x01, 0x07}, true, true, true, false},
		{{0x03, 0x07}, true, false, true, false},  {{0x39, 0x07}, true, false, true, false},
		{{0xf7, 0x17}, true, true, true, false},   {{0xa4}, true, true, false, true},
		{{0xaa}, false, true, false, true},        {{0xac}, true, false, false, true},
		{{0x0f, 0xbb, 0x07}, true, true, true, false},
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct decoded d;

		assert_int_equal(decode_insn(cases[i].code, 4, CPU_LONG64, &d), DECODE_OK);
		assert_int_equal(decode_reads_memory(&d), cases[i].reads);
		assert_int_equal(decode_writes_memory(&d), cases[i].writes);
		assert_int_equal(decode_is_alu(&d), cases[i].alu);
		assert_int_equal(decode_is_string(&d), cases[i].string);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_decodes_as_the_manual_says),
		cmocka_unit_test(bytes_behind_the_instruction_do_not_matter),
		cmocka_unit_test(every_shorter_prefix_is_reported_as_truncated),
		cmocka_unit_test(what_is_no_known_memory_access_is_refused),
		cmocka_unit_test(every_modrm_and_sib_byte_gives_the_right_length),
		cmocka_unit_test(every_form_takes_its_size_from_mode_and_prefixes),
		cmocka_unit_test(an_instruction_of_16_bytes_is_too_long),
		cmocka_unit_test(loads_change_only_the_bits_that_hardware_changes),
		cmocka_unit_test(stores_take_the_operand_at_its_size),
		cmocka_unit_test(arithmetic_agrees_with_this_machine),
		cmocka_unit_test(bit_operations_change_the_bit_and_carry_alone),
		cmocka_unit_test(reads_and_writes_of_memory_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
