/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes, any mode: the decoder must stay inside them, give the same answer for the exact
 * instruction as for the padded one, and its result must be safe to execute.
 */
#include "x86/decode.h"

#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_size(u8 size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

static void check_fields(const struct decoded *d, u32 len)
{
	CHECK(d->length >= 1 && d->length <= INSN_MAX_LENGTH && d->length <= len);
	CHECK(d->op <= OP_LODS && d->dest <= DEST_MEM && d->reg < 16);
	CHECK(is_size(d->size) && is_size(d->reg_size) && d->size <= d->reg_size);
	CHECK(d->addr_size == 2 || d->addr_size == 4 || d->addr_size == 8);
	CHECK(!(d->flags & DECODE_HIGH_BYTE) || (d->reg < 4 && d->reg_size == 1));
}

/* The instruction must not depend on what follows it, nor be complete before its end. */
static void check_length(const u8 *bytes, enum cpu_mode mode, const struct decoded *d)
{
	struct decoded exact = {0}, shorter;
	u8 copy[INSN_MAX_LENGTH];

	memcpy(copy, bytes, d->length);
	CHECK(decode_insn(copy, d->length, mode, &exact) == DECODE_OK);
	CHECK(exact.length == d->length && exact.op == d->op && exact.size == d->size);
	CHECK(exact.reg_size == d->reg_size && exact.dest == d->dest && exact.reg == d->reg);
	CHECK(exact.flags == d->flags && exact.prefixes == d->prefixes);
	CHECK(exact.addr_size == d->addr_size);
	CHECK(!(d->flags & DECODE_IMM) || exact.imm == d->imm);
	for (u32 len = 0; len < d->length; len++)
		CHECK(decode_insn(copy, len, mode, &shorter) == DECODE_TRUNCATED);
}

static void execute(const struct decoded *d)
{
	u64 mem = 0x8899aabbccddeeff, rflags = 0x202, out = 0;
	u64 regs[16];

	for (u32 i = 0; i < 16; i++)
		regs[i] = 0x0123456789abcdef * (i + 1);
	if (decode_is_alu(d))
		decode_alu(d, mem, regs, &rflags, &out);
	else
		out = decode_store_value(d, regs);
	CHECK(d->size == 8 || out >> (8 * d->size) == 0);
	decode_apply_load(d, regs, mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct decoded d = {0};
	enum cpu_mode mode;
	enum decode_err err;
	u8 *exact;

	if (size < 1 || size > 64)
		return 0;
	mode = data[0] & 3;
	data++;
	size--;

	exact = malloc(size + 1);
	CHECK(exact);
	memcpy(exact, data, size);
	exact = realloc(exact, size ? size : 1); /* the sanitizer watches its very end */
	err = decode_insn(exact, (u32)size, mode, &d);
	CHECK(err != DECODE_TRUNCATED || size < INSN_MAX_LENGTH);
	CHECK(err != DECODE_TOO_LONG || size >= INSN_MAX_LENGTH);
	if (err == DECODE_OK) {
		check_fields(&d, (u32)size);
		check_length(exact, mode, &d);
		execute(&d);
	}
	free(exact);
	return 0;
}
