/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What decoded instructions compute: register updates and arithmetic flags. SDM vol. 1, "Partial
 * register writes" under "General-Purpose Registers in 64-Bit Mode", and vol. 2 per instruction.
 */
#include "x86/decode.h"

#define FLAG_CF     BIT64(0)
#define FLAG_PF     BIT64(2)
#define FLAG_AF     BIT64(4)
#define FLAG_ZF     BIT64(6)
#define FLAG_SF     BIT64(7)
#define FLAG_OF     BIT64(11)
#define FLAGS_ARITH (FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF)

static inline u64 size_mask(u32 size)
{
	return ~0ULL >> (64 - 8 * size);
}

static inline u64 sign_bit(u32 size)
{
	return 1ULL << (8 * size - 1);
}

void decode_apply_load(const struct decoded *d, u64 *regs, u64 data)
{
	u64 *reg = &regs[d->reg];

	data &= size_mask(d->size);
	if ((d->flags & DECODE_SIGNED) && (data & sign_bit(d->size)))
		data |= ~size_mask(d->size);

	if (d->reg_size == 4)
		*reg = (u32)data;
	else if (d->reg_size == 8)
		*reg = data;
	else if (d->reg_size == 2)
		*reg = (*reg & ~0xffffULL) | (data & 0xffff);
	else if (d->flags & DECODE_HIGH_BYTE)
		*reg = (*reg & ~0xff00ULL) | (data & 0xff) << 8;
	else
		*reg = (*reg & ~0xffULL) | (data & 0xff);
}

u64 decode_store_value(const struct decoded *d, const u64 *regs)
{
	u64 value = d->flags & DECODE_IMM ? d->imm : regs[d->reg];

	if (d->flags & DECODE_HIGH_BYTE)
		value >>= 8;
	return value & size_mask(d->size);
}

static u64 result_flags(u64 result, u32 size)
{
	u64 flags = 0;
	u32 low = (u32)(result & 0xff);

	low ^= low >> 4;
	if (!((0x6996u >> (low & 0xf)) & 1)) /* bit n of 0x6996: is the parity of n odd? */
		flags |= FLAG_PF;
	if (!result)
		flags |= FLAG_ZF;
	if (result & sign_bit(size))
		flags |= FLAG_SF;
	return flags;
}

/* a + b + carry; the carry out of each bit falls out of the operands and the sum. */
static u64 add(u64 a, u64 b, u64 carry, u32 size, u64 *flags)
{
	u64 sum = (a + b + carry) & size_mask(size);
	u64 sign = sign_bit(size);

	*flags = result_flags(sum, size);
	if (((a & b) | ((a | b) & ~sum)) & sign)
		*flags |= FLAG_CF;
	if ((a ^ sum) & (b ^ sum) & sign)
		*flags |= FLAG_OF;
	*flags |= (a ^ b ^ sum) & FLAG_AF; /* AF is bit 4, where the carry into bit 4 is */
	return sum;
}

/* a - b - borrow. */
static u64 subtract(u64 a, u64 b, u64 borrow, u32 size, u64 *flags)
{
	u64 diff = (a - b - borrow) & size_mask(size);
	u64 sign = sign_bit(size);

	*flags = result_flags(diff, size);
	if (((~a & b) | ((~a | b) & diff)) & sign)
		*flags |= FLAG_CF;
	if ((a ^ b) & (a ^ diff) & sign)
		*flags |= FLAG_OF;
	*flags |= (a ^ b ^ diff) & FLAG_AF;
	return diff;
}

/* The BT family changes CF alone. The hardware's address already points at the addressed word. */
static u64 bit_op(u8 op, u64 mem, u64 index, u32 size, u64 *flags)
{
	u64 bit = 1ULL << (index & (8 * size - 1));

	*flags = (*flags & ~FLAG_CF) | (mem & bit ? FLAG_CF : 0);
	if (op == OP_BTS)
		return mem | bit;
	if (op == OP_BTR)
		return mem & ~bit;
	return op == OP_BTC ? mem ^ bit : mem;
}

/* a = first operand, b = second; *flags: old arithmetic flags in, new ones out. */
static u64 alu_compute(u8 op, u64 a, u64 b, u32 size, u64 *flags)
{
	u64 carry = *flags & FLAG_CF;
	u64 result;

	switch ((enum decode_op)op) {
	case OP_ADD:
		return add(a, b, 0, size, flags);
	case OP_ADC:
		return add(a, b, carry, size, flags);
	case OP_SUB:
	case OP_CMP:
		return subtract(a, b, 0, size, flags);
	case OP_SBB:
		return subtract(a, b, carry, size, flags);
	case OP_NEG:
		return subtract(0, a, 0, size, flags);
	case OP_INC:
		result = add(a, 1, 0, size, flags);
		*flags = (*flags & ~FLAG_CF) | carry; /* INC and DEC keep CF */
		return result;
	case OP_DEC:
		result = subtract(a, 1, 0, size, flags);
		*flags = (*flags & ~FLAG_CF) | carry;
		return result;
	case OP_NOT: /* changes no flag */
		return ~a & size_mask(size);
	case OP_OR:
		result = a | b;
		break;
	case OP_XOR:
		result = a ^ b;
		break;
	case OP_AND:
	case OP_TEST:
		result = a & b;
		break;
	default:
		return bit_op(op, a, b, size, flags);
	}
	*flags = result_flags(result, size);
	return result;
}

void decode_alu(const struct decoded *d, u64 mem, const u64 *regs, u64 *rflags, u64 *result)
{
	u64 flags = *rflags & FLAGS_ARITH;
	u64 other = decode_store_value(d, regs);

	mem &= size_mask(d->size);
	if (d->flags & DECODE_REG_FIRST)
		*result = alu_compute(d->op, other, mem, d->size, &flags);
	else
		*result = alu_compute(d->op, mem, other, d->size, &flags);
	*rflags = (*rflags & ~FLAGS_ARITH) | flags;
}
