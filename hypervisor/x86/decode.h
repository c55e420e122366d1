/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instruction decoder and executor for trapped memory accesses. Pure: the caller fetches the bytes
 * and does the memory access. The hardware reports the guest-physical address, so the decoder
 * computes no effective address; it only has to get the length, the operation and the registers
 * right. Bit layouts and semantics: SDM vol. 2, "Instruction Format" and "Opcode Map".
 *
 * How to run an instruction that it has decoded (string operations excepted):
 *
 *	if (decode_reads_memory(&d))
 *		mem = read(gpa, d.size);
 *	if (decode_is_alu(&d))
 *		decode_alu(&d, mem, regs, &rflags, &out);     // then, by d.dest:
 *	else
 *		out = decode_store_value(&d, regs);
 *	if (decode_writes_memory(&d))
 *		write(gpa, d.size, out);
 *	if (d.op == OP_LOAD || d.op == OP_XCHG)
 *		decode_apply_load(&d, regs, mem);
 *	else if (d.dest == DEST_REG)
 *		decode_apply_load(&d, regs, out);
 *	rip += d.length;
 */
#ifndef X86_DECODE_H
#define X86_DECODE_H

#include "core/types.h"

#define INSN_MAX_LENGTH 15u /* SDM vol. 2, "Instruction Format": longer raises #GP */

/* What the current code segment means for defaults: CS.L, CS.D, CR0.PE and EFLAGS.VM. */
enum cpu_mode {
	CPU_REAL16, /* real mode and virtual-8086 mode */
	CPU_PROT16, /* CS.D = 0, also 16-bit compatibility mode */
	CPU_PROT32, /* CS.D = 1, also 32-bit compatibility mode */
	CPU_LONG64, /* EFER.LMA = 1 and CS.L = 1 */
};

enum decode_err {
	DECODE_OK,
	DECODE_TRUNCATED, /* the bytes end inside the instruction: fetch more and call again */
	DECODE_UNKNOWN,   /* not a memory access that the decoder knows */
	DECODE_TOO_LONG,  /* more than 15 bytes: hardware answers #GP(0) */
};

enum decode_op {
	OP_LOAD,  /* reg <- memory, extended to reg_size */
	OP_STORE, /* memory <- reg or imm */
	OP_XCHG,  /* both at once */
	OP_ADD,   /* 80 /0 order from here to OP_CMP: SDM vol. 2, "Opcode Extensions", group 1 */
	OP_OR,
	OP_ADC,
	OP_SBB,
	OP_AND,
	OP_SUB,
	OP_XOR,
	OP_CMP,
	OP_TEST,
	OP_NOT,
	OP_NEG,
	OP_INC,
	OP_DEC,
	OP_BT, /* group 8 order from here to OP_BTC */
	OP_BTS,
	OP_BTR,
	OP_BTC,
	OP_MOVS, /* string operations: the caller handles RSI, RDI, RCX and EFLAGS.DF */
	OP_STOS,
	OP_LODS,
};

enum decode_dest {
	DEST_NONE, /* CMP, TEST, BT: flags only */
	DEST_REG,
	DEST_MEM,
};

/* decoded.flags */
#define DECODE_SIGNED    0x01u /* a load from size to reg_size keeps the sign */
#define DECODE_REG_FIRST 0x02u /* the register is the first operand: CMP reg, memory */
#define DECODE_IMM       0x04u /* the other operand is imm, not reg */
#define DECODE_HIGH_BYTE 0x08u /* reg is AH, CH, DH or BH; decoded.reg then holds 0 .. 3 */

/* decoded.prefixes */
#define DECODE_LOCK  0x10u
#define DECODE_REP   0x20u /* F3 */
#define DECODE_REPNE 0x40u /* F2 */

struct decoded {
	u8 length;   /* bytes of the whole instruction */
	u8 op;       /* enum decode_op */
	u8 size;     /* bytes of the memory access: 1, 2, 4, 8 */
	u8 reg_size; /* bytes of the register operand; differs from size for MOVZX, MOVSX, MOVSXD */
	u8 dest;     /* enum decode_dest */
	u8 reg;      /* 0 = RAX .. 15 = R15; without meaning if there is none */
	u8 addr_size; /* bytes of the address: 2, 4, 8 */
	u8 prefixes;  /* DECODE_LOCK ... */
	u8 flags;     /* DECODE_SIGNED ... */
	u64 imm;      /* with DECODE_IMM: sign-extended to 64 bits */
};

/**
 * decode_insn - decode one instruction that accesses memory.
 * @bytes: at least len readable bytes, hostile.   @len: bytes on hand, any number.
 * @mode: of the guest's code segment.   @out: valid only if DECODE_OK is returned.
 * Return: see enum decode_err. DECODE_TRUNCATED is never returned for len >= INSN_MAX_LENGTH.
 */
enum decode_err decode_insn(const u8 *bytes, u32 len, enum cpu_mode mode, struct decoded *out);

/** decode_is_string - MOVS, STOS or LODS? */
static inline bool decode_is_string(const struct decoded *d)
{
	return d->op >= OP_MOVS;
}

/** decode_is_alu - does decode_alu run it (it computes and sets flags)? */
static inline bool decode_is_alu(const struct decoded *d)
{
	return d->op >= OP_ADD && d->op <= OP_BTC;
}

/** decode_reads_memory - true for all but plain stores (and STOS). */
static inline bool decode_reads_memory(const struct decoded *d)
{
	return d->op != OP_STORE && d->op != OP_STOS;
}

/** decode_writes_memory - true for stores, exchanges and read-modify-write forms. */
static inline bool decode_writes_memory(const struct decoded *d)
{
	return d->dest == DEST_MEM;
}

/**
 * decode_apply_load - put a value into the register operand as hardware does: 8 and 16-bit writes
 * keep the other bits, 32-bit writes clear the upper half, MOVZX, MOVSX and MOVSXD extend.
 * @regs: RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8 .. R15.   @data: only d->size bytes count.
 */
void decode_apply_load(const struct decoded *d, u64 *regs, u64 data);

/**
 * decode_store_value - the register or immediate operand, zero-extended from d->size.
 * @regs: as in decode_apply_load.
 */
u64 decode_store_value(const struct decoded *d, const u64 *regs);

/**
 * decode_alu - compute an arithmetic form (decode_is_alu) on the value that memory holds.
 * @mem: the memory operand, only d->size bytes count.   @regs: as in decode_apply_load.
 * @rflags: in: for ADC, SBB, and the flags that are kept; out: CF, PF, AF, ZF, SF, OF updated.
 *          Flags that the manual calls undefined are cleared (AF of logic forms) or kept (BT
 * family).
 * @result: what belongs into d->dest, zero-extended from d->size; for DEST_NONE without use.
 */
void decode_alu(const struct decoded *d, u64 mem, const u64 *regs, u64 *rflags, u64 *result);

#endif
