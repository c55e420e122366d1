/* SPDX-License-Identifier: BSD-2-Clause */
#include "control.h"
#include "cpu.h"
#include "ops.h"
#include "prng.h"
#include "quirks.h"
#include "run.h"

/* mov crN/drN, rax and back: 0F 20-23, ModRM 11 reg rax, REX.R for 8 .. 15 */
static void emit_move(struct attack *a, u8 opcode, u32 number)
{
	if (number >= 8)
		EMIT(a, 0x44);
	EMIT(a, 0x0f, opcode, (u8)(0xc0 | (number & 7) << 3));
}

#define MOV_FROM_CR 0x20u
#define MOV_FROM_DR 0x21u
#define MOV_TO_CR   0x22u
#define MOV_TO_DR   0x23u

/* The old value with one or two bits turned, or something odd. */
static u64 near(struct attack *a, u64 old)
{
	if (one_in(a, 4))
		return odd_value(a);
	old ^= BIT(below(a, one_in(a, 4) ? 64 : 32));
	return one_in(a, 2) ? old ^ BIT(below(a, 32)) : old;
}

/* Any other page as the page map would be the end: only bits that are not an address change. */
static u64 cr3_value(struct attack *a)
{
	u32 address_bits = cpuid(0x80000008, 0).eax & 0xff;
	u64 value = (uintptr_t)area_of(a)->pml4 | below(a, PAGE_SIZE);

	if (one_in(a, 2) && !quirk_reserved_bits_exit())
		value |= BIT(address_bits + below(a, 64 - address_bits));
	return value;
}

/* Bits of CR4 that some CPU may lack: SDM vol. 3, "Control Registers" */
#define CR4_OPTIONAL                                                                               \
	(BIT(11) | BIT(13) | BIT(14) | BIT(15) | BIT(16) | BIT(17) | BIT(19) | BIT(20) | BIT(21))

#define CR0_NW BIT(29)

static u64 cr0_value(struct attack *a)
{
	u64 value = near(a, read_cr0()) | BIT(31) | BIT(0);

	return quirk_cr0_unchecked() ? (u32)value & ~CR0_NW : value;
}

#define CR4_PAE BIT(5)

static u64 cr4_value(struct attack *a)
{
	u64 old = read_cr4(), value = near(a, old);

	if (quirk_reserved_bits_exit())
		return old ^ ((value ^ old) & 0x7fffff & ~(CR4_OPTIONAL | CR4_PAE));
	return value;
}

static void write_register(struct attack *a)
{
	switch (below(a, 5)) {
	case 0:
		a->reg[RAX] = cr0_value(a);
		emit_move(a, MOV_TO_CR, 0);
		break;
	case 1:
		a->reg[RAX] = cr3_value(a);
		emit_move(a, MOV_TO_CR, 3);
		break;
	case 2:
		a->reg[RAX] = near(a, 0);
		emit_move(a, MOV_TO_CR, 8);
		break;
	case 3:
		a->reg[RAX] = one_in(a, 8) ? near(a, read_cr0()) : rnd(a) & 0xf;
		EMIT(a, 0x0f, 0x01, 0xf0); /* LMSW ax */
		break;
	default:
		a->reg[RAX] = cr4_value(a);
		emit_move(a, MOV_TO_CR, 4);
		break;
	}
}

static void write_msr(struct attack *a, u32 msr, u64 value)
{
	a->reg[RCX] = msr;
	a->reg[RAX] = (u32)value;
	a->reg[RDX] = value >> 32;
	EMIT(a, 0x0f, 0x30);
}

static void write_xcr0(struct attack *a)
{
	u64 value = near(a, 1);

	a->reg[RCX] = one_in(a, 4) ? odd_value(a) : 0;
	a->reg[RAX] = (u32)value;
	a->reg[RDX] = value >> 32;
	EMIT(a, 0x0f, 0x01, 0xd1);
}

/* Breakpoints on what the attacker uses itself come up more often than elsewhere. */
static void debug_register(struct attack *a)
{
	u32 number = (u32)below(a, one_in(a, 8) ? 16 : 8);

	a->reg[RAX] = one_in(a, 2) ? (u32)odd_value(a) : odd_value(a);
	if (number < 4 && one_in(a, 2))
		a->reg[RAX] = (uintptr_t)area_of(a)->code + below(a, 8);
	emit_move(a, one_in(a, 4) ? MOV_FROM_DR : MOV_TO_DR, number);
	if (one_in(a, 4))
		emit_move(a, MOV_TO_DR, 7);
}

/* In compatibility mode CR0.PG could really be cleared: that is op_paging_off's. */
void op_control(struct attack *a)
{
	op_begin(a);
	a->mode = one_in(a, 16) ? RUN_USER : RUN_KERNEL;
	a->dirt = DIRTY_CONTROL;
	switch (below(a, 8)) {
	case 0:
		emit_move(a, MOV_FROM_CR, (u32)below(a, 16));
		break;
	case 1:
	case 2:
		debug_register(a);
		break;
	case 3:
		write_xcr0(a);
		break;
	case 4:
		write_msr(a, MSR_EFER, near(a, rdmsr(MSR_EFER)));
		break;
	default:
		write_register(a);
		break;
	}
	if (one_in(a, 2)) /* and an exit in that state */
		EMIT(a, 0x0f, 0xa2);
	op_run(a);
}

#define EMIT_PAGING_OFF(a) /* mov eax, cr0; and eax, ~PG; mov cr0, eax */                          \
	EMIT(a, 0x0f, 0x20, 0xc0, 0x25, 0xff, 0xff, 0xff, 0x7f, 0x0f, 0x22, 0xc0)
#define EMIT_PAGING_ON(a) /* mov eax, cr0; or eax, PG; mov cr0, eax */                             \
	EMIT(a, 0x0f, 0x20, 0xc0, 0x0d, 0x00, 0x00, 0x00, 0x80, 0x0f, 0x22, 0xc0)

static void emit_cr3(struct attack *a, const void *table)
{
	EMIT(a, 0xb8); /* mov eax, imm32; mov cr3, eax */
	emit32(a, (u32)(uintptr_t)table);
	EMIT(a, 0x0f, 0x22, 0xd8);
}

/* mov ecx, EFER; rdmsr; AND or OR of bit 8, long mode enable; wrmsr */
static void emit_long_mode(struct attack *a, bool on)
{
	EMIT(a, 0xb9);
	emit32(a, MSR_EFER);
	EMIT(a, 0x0f, 0x32);
	EMIT(a, on ? 0x0d : 0x25);
	emit32(a, on ? 1u << 8 : ~(1u << 8));
	EMIT(a, 0x0f, 0x30);
}

/* mov eax, cr4; xor eax, PAE; mov cr4, eax: twice, with an exit between */
static void emit_pae_turn(struct attack *a)
{
	bool long_mode = !quirk_host_paging_lost() && one_in(a, 2);

	if (!long_mode)
		emit_long_mode(a, false);
	for (u32 i = 0; i < 2; i++)
		EMIT(a, 0x0f, 0x20, 0xe0, 0x35, 0x20, 0, 0, 0, 0x0f, 0x22, 0xe0, 0x0f, 0xa2);
	if (!long_mode)
		emit_long_mode(a, true);
}

/* Paging without long mode: the PDPTEs of PAE paging are a matter of their own in VMX. */
static void emit_pae_tour(struct attack *a)
{
	emit_long_mode(a, false);
	emit_cr3(a, area_of(a)->pae_pdpt);
	EMIT_PAGING_ON(a);
	EMIT(a, 0x0f, 0xa2);
	EMIT_PAGING_OFF(a);
	emit_cr3(a, area_of(a)->pml4);
	emit_long_mode(a, true);
}

void op_paging_off(struct attack *a)
{
	op_begin(a);
	a->mode = RUN_COMPAT;
	a->dirt = DIRTY_CONTROL;
	EMIT_PAGING_OFF(a);
	switch (below(a, 5)) {
	case 0:
		EMIT(a, 0x0f, 0xa2); /* CPUID */
		break;
	case 1:
		emit_long_mode(a, false);
		emit_long_mode(a, true);
		break;
	case 2:
		emit_pae_tour(a);
		break;
	case 3:
		emit_pae_turn(a);
		break;
	default:
		EMIT(a, 0xec, 0x0f, 0x09); /* in al, dx; wbinvd */
		break;
	}
	EMIT_PAGING_ON(a);
	op_run(a);
}
