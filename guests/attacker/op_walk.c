/* SPDX-License-Identifier: BSD-2-Clause */
/* Page tables, descriptor tables, stacks and code where they should not be. */
#include "apic.h"
#include "memory.h"
#include "ops.h"
#include "prng.h"
#include "run.h"
#include "tables.h"
#include "targets.h"
#include "timer.h"
#include "windows.h"

#define WATCH_VECTOR 0xe0u
#define WATCH_US     100u
#define BYTES_MAX    24u
#define RFLAGS_IF    BIT(9)

/* A page table that the attacker fills itself would only be another window. */
static u64 foreign_gpa(struct attack *a)
{
	u64 gpa;

	do
		gpa = target_gpa(a);
	while (!target_is_harmless(gpa));
	return gpa;
}

void op_walk(struct attack *a)
{
	op_begin(a);
	run_any_mode(a);
	a->reg[RBX] = window_table(a, foreign_gpa(a), (u32)below(a, 3) + 1);
	switch (below(a, 4)) {
	case 0:
		EMIT(a, 0x8b, 0x03); /* mov eax, [rbx] */
		break;
	case 1:
		EMIT(a, 0x89, 0x03); /* mov [rbx], eax */
		break;
	case 2:
		EMIT(a, 0xff, 0xe3); /* jmp rbx */
		break;
	default:
		EMIT(a, 0xf0, 0xff, 0x03); /* lock inc [rbx] */
		break;
	}
	op_run(a);
}

/* lgdt [table]; the table's beginning is sane, its second page is anywhere */
static void emit_gdt(struct attack *a, struct table_pointer *gdt)
{
	window_slot(a, SLOT_GDT + 1, foreign_gpa(a), PTE_W);
	*gdt = (struct table_pointer){0xffff, WINDOW_SLOT(SLOT_GDT + 1) - GDT_BYTES};
	a->reg[RBX] = (uintptr_t)gdt;
	a->reg[RAX] = GDT_BYTES + below(a, 0x200);
	EMIT(a, 0x0f, 0x01, 0x13);
}

static void use_selector(struct attack *a)
{
	/* clang-format off */
	static const u8 uses[][4] = {
		{2, 0x8e, 0xd8},       /* mov ds, ax */
		{2, 0x8e, 0xd0},       /* mov ss, ax */
		{3, 0x0f, 0x00, 0xd0}, /* lldt ax */
		{3, 0x0f, 0x00, 0xd8}, /* ltr ax */
		{3, 0x0f, 0x02, 0xc8}, /* lar ecx, eax */
		{3, 0x0f, 0x00, 0xe0}, /* verr ax */
	};
	/* clang-format on */
	const u8 *use = PICK(a, uses);

	emit_bytes(a, use + 1, use[0]);
}

static void attack_ldt(struct attack *a)
{
	u64 base = window_open(a, foreign_gpa(a), false);

	tables_descriptor(area_of(a), SEL_LDT, base, 0xffff, DESC_LDT);
	a->reg[RBX] = SEL_LDT;
	a->reg[RAX] = below(a, 0x100) | 4; /* table indicator: LDT */
	EMIT(a, 0x0f, 0x00, 0xd3);         /* lldt bx */
	use_selector(a);
}

/* The I/O permission bitmap begins on the page behind the TSS. */
static void attack_io_map(struct attack *a)
{
	u64 tss = WINDOW_SLOT(SLOT_TSS) + (uintptr_t)tables_tss(area_of(a)) % PAGE_SIZE;

	window_slot(a, SLOT_TSS + 1, foreign_gpa(a), PTE_W);
	tables_descriptor(area_of(a), SEL_TSS, tss, 0x2fff, DESC_TSS);
	__asm__ volatile("ltr %w0" : : "r"(SEL_TSS));
	a->mode = RUN_USER;
	a->reg[RDX] = target_port(a);
	EMIT(a, (u8)(0xec + below(a, 4)));
}

static void attack_stack(struct attack *a)
{
	/* clang-format off */
	static const u8 uses[][4] = {
		{1, 0x50},             /* push rax */
		{1, 0x58},             /* pop rax */
		{1, 0x9c},             /* pushf */
		{1, 0xc3},             /* ret */
		{1, 0xcb},             /* far ret */
		{2, 0x48, 0xcf},       /* iretq */
		{2, 0xff, 0xd0},       /* call rax */
		{1, 0xc9},             /* leave */
		{2, 0xcd, 0x81},       /* int 0x81 */
		{3, 0x0f, 0x01, 0xc1}, /* vmcall */
	};
	/* clang-format on */
	const u8 *use = PICK(a, uses);

	a->reg[RSP] = window_open(a, foreign_gpa(a), false);
	a->reg[RAX] = NOWHERE; /* for the call */
	emit_bytes(a, use + 1, use[0]);
}

void op_tables(struct attack *a)
{
	struct table_pointer gdt;

	op_begin(a);
	a->dirt = DIRTY_TABLES;
	switch (below(a, 4)) {
	case 0:
		emit_gdt(a, &gdt);
		use_selector(a);
		break;
	case 1:
		attack_ldt(a);
		break;
	case 2:
		attack_io_map(a);
		break;
	default:
		attack_stack(a);
		break;
	}
	op_run(a);
}

/*
 * Random bytes can do no more at CPL 3 than exit, fault or loop; a timer ends the last. Half of
 * them begin with an instruction that exits.
 */
void op_bytes(struct attack *a)
{
	static const u8 exits[][4] = {
		{2,     0x0f,     0xa2},
                {3,     0x0f,             0x01, 0xc1},
                {3, 0x0f,0x01, 0xd9},
                {2,     0x8b,         0x03},
		{2, 0x89,         0x03},
                {2,0x86,0x03},
                {2,     0x0f,         0xb6},
                {1,     0xec            },
	};

	op_begin(a);
	a->mode = one_in(a, 3) ? RUN_COMPAT3 : RUN_USER;
	a->rflags |= RFLAGS_IF;
	a->dirt = DIRTY_APIC | DIRTY_TABLES;
	for (u32 i = 0; i < 8; i++)
		a->reg[i] = one_in(a, 2) ? a->reg[i] : WINDOW_USER_DATA + below(a, PAGE_SIZE);
	a->reg[RBX] = window_open(a, target_gpa(a), true);
	if (one_in(a, 2)) {
		const u8 *code = PICK(a, exits);

		emit_bytes(a, code + 1, code[0]);
	}
	for (u64 i = below(a, BYTES_MAX); i > 0; i--)
		EMIT(a, (u8)rnd(a));
	timer_once(WATCH_VECTOR, WATCH_US);
	op_run(a);
}
