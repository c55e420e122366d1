/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/decode.h"

/* How an opcode byte continues. Prefixes come first so that one compare ends the prefix loop. */
enum form {
	FORM_UNKNOWN, /* 0, so that a byte that no table row names is refused */
	FORM_SEGMENT,
	FORM_OPSIZE,
	FORM_ADDRSIZE,
	FORM_LOCK,
	FORM_REP,
	FORM_REPNE,
	FORM_REX, /* a prefix in 64-bit mode only */
	FORM_LAST_PREFIX = FORM_REX,
	FORM_ESCAPE, /* 0F: the second table */
	FORM_MODRM,  /* ModRM with a memory operand, then perhaps an immediate */
	FORM_GROUP,  /* the same, the operation is in ModRM.reg */
	FORM_MOFFS,  /* an absolute address of address size, register is the accumulator */
	FORM_STRING, /* nothing follows */
};

#define ATTR_BYTE   0x01u /* operand size is 1 */
#define ATTR_IMM8   0x02u /* one immediate byte, sign-extended */
#define ATTR_IMM    0x04u /* immediate of operand size, but at most 4 bytes */
#define ATTR_SIGNED 0x08u /* the load extends with the sign */
#define ATTR_MEM8   0x10u /* memory operand of 1 byte whatever the operand size */
#define ATTR_MEM16  0x20u /* memory operand of 2 bytes */
#define ATTR_MEM32  0x40u /* memory operand of at most 4 bytes; 64-bit mode only */
#define ATTR_REG1ST 0x80u /* the register is the first operand */

struct op_row {
	u8 form;
	u8 op; /* enum decode_op, or enum group for FORM_GROUP */
	u8 dest;
	u8 attr;
};

enum group { GROUP_1, GROUP_3, GROUP_45, GROUP_8, GROUP_11, GROUP_COUNT };

#define PREFIX(form)  {(form), 0, 0, 0}
#define GROUP(g, attr) {FORM_GROUP, (g), 0, (attr)}

/* The four ModRM forms of an arithmetic operation: Eb,Gb  Ev,Gv  Gb,Eb  Gv,Ev. */
#define ALU_ROWS(base, op, mem_dest, reg_dest)                                                     \
	[(base)] = {FORM_MODRM, (op), (mem_dest), ATTR_BYTE},                                      \
	[(base) + 1] = {FORM_MODRM, (op), (mem_dest), 0},                                          \
	[(base) + 2] = {FORM_MODRM, (op), (reg_dest), ATTR_BYTE | ATTR_REG1ST},                    \
	[(base) + 3] = {FORM_MODRM, (op), (reg_dest), ATTR_REG1ST}

/* SDM vol. 2, "One-byte Opcode Map". */
static const struct op_row one_byte[256] = {
	ALU_ROWS(0x00, OP_ADD, DEST_MEM, DEST_REG),
	ALU_ROWS(0x08, OP_OR, DEST_MEM, DEST_REG),
	ALU_ROWS(0x10, OP_ADC, DEST_MEM, DEST_REG),
	ALU_ROWS(0x18, OP_SBB, DEST_MEM, DEST_REG),
	ALU_ROWS(0x20, OP_AND, DEST_MEM, DEST_REG),
	ALU_ROWS(0x28, OP_SUB, DEST_MEM, DEST_REG),
	ALU_ROWS(0x30, OP_XOR, DEST_MEM, DEST_REG),
	ALU_ROWS(0x38, OP_CMP, DEST_NONE, DEST_NONE),
	[0x0f] = PREFIX(FORM_ESCAPE),
	[0x26] = PREFIX(FORM_SEGMENT),
	[0x2e] = PREFIX(FORM_SEGMENT),
	[0x36] = PREFIX(FORM_SEGMENT),
	[0x3e] = PREFIX(FORM_SEGMENT),
	[0x40 ... 0x4f] = PREFIX(FORM_REX),
	[0x63] = {FORM_MODRM, OP_LOAD, DEST_REG, ATTR_SIGNED | ATTR_MEM32},
	[0x64] = PREFIX(FORM_SEGMENT),
	[0x65] = PREFIX(FORM_SEGMENT),
	[0x66] = PREFIX(FORM_OPSIZE),
	[0x67] = PREFIX(FORM_ADDRSIZE),
	[0x80] = GROUP(GROUP_1, ATTR_BYTE | ATTR_IMM8),
	[0x81] = GROUP(GROUP_1, ATTR_IMM),
	[0x83] = GROUP(GROUP_1, ATTR_IMM8),
	[0x84] = {FORM_MODRM, OP_TEST, DEST_NONE, ATTR_BYTE},
	[0x85] = {FORM_MODRM, OP_TEST, DEST_NONE, 0},
	[0x86] = {FORM_MODRM, OP_XCHG, DEST_MEM, ATTR_BYTE},
	[0x87] = {FORM_MODRM, OP_XCHG, DEST_MEM, 0},
	[0x88] = {FORM_MODRM, OP_STORE, DEST_MEM, ATTR_BYTE},
	[0x89] = {FORM_MODRM, OP_STORE, DEST_MEM, 0},
	[0x8a] = {FORM_MODRM, OP_LOAD, DEST_REG, ATTR_BYTE},
	[0x8b] = {FORM_MODRM, OP_LOAD, DEST_REG, 0},
	[0xa0] = {FORM_MOFFS, OP_LOAD, DEST_REG, ATTR_BYTE},
	[0xa1] = {FORM_MOFFS, OP_LOAD, DEST_REG, 0},
	[0xa2] = {FORM_MOFFS, OP_STORE, DEST_MEM, ATTR_BYTE},
	[0xa3] = {FORM_MOFFS, OP_STORE, DEST_MEM, 0},
	[0xa4] = {FORM_STRING, OP_MOVS, DEST_MEM, ATTR_BYTE},
	[0xa5] = {FORM_STRING, OP_MOVS, DEST_MEM, 0},
	[0xaa] = {FORM_STRING, OP_STOS, DEST_MEM, ATTR_BYTE},
	[0xab] = {FORM_STRING, OP_STOS, DEST_MEM, 0},
	[0xac] = {FORM_STRING, OP_LODS, DEST_REG, ATTR_BYTE},
	[0xad] = {FORM_STRING, OP_LODS, DEST_REG, 0},
	[0xc6] = GROUP(GROUP_11, ATTR_BYTE | ATTR_IMM8),
	[0xc7] = GROUP(GROUP_11, ATTR_IMM),
	[0xf0] = PREFIX(FORM_LOCK),
	[0xf2] = PREFIX(FORM_REPNE),
	[0xf3] = PREFIX(FORM_REP),
	[0xf6] = GROUP(GROUP_3, ATTR_BYTE),
	[0xf7] = GROUP(GROUP_3, 0),
	[0xfe] = GROUP(GROUP_45, ATTR_BYTE),
	[0xff] = GROUP(GROUP_45, 0),
};

/* SDM vol. 2, "Two-byte Opcode Map". */
static const struct op_row two_byte[256] = {
	[0xa3] = {FORM_MODRM, OP_BT, DEST_NONE, 0},
	[0xab] = {FORM_MODRM, OP_BTS, DEST_MEM, 0},
	[0xb3] = {FORM_MODRM, OP_BTR, DEST_MEM, 0},
	[0xb6] = {FORM_MODRM, OP_LOAD, DEST_REG, ATTR_MEM8},
	[0xb7] = {FORM_MODRM, OP_LOAD, DEST_REG, ATTR_MEM16},
	[0xba] = GROUP(GROUP_8, ATTR_IMM8),
	[0xbb] = {FORM_MODRM, OP_BTC, DEST_MEM, 0},
	[0xbe] = {FORM_MODRM, OP_LOAD, DEST_REG, ATTR_MEM8 | ATTR_SIGNED},
	[0xbf] = {FORM_MODRM, OP_LOAD, DEST_REG, ATTR_MEM16 | ATTR_SIGNED},
};

/* SDM vol. 2, "Opcode Extensions for One-byte and Two-byte Opcodes"; attributes add to the opcode's. */
static const struct op_row groups[GROUP_COUNT][8] = {
	[GROUP_1] = {
		{FORM_MODRM, OP_ADD, DEST_MEM, 0},
		{FORM_MODRM, OP_OR, DEST_MEM, 0},
		{FORM_MODRM, OP_ADC, DEST_MEM, 0},
		{FORM_MODRM, OP_SBB, DEST_MEM, 0},
		{FORM_MODRM, OP_AND, DEST_MEM, 0},
		{FORM_MODRM, OP_SUB, DEST_MEM, 0},
		{FORM_MODRM, OP_XOR, DEST_MEM, 0},
		{FORM_MODRM, OP_CMP, DEST_NONE, 0},
	},
	[GROUP_3] = {
		[0] = {FORM_MODRM, OP_TEST, DEST_NONE, ATTR_IMM},
		[1] = {FORM_MODRM, OP_TEST, DEST_NONE, ATTR_IMM}, /* alias, named by the APM only */
		[2] = {FORM_MODRM, OP_NOT, DEST_MEM, 0},
		[3] = {FORM_MODRM, OP_NEG, DEST_MEM, 0},
	},
	[GROUP_45] = {
		[0] = {FORM_MODRM, OP_INC, DEST_MEM, 0},
		[1] = {FORM_MODRM, OP_DEC, DEST_MEM, 0},
	},
	[GROUP_8] = {
		[4] = {FORM_MODRM, OP_BT, DEST_NONE, 0},
		[5] = {FORM_MODRM, OP_BTS, DEST_MEM, 0},
		[6] = {FORM_MODRM, OP_BTR, DEST_MEM, 0},
		[7] = {FORM_MODRM, OP_BTC, DEST_MEM, 0},
	},
	[GROUP_11] = {
		[0] = {FORM_MODRM, OP_STORE, DEST_MEM, 0},
	},
};

#define REX_W 0x8u
#define REX_R 0x4u

struct cursor {
	const u8 *bytes;
	u32 pos;
	u32 end;
	bool limit; /* end is the architecture's limit, not the caller's */
	u8 rex;     /* 0 = none; else 0x40 .. 0x4f */
	bool opsize;
	bool addrsize;
	u8 prefixes;
};

static inline enum decode_err out_of_bytes(const struct cursor *c)
{
	return c->limit ? DECODE_TOO_LONG : DECODE_TRUNCATED;
}

/* Consumes legacy and REX prefixes; false if the bytes end first. */
static inline bool next_opcode(struct cursor *c, enum cpu_mode mode, const struct op_row **row)
{
	for (;;) {
		if (c->pos == c->end)
			return false;

		u8 byte = c->bytes[c->pos++];
		const struct op_row *r = &one_byte[byte];

		if (r->form > FORM_LAST_PREFIX || (r->form == FORM_REX && mode != CPU_LONG64)) {
			*row = r;
			return true;
		}
		/* REX counts only as the last prefix: whatever else follows it voids it. */
		c->rex = 0;
		switch ((enum form)r->form) {
		case FORM_REX:
			c->rex = byte;
			break;
		case FORM_OPSIZE:
			c->opsize = true;
			break;
		case FORM_ADDRSIZE:
			c->addrsize = true;
			break;
		case FORM_LOCK:
			c->prefixes |= DECODE_LOCK;
			break;
		case FORM_REP: /* of F2 and F3 the last one counts */
			c->prefixes = (u8)((c->prefixes & DECODE_LOCK) | DECODE_REP);
			break;
		case FORM_REPNE:
			c->prefixes = (u8)((c->prefixes & DECODE_LOCK) | DECODE_REPNE);
			break;
		case FORM_SEGMENT:
			break;
		default: /* FORM_UNKNOWN is the smallest form, so it ends up here */
			*row = r;
			return true;
		}
	}
}

/* SDM vol. 2, "16-Bit Addressing Forms with the ModR/M Byte". */
static inline u32 tail_16(u8 modrm)
{
	u32 mod = modrm >> 6;

	if (mod == 0)
		return (modrm & 7) == 6 ? 2 : 0;
	return mod;
}

/*
 * Bytes of SIB and displacement after ModRM, "32-Bit Addressing Forms with the ModR/M Byte"; mod is
 * not 3. REX.B does not take part: r13 and r12 need a displacement and SIB just like rbp and rsp.
 */
static inline bool tail_32(const struct cursor *c, u8 modrm, u32 *tail)
{
	u32 mod = modrm >> 6;
	u32 rm = modrm & 7;
	u32 disp = mod == 1 ? 1 : mod == 2 ? 4 : 0;

	if (rm == 4) {
		if (c->pos == c->end)
			return false;
		if (mod == 0 && (c->bytes[c->pos] & 7) == 5)
			disp = 4;
		*tail = 1 + disp;
		return true;
	}
	*tail = mod == 0 && rm == 5 ? 4 : disp;
	return true;
}

static inline bool skip(struct cursor *c, u32 count)
{
	if (c->end - c->pos < count)
		return false;
	c->pos += count;
	return true;
}

/* A sign-extended immediate of 1, 2 or 4 bytes. */
static inline bool take_imm(struct cursor *c, u32 size, u64 *imm)
{
	const u8 *p = c->bytes + c->pos;

	if (!skip(c, size))
		return false;
	if (size == 1)
		*imm = (u64)(s64)(s8)p[0];
	else if (size == 2)
		*imm = (u64)(s64)(s16)(p[0] | p[1] << 8);
	else
		*imm = (u64)(s64)(s32)((u32)p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 |
				       (u32)p[3] << 24);
	return true;
}

static inline u8 operand_size(const struct cursor *c, enum cpu_mode mode)
{
	if (c->rex & REX_W)
		return 8;
	return (mode >= CPU_PROT32) != c->opsize ? 4 : 2;
}

static inline u8 address_size(const struct cursor *c, enum cpu_mode mode)
{
	if (mode == CPU_LONG64)
		return c->addrsize ? 4 : 8;
	return (mode == CPU_PROT32) != c->addrsize ? 4 : 2;
}

static inline void set_sizes(struct decoded *d, const struct cursor *c, enum cpu_mode mode, u8 attr)
{
	u8 size = attr & ATTR_BYTE ? 1 : operand_size(c, mode);

	d->reg_size = size;
	if (attr & ATTR_MEM8)
		size = 1;
	else if (attr & ATTR_MEM16)
		size = 2;
	else if ((attr & ATTR_MEM32) && size == 8)
		size = 4;
	d->size = size;
}

static inline void set_register(struct decoded *d, const struct cursor *c, u8 modrm)
{
	u8 reg = (modrm >> 3) & 7;

	/* Without REX, byte registers 4 .. 7 are AH, CH, DH, BH; with any REX SPL .. DIL. */
	d->high_byte = d->reg_size == 1 && !c->rex && reg >= 4;
	if (d->high_byte)
		reg = (u8)(reg - 4);
	else if (c->rex & REX_R)
		reg |= 8;
	d->reg = reg;
}

/* Everything behind the opcode of the ModRM forms. */
static inline enum decode_err decode_modrm(struct cursor *c, enum cpu_mode mode,
					   const struct op_row *row, struct decoded *d)
{
	bool group = row->form == FORM_GROUP;
	u8 attr = row->attr;
	u32 tail;

	if (c->pos == c->end)
		return out_of_bytes(c);

	u8 modrm = c->bytes[c->pos++];

	if (group) {
		row = &groups[row->op][(modrm >> 3) & 7];
		attr |= row->attr;
	}
	/* 63 is ARPL outside 64-bit mode; mod 3 names a register, which cannot have trapped. */
	if (row->form == FORM_UNKNOWN || modrm >= 0xc0 ||
	    ((attr & ATTR_MEM32) && mode != CPU_LONG64))
		return DECODE_UNKNOWN;

	d->op = row->op;
	d->dest = row->dest;
	d->sign_extend = attr & ATTR_SIGNED;
	d->reg_first = attr & ATTR_REG1ST;
	set_sizes(d, c, mode, attr);
	set_register(d, c, group ? 0 : modrm); /* a group has no register operand */

	if (d->addr_size == 2)
		tail = tail_16(modrm);
	else if (!tail_32(c, modrm, &tail))
		return out_of_bytes(c);
	if (!skip(c, tail))
		return out_of_bytes(c);

	d->has_imm = attr & (ATTR_IMM8 | ATTR_IMM);
	d->imm = 0;
	if (d->has_imm) {
		u32 size = attr & ATTR_IMM8 || d->size == 1 ? 1 : d->size == 2 ? 2 : 4;

		if (!take_imm(c, size, &d->imm))
			return out_of_bytes(c);
	}
	return DECODE_OK;
}

/* MOV with an absolute address, and string operations: the register is always the accumulator. */
static enum decode_err decode_accumulator(struct cursor *c, enum cpu_mode mode,
					  const struct op_row *row, struct decoded *d)
{
	d->op = row->op;
	d->dest = row->dest;
	set_sizes(d, c, mode, row->attr);
	d->reg = 0;
	d->has_imm = false;
	d->high_byte = false;
	d->sign_extend = false;
	d->reg_first = false;
	d->imm = 0;
	if (row->form == FORM_MOFFS && !skip(c, d->addr_size))
		return out_of_bytes(c);
	return DECODE_OK;
}

/* SDM vol. 2, "LOCK": only read-modify-write forms with a memory destination; else #UD. */
static inline bool lock_allowed(const struct decoded *d)
{
	return d->dest == DEST_MEM && d->op >= OP_XCHG && d->op <= OP_BTC;
}

enum decode_err decode_insn(const u8 *bytes, u32 len, enum cpu_mode mode, struct decoded *out)
{
	bool limit = len >= INSN_MAX_LENGTH;
	struct cursor c = {.bytes = bytes, .end = limit ? INSN_MAX_LENGTH : len, .limit = limit};
	const struct op_row *row;
	enum decode_err err;

	if (!next_opcode(&c, mode, &row))
		return out_of_bytes(&c);
	if (row->form == FORM_ESCAPE) {
		if (c.pos == c.end)
			return out_of_bytes(&c);
		row = &two_byte[bytes[c.pos++]];
	}

	out->addr_size = address_size(&c, mode);
	out->prefixes = c.prefixes;
	if (row->form == FORM_MODRM || row->form == FORM_GROUP)
		err = decode_modrm(&c, mode, row, out);
	else if (row->form == FORM_MOFFS || row->form == FORM_STRING)
		err = decode_accumulator(&c, mode, row, out);
	else
		err = DECODE_UNKNOWN;
	if (err != DECODE_OK)
		return err;
	if ((c.prefixes & DECODE_LOCK) && !lock_allowed(out))
		return DECODE_UNKNOWN;
	out->length = (u8)c.pos;
	return DECODE_OK;
}
