/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One attacking CPU: its random numbers, the code it is about to run, and what came of it. An
 * operation writes a few instructions into a code page and says with which registers, in which mode
 * and with what dirt they run; run.c runs them, catches whatever they raise and has the damage
 * repaired, so that the next operation starts from the same state.
 */
#ifndef ATTACKER_ATTACK_H
#define ATTACKER_ATTACK_H

#include "types.h"

#define PAGE_SIZE 4096u
#define BIT(n)    (1ULL << (n))

/* Numbers as in instruction encodings (SDM vol. 2, "ModR/M and SIB Bytes") */
enum reg {
	RAX,
	RCX,
	RDX,
	RBX,
	RSP,
	RBP,
	RSI,
	RDI,
	R8,
	REG_COUNT = 16
};

/* Selectors of the attacker's GDT (tables.c); the first two as guests/lib has them. */
#define SEL_CODE        0x08u
#define SEL_DATA        0x10u
#define SEL_CODE32      0x18u
#define SEL_USER_CODE32 0x23u
#define SEL_USER_DATA   0x2bu
#define SEL_USER_CODE   0x33u
#define SEL_TSS         0x38u
#define SEL_LDT         0x48u
#define GDT_ENTRIES     16u

/* How an operation's code is entered, and left again. */
enum run_mode {
	RUN_KERNEL,  /* 64-bit, CPL 0; goes on behind its last instruction */
	RUN_USER,    /* 64-bit, CPL 3; ends with UD2 */
	RUN_COMPAT,  /* 32-bit, CPL 0; ends with UD2 */
	RUN_COMPAT3, /* 32-bit, CPL 3; ends with UD2 */
	RUN_MODES
};

/* What an operation may have left behind; repair.c puts it right. */
#define DIRTY_CONTROL BIT(0) /* CR0, CR3, CR4, CR8, EFER, XCR0, debug registers */
#define DIRTY_TABLES  BIT(1) /* GDTR, IDTR, TR, LDTR */
#define DIRTY_APIC    BIT(2) /* mode, registers, pending interrupts */

#define NO_VECTOR     (~0ULL)
#define VECTORS       256u

/* What IRETQ takes: SDM vol. 3, "Stack Frame of 64-bit Mode". */
struct iret_frame {
	u64 rip, cs, rflags, rsp, ss;
};

#define IST_COUNT  5u
#define STACK_TOP  (PAGE_SIZE - 64) /* a vector without error code may reach above it: enter.asm */
#define CODE_BYTES 256u

struct attack {
	/* Known to enter.asm by offset. */
	u64 reg[REG_COUNT]; /* before and after the run */
	struct iret_frame entry;
	u64 host_rsp;
	u64 active; /* the code runs: whatever is raised ends it */
	u64 vector; /* what ended it, NO_VECTOR if nothing did */
	u64 error;
	u64 fault_rip;
	u64 idle_nmis, idle_debugs; /* arrived between runs */
	u64 gd_stuck;               /* DR7.GD outlived a #DB */
	u64 *debug_ist;             /* in the TSS */

	/* The operation that is being built. */
	u32 length;
	u32 dirt;
	enum run_mode mode;
	u64 rflags;

	u64 random; /* state of prng.c */
	u64 list;   /* digest of all operations so far: list.h */
	u32 cpu;
	bool traced; /* print before running */
	u64 runs, faults[VECTORS];
};

_Static_assert(offsetof(struct attack, entry) == 128, "enter.asm: FRAME");
_Static_assert(offsetof(struct attack, host_rsp) == 168, "enter.asm: HOST_RSP");
_Static_assert(offsetof(struct attack, debug_ist) == 232, "enter.asm: DEBUG_IST");

/* Everything that one CPU has for itself. Its first 64 KiB hold the interrupt stacks, from whose
 * addresses enter.asm finds the rest. */
struct area {
	union {
		struct attack attack;
		u8 attack_pages[PAGE_SIZE];
	};
	u8 ist[IST_COUNT][PAGE_SIZE];
	u8 stack[PAGE_SIZE]; /* of the code under test */
	u8 code[PAGE_SIZE];
	u8 scratch[2 * PAGE_SIZE];
	u8 gdt_page[PAGE_SIZE]; /* GDT and TSS end at their pages' ends: what follows is chosen */
	u8 tss_page[PAGE_SIZE];
	u64 pml4[512], pdpt[512];
	u64 pd_ram[512], pd_window[512], pd_top[512], pt_window[512];
	u64 pae_pdpt[512];
} __attribute__((aligned(0x10000)));

static inline struct area *area_of(struct attack *a)
{
	return (struct area *)a;
}

#endif
