/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/decode.h"

/* How an opcode byte continues. */
enum form {
	FORM_UNKNOWN, /* 0, so that a byte that no table row names is refused */
	FORM_PREFIX,
	FORM_REX,    /* a prefix in 64-bit mode only */
	FORM_ESCAPE, /* 0F: the second table */
	FORM_STRING, /* nothing follows */
	FORM_MOFFS,  /* an absolute address of address size; the register is the accumulator */
	FORM_MODRM,  /* ModRM with a memory operand, then perhaps an immediate */
	FORM_GROUP,  /* the same, the operation is in ModRM.reg */
};

/* op_row.attr. The low three bits are decoded.flags and are copied as they stand. */
#define ATTR_IMM8  0x08u /* the immediate is one byte; without it of operand size, at most 4 */
#define ATTR_BYTE  0x10u /* operand size is 1 */
#define ATTR_MEM8  0x20u /* memory operand of 1 byte whatever the operand size */
#define ATTR_MEM16 0x40u /* memory operand of 2 bytes */
#define ATTR_MEM32 0x80u /* memory operand of at most 4 bytes; 64-bit mode only */
#define ATTR_MEM   (ATTR_MEM8 | ATTR_MEM16 | ATTR_MEM32)
#define ATTR_FLAGS (DECODE_SIGNED | DECODE_REG_FIRST | DECODE_IMM)

struct op_row {
	u8 form;
	u8 op; /* enum decode_op; FORM_GROUP: enum group; FORM_PREFIX: the PREFIX_x that it sets */
	u8 dest; /* enum decode_dest; FORM_PREFIX: the PREFIX_x that it voids */
	u8 attr;
};

/* Prefixes seen so far, together with DECODE_LOCK, DECODE_REP and DECODE_REPNE in one byte. */
#define PREFIX_OPSIZE   0x01u
#define PREFIX_ADDRSIZE 0x02u
#define PREFIX_REPEAT   (DECODE_REP | DECODE_REPNE)
#define PREFIX_REPORTED (DECODE_LOCK | PREFIX_REPEAT)

#define REX_W           0x8u
#define REX_R           0x4u

enum group {
	GROUP_1,
	GROUP_3,
	GROUP_45,
	GROUP_8,
	GROUP_11,
	GROUP_COUNT
};

/* Tables read best one opcode per line. */
/* clang-format off */
#define IMM8                (DECODE_IMM | ATTR_IMM8)
#define PREFIX(sets, voids) {FORM_PREFIX, (sets), (voids), 0}
#define SEGMENT             PREFIX(0, 0)
#define GROUP(g, attr)      {FORM_GROUP, (g), 0, (attr)}

/* The four ModRM forms of an arithmetic operation: Eb,Gb  Ev,Gv  Gb,Eb  Gv,Ev. */
#define ALU_ROWS(base, op, mem_dest, reg_dest)                                                     \
	[(base)] = {FORM_MODRM, (op), (mem_dest), ATTR_BYTE},                                      \
	[(base) + 1] = {FORM_MODRM, (op), (mem_dest), 0},                                          \
	[(base) + 2] = {FORM_MODRM, (op), (reg_dest), ATTR_BYTE | DECODE_REG_FIRST},               \
	[(base) + 3] = {FORM_MODRM, (op), (reg_dest), DECODE_REG_FIRST}

static const struct op_row unknown = {FORM_UNKNOWN, 0, 0, 0};

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
	[0x0f] = {FORM_ESCAPE, 0, 0, 0},
	[0x26] = SEGMENT,
	[0x2e] = SEGMENT,
	[0x36] = SEGMENT,
	[0x3e] = SEGMENT,
	[0x40 ... 0x4f] = {FORM_REX, 0, 0, 0},
	[0x63] = {FORM_MODRM, OP_LOAD, DEST_REG, DECODE_SIGNED | ATTR_MEM32},
	[0x64] = SEGMENT,
	[0x65] = SEGMENT,
	[0x66] = PREFIX(PREFIX_OPSIZE, 0),
	[0x67] = PREFIX(PREFIX_ADDRSIZE, 0),
	[0x80] = GROUP(GROUP_1, ATTR_BYTE | IMM8),
	[0x81] = GROUP(GROUP_1, DECODE_IMM),
	[0x83] = GROUP(GROUP_1, IMM8),
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
	[0xc6] = GROUP(GROUP_11, ATTR_BYTE | IMM8),
	[0xc7] = GROUP(GROUP_11, DECODE_IMM),
	[0xf0] = PREFIX(DECODE_LOCK, 0),
	[0xf2] = PREFIX(DECODE_REPNE, PREFIX_REPEAT), /* of F2 and F3 the last one counts */
	[0xf3] = PREFIX(DECODE_REP, PREFIX_REPEAT),
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
	[0xba] = GROUP(GROUP_8, IMM8),
	[0xbb] = {FORM_MODRM, OP_BTC, DEST_MEM, 0},
	[0xbe] = {FORM_MODRM, OP_LOAD, DEST_REG, ATTR_MEM8 | DECODE_SIGNED},
	[0xbf] = {FORM_MODRM, OP_LOAD, DEST_REG, ATTR_MEM16 | DECODE_SIGNED},
};

/*
 * SDM vol. 2, "Opcode Extensions for One-byte and Two-byte Opcodes"; attributes add to those of the
 * opcode.
 */
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
		[0] = {FORM_MODRM, OP_TEST, DEST_NONE, DECODE_IMM},
		[1] = {FORM_MODRM, OP_TEST, DEST_NONE, DECODE_IMM}, /* alias, named by the APM only */
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
/* clang-format on */

#define MODRM_REG       0x38u /* not a register in a group, but part of the opcode */
#define MODRM_NO_MEMORY 0xc0u /* mod 3 names a register, which cannot have trapped */

/*
 * Bytes after ModRM: "16-Bit Addressing Forms with the ModR/M Byte" and "32-Bit Addressing Forms
 * ...". REX.B does not take part: r12 and r13 need a SIB and a displacement just like rsp and rbp.
 */
#define ROW(...)     __VA_ARGS__ /* by r/m */
#define ANY_REG(row) row, row, row, row, row, row, row, row

static const u8 tail_16[MODRM_NO_MEMORY] = {
	ANY_REG(ROW(0, 0, 0, 0, 0, 0, 2, 0)), /* mod 0: r/m 6 is an absolute address */
	ANY_REG(ROW(1, 1, 1, 1, 1, 1, 1, 1)),
	ANY_REG(ROW(2, 2, 2, 2, 2, 2, 2, 2)),
};

static const u8 tail_32[MODRM_NO_MEMORY] = {
	ANY_REG(ROW(0, 0, 0, 0, 1, 4, 0, 0)), /* mod 0: r/m 4 SIB, 5 absolute or by RIP */
	ANY_REG(ROW(1, 1, 1, 1, 2, 1, 1, 1)),
	ANY_REG(ROW(4, 4, 4, 4, 5, 4, 4, 4)),
};

#define MODRM_MOD_RM   0xc7u
#define MODRM_MOD0_SIB 4u /* within MODRM_MOD_RM: here a SIB ... */
#define SIB_BASE       7u
#define SIB_NO_BASE    5u /* ... without base has a displacement of 4 bytes */

struct sizes {
	u8 operand;
	u8 address;
};

/* SDM vol. 1, "Operand-Size and Address-Size Attributes", without prefixes. */
static const struct sizes default_sizes[] = {
	[CPU_REAL16] = {2, 2},
	[CPU_PROT16] = {2, 2},
	[CPU_PROT32] = {4, 4},
	[CPU_LONG64] = {4, 8},
};

struct insn {
	const u8 *bytes;
	u32 pos;
	u32 end;
	u32 prefixes; /* PREFIX_x and DECODE_LOCK, ... */
	u32 rex;      /* 0 = none; else 0x40 .. 0x4f */
	enum cpu_mode mode;
};

/* Consumes prefixes and the first opcode byte; NULL if the bytes end before. */
static inline const struct op_row *next_opcode(struct insn *in)
{
	while (in->pos < in->end) {
		u8 byte = in->bytes[in->pos++];
		const struct op_row *row = &one_byte[byte];

		if (row->form > FORM_REX)
			return row;
		if (row->form == FORM_PREFIX) {
			in->prefixes = (in->prefixes & ~(u32)row->dest) | row->op;
			in->rex = 0; /* REX counts only right in front of the opcode */
		} else if (row->form == FORM_REX && in->mode == CPU_LONG64) {
			in->rex = byte;
		} else {
			return &unknown;
		}
	}
	return NULL;
}

/* SDM vol. 1, the same section: what prefixes change. */
static inline struct sizes sizes_of(const struct insn *in)
{
	struct sizes s = default_sizes[in->mode];

	if (in->rex & REX_W)
		s.operand = 8;
	else if (in->prefixes & PREFIX_OPSIZE)
		s.operand = s.operand == 4 ? 2 : 4;
	if (in->prefixes & PREFIX_ADDRSIZE)
		s.address = s.address == 4 ? 2 : 4;
	return s;
}

static u8 fixed_memory_size(u8 attr, u8 operand)
{
	if (attr & ATTR_MEM8)
		return 1;
	if (attr & ATTR_MEM16)
		return 2;
	/* MOVSXD. With a 16-bit operand vendors differ in the size read, but not in the result. */
	return operand == 8 ? 4 : operand;
}

static inline void set_sizes(struct decoded *d, u8 operand, u8 attr)
{
	u8 size = attr & ATTR_BYTE ? 1 : operand;

	d->reg_size = size;
	d->size = size;
	if (attr & ATTR_MEM)
		d->size = fixed_memory_size(attr, size);
}

/* Without REX, byte registers 4 .. 7 are AH, CH, DH, BH; with any REX they are SPL .. DIL. */
static inline void set_register(struct decoded *d, u32 rex, u32 modrm)
{
	u32 reg = (modrm >> 3) & 7;

	if (d->reg_size == 1 && reg >= 4 && !rex) {
		d->flags |= DECODE_HIGH_BYTE;
		reg -= 4;
	}
	d->reg = (u8)(reg | (rex & REX_R) << 1);
}

/* Moves behind SIB and displacement; false if the SIB byte is missing. */
static inline bool skip_address(struct insn *in, u32 modrm, u8 addr_size)
{
	if (addr_size == 2) {
		in->pos += tail_16[modrm];
		return true;
	}
	if ((modrm & MODRM_MOD_RM) == MODRM_MOD0_SIB) {
		if (in->pos >= in->end)
			return false;
		if ((in->bytes[in->pos] & SIB_BASE) == SIB_NO_BASE)
			in->pos += 4;
	}
	in->pos += tail_32[modrm];
	return true;
}

/* Immediates have the operand's size, but no more than 4 bytes. */
static u32 imm_size(const struct decoded *d, u32 attr)
{
	if ((attr & ATTR_IMM8) || d->size == 1)
		return 1;
	return d->size == 2 ? 2 : 4;
}

/* The same, known to be on hand: fills imm, sign-extended, and returns its size. */
static inline u32 take_imm(struct decoded *d, u32 attr, const u8 *p)
{
	if ((attr & ATTR_IMM8) || d->size == 1) {
		d->imm = (u64)(s64)(s8)p[0];
		return 1;
	}
	if (d->size == 2) {
		d->imm = (u64)(s64)(s16)(p[0] | p[1] << 8);
		return 2;
	}
	d->imm = (u64)(s64)(s32)((u32)p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24);
	return 4;
}

/* Everything behind the opcode of the ModRM forms. */
static inline enum decode_err decode_modrm(struct insn *in, const struct op_row *row, u8 operand,
					   struct decoded *d)
{
	u8 attr = row->attr;

	if (in->pos >= in->end)
		return DECODE_TRUNCATED;

	u32 modrm = in->bytes[in->pos++];

	if (modrm >= MODRM_NO_MEMORY)
		return DECODE_UNKNOWN;
	if (row->form == FORM_GROUP) {
		row = &groups[row->op][(modrm >> 3) & 7];
		if (row->form == FORM_UNKNOWN)
			return DECODE_UNKNOWN;
		attr |= row->attr;
		modrm &= ~MODRM_REG;
	}
	if ((attr & ATTR_MEM32) && in->mode != CPU_LONG64) /* there 63 is ARPL */
		return DECODE_UNKNOWN;

	d->op = row->op;
	d->dest = row->dest;
	d->flags = attr & ATTR_FLAGS;
	set_sizes(d, operand, attr);
	set_register(d, in->rex, modrm);
	if (!skip_address(in, modrm, d->addr_size))
		return DECODE_TRUNCATED;
	if (attr & DECODE_IMM) {
		if (in->pos + imm_size(d, attr) > in->end)
			return DECODE_TRUNCATED;
		in->pos += take_imm(d, attr, in->bytes + in->pos);
	}
	return DECODE_OK;
}

/* MOV with an absolute address, and string operations. */
static enum decode_err decode_accumulator(struct insn *in, const struct op_row *row, u8 operand,
					  struct decoded *d)
{
	d->op = row->op;
	d->dest = row->dest;
	d->flags = 0;
	d->reg = 0;
	set_sizes(d, operand, row->attr);
	if (row->form == FORM_MOFFS)
		in->pos += d->addr_size;
	return DECODE_OK;
}

/* SDM vol. 2, "LOCK": only read-modify-write forms with a memory destination; else #UD. */
static bool lock_allowed(const struct decoded *d)
{
	return d->dest == DEST_MEM && d->op >= OP_XCHG && d->op <= OP_BTC;
}

static enum decode_err decode_general(struct insn *in, struct decoded *out)
{
	const struct op_row *row = next_opcode(in);
	struct sizes sizes = sizes_of(in);
	enum decode_err err;

	if (!row)
		return DECODE_TRUNCATED;
	if (row->form == FORM_ESCAPE) {
		if (in->pos >= in->end)
			return DECODE_TRUNCATED;
		row = &two_byte[in->bytes[in->pos++]];
	}

	out->addr_size = sizes.address;
	out->prefixes = in->prefixes & PREFIX_REPORTED;
	if (row->form >= FORM_MODRM)
		err = decode_modrm(in, row, sizes.operand, out);
	else if (row->form != FORM_UNKNOWN)
		err = decode_accumulator(in, row, sizes.operand, out);
	else
		err = DECODE_UNKNOWN;
	if (err != DECODE_OK)
		return err;
	if ((in->prefixes & DECODE_LOCK) && !lock_allowed(out))
		return DECODE_UNKNOWN;
	if (in->pos > in->end)
		return DECODE_TRUNCATED;
	out->length = (u8)in->pos;
	return DECODE_OK;
}

/* Not inlined, so that the short cut below does not pay for this one's registers. */
static __attribute__((noinline)) enum decode_err decode_any(const u8 *bytes, u32 len,
							    enum cpu_mode mode, struct decoded *out)
{
	bool limit = len >= INSN_MAX_LENGTH;
	struct insn in = {.bytes = bytes, .end = limit ? INSN_MAX_LENGTH : len, .mode = mode};
	enum decode_err err = decode_general(&in, out);

	/* More bytes would not help an instruction that does not end within the limit. */
	return err == DECODE_TRUNCATED && limit ? DECODE_TOO_LONG : err;
}

/*
 * The short cut for what an xAPIC exit decodes, a plain MOV: 64-bit mode, no prefix, not even REX,
 * one-byte opcode. Such an instruction ends within 11 bytes (opcode, ModRM, SIB, displacement,
 * immediate), so with 15 on hand no length needs a check. False: leave it to decode_any.
 */
static inline bool decode_plain(const u8 *bytes, struct decoded *d)
{
	const struct op_row *row = &one_byte[bytes[0]];
	const u8 *p = bytes + 2;
	u32 modrm = bytes[1];
	u32 attr = row->attr;

	if (row->form == FORM_GROUP) {
		row = &groups[row->op][(modrm >> 3) & 7];
		attr |= row->attr;
		modrm &= ~MODRM_REG;
	}
	if (row->form != FORM_MODRM || modrm >= MODRM_NO_MEMORY || (attr & ATTR_MEM))
		return false;

	d->op = row->op;
	d->dest = row->dest;
	d->reg_size = attr & ATTR_BYTE ? 1 : 4;
	d->size = d->reg_size;
	d->addr_size = 8;
	d->prefixes = 0;
	d->flags = attr & ATTR_FLAGS;
	set_register(d, 0, modrm);
	if ((modrm & MODRM_MOD_RM) == MODRM_MOD0_SIB && (*p & SIB_BASE) == SIB_NO_BASE)
		p += 4;
	p += tail_32[modrm];
	if (attr & DECODE_IMM)
		p += take_imm(d, attr, p);
	d->length = (u8)(p - bytes);
	return true;
}

enum decode_err decode_insn(const u8 *bytes, u32 len, enum cpu_mode mode, struct decoded *out)
{
	if (len >= INSN_MAX_LENGTH && mode == CPU_LONG64 && decode_plain(bytes, out))
		return DECODE_OK;
	return decode_any(bytes, len, mode, out);
}
