/* SPDX-License-Identifier: BSD-2-Clause */
/* The local APIC by registers, MSRs and mode changes; the ICR; interrupts of all kinds. */
#include "apic.h"
#include "cell.h"
#include "ops.h"
#include "prng.h"
#include "run.h"
#include "timer.h"
#include "windows.h"

#define MSR_APIC_BASE  0x1bu
#define APIC_MODE_BITS (BIT(11) | BIT(10))
#define APIC_PAGE      0x1000u
#define WAKE_VECTOR    0xe1u
#define WAKE_US        20u
#define RFLAGS_TF      BIT(8)
#define RFLAGS_IF      BIT(9)
#define MODE_INIT      5u
#define MODE_SIPI      6u

static const u16 registers[] = {
	0x020, 0x030, 0x080, 0x090, 0x0a0, 0x0b0, 0x0d0, 0x0e0, 0x0f0, 0x280,
	0x2f0, 0x300, 0x310, 0x320, 0x330, 0x340, 0x350, 0x360, 0x370, 0x380,
	0x390, 0x3e0, 0x3f0, 0x400, 0x410, 0x500, 0x510, 0x520, 0x530,
};

/* What a register write could carry: all delivery modes, vectors and flags of LVTs and ICR. */
static u32 register_value(struct attack *a)
{
	return one_in(a, 4) ? (u32)odd_value(a) : (u32)rnd(a) & 0x7ffff;
}

/* ICR, low half: SDM vol. 3, "Interrupt Command Register (ICR)" */
static u32 icr_low(struct attack *a)
{
	u32 value = (u32)rnd(a) & 0xcffff;

	if (one_in(a, 2)) /* legal but for the mode */
		value = (value & 0xc0700) | 0x4000 | (u32)(0x10 + below(a, 0xf0));
	return one_in(a, 8) ? (u32)odd_value(a) : value;
}

static u32 icr_dest(struct attack *a)
{
	switch (below(a, 4)) {
	case 0:
		return cell_apic_ids()[below(a, cell_info->cpu_count)];
	case 1:
		return (u32)below(a, 16); /* neighbours and nobody */
	case 2:
		return one_in(a, 2) ? ~0u : 0xff;
	default:
		return (u32)odd_value(a);
	}
}

/* The page is there in either mode; in x2APIC mode nobody answers. */
static u64 apic_linear(struct attack *a, u32 offset)
{
	return one_in(a, 4) ? window_open(a, APIC_XAPIC_BASE + offset, true)
			    : APIC_XAPIC_BASE + offset;
}

void op_apic_mmio(struct attack *a)
{
	/* clang-format off */
	static const u8 accesses[][4] = {
		{2, 0x89, 0x03},       /* mov [rbx], eax, three times as often */
		{2, 0x89, 0x03},
		{2, 0x89, 0x03},
		{2, 0x8b, 0x03},       /* mov eax, [rbx] */
		{2, 0x88, 0x03},       /* mov [rbx], al */
		{3, 0x66, 0x89, 0x03}, /* mov [rbx], ax */
		{3, 0x48, 0x89, 0x03}, /* mov [rbx], rax */
		{2, 0x87, 0x03},       /* xchg */
		{2, 0x09, 0x03},       /* or */
		{3, 0xf0, 0x01, 0x03}, /* lock add */
		{3, 0xf0, 0xff, 0x0b}, /* lock dec */
		{3, 0x0f, 0xc1, 0x03}, /* xadd */
		{3, 0x0f, 0xb1, 0x03}, /* cmpxchg */
		{3, 0x0f, 0xc3, 0x03}, /* movnti */
	};
	/* clang-format on */
	const u8 *access = PICK(a, accesses);
	u32 offset = one_in(a, 4) ? (u32)below(a, APIC_PAGE) : PICK(a, registers);

	op_begin(a);
	run_any_mode(a);
	a->dirt = DIRTY_APIC;
	a->reg[RBX] = apic_linear(a, offset);
	a->reg[RAX] = register_value(a);
	emit_bytes(a, access + 1, access[0]);
	op_run(a);
}

void op_apic_msr(struct attack *a)
{
	u32 number = one_in(a, 4) ? (u32)below(a, 0x100) : PICK(a, registers) / 16;

	op_begin(a);
	a->dirt = DIRTY_APIC;
	a->reg[RCX] = MSR_X2APIC_BASE + number;
	a->reg[RAX] = register_value(a);
	a->reg[RDX] = one_in(a, 4) ? odd_value(a) : 0;
	EMIT(a, 0x0f, one_in(a, 4) ? 0x32 : 0x30);
	op_run(a);
}

/* Mode changes, legal ones often, and with an access in the mode that comes of it. */
void op_apic_base(struct attack *a)
{
	u64 old = 0, value;

	run_rdmsr(a, MSR_APIC_BASE, &old);
	op_begin(a);
	a->dirt = DIRTY_APIC;
	value = (old & ~APIC_MODE_BITS) | (rnd(a) & APIC_MODE_BITS);
	if (one_in(a, 3))
		value ^= BIT(below(a, 64));
	a->reg[RCX] = MSR_APIC_BASE;
	a->reg[RAX] = (u32)value;
	a->reg[RDX] = value >> 32;
	a->reg[RBX] = APIC_XAPIC_BASE + PICK(a, registers);
	EMIT(a, 0x0f, 0x30);
	if (one_in(a, 2))
		EMIT(a, 0x89, 0x03); /* mov [rbx], eax */
	else
		EMIT(a, 0xb9, (u8)PICK(a, registers) >> 4, 0x08, 0, 0, 0x0f, 0x30);
	op_run(a);
}

void op_icr(struct attack *a)
{
	u32 low = icr_low(a), dest = icr_dest(a);

	op_begin(a);
	a->dirt = DIRTY_APIC;
	if (apic_is_x2apic() && !one_in(a, 8)) {
		a->reg[RCX] = MSR_X2APIC_BASE + APIC_ICR / 16;
		a->reg[RAX] = low;
		a->reg[RDX] = dest;
		EMIT(a, 0x0f, 0x30);
	} else {
		a->reg[RBX] = APIC_XAPIC_BASE + APIC_ICR_HIGH;
		a->reg[RDX] = dest << 24;
		a->reg[RAX] = low;
		EMIT(a, 0x89, 0x13);       /* mov [rbx], edx */
		EMIT(a, 0x89, 0x43, 0xf0); /* mov [rbx - 16], eax */
	}
	op_run(a);
}

/* Sleeps until the timer, set a moment ago, wakes it. MONITOR is not there, so MWAIT is #UD. */
static void emit_sleep(struct attack *a)
{
	/* clang-format off */
	static const u8 ways[][6] = {
		{1, 0xf4},                         /* hlt */
		{1, 0xf4},
		{3, 0x0f, 0x01, 0xc9},             /* mwait */
		{3, 0x0f, 0x01, 0xfb},             /* mwaitx */
		{4, 0xf2, 0x0f, 0xae, 0xf0},       /* umwait */
	};
	/* clang-format on */
	const u8 *way = PICK(a, ways);

	a->reg[RCX] = a->reg[RAX] = a->reg[RBX] = 0;
	if (way[0] > 1 && one_in(a, 2))
		EMIT(a, 0x0f, 0x01, 0xc8); /* monitor */
	EMIT(a, 0xfb);                     /* sti */
	emit_bytes(a, way + 1, way[0]);
	timer_once(WAKE_VECTOR, WAKE_US);
}

/* A single step over an instruction that exits, in the shadow of MOV SS or not. */
static void emit_step(struct attack *a)
{
	static const u8 exits[][4] = {
		{2,     0x0f, 0xa2}, /* cpuid */
		{2,     0x0f,         0x32}, /* rdmsr */
		{3, 0x0f,0x01, 0xc1}, /* vmcall */
		{3, 0x0f,     0x01, 0xd9}, /* vmmcall */
		{1,     0xec        }, /* in al, dx */
		{1, 0xee}, /* out dx, al */
		{2,     0x0f, 0x09}, /* wbinvd */
		{3,     0x0f,     0x01, 0xd1}, /* xsetbv */
		{1,     0xf1}, /* icebp */
		{2,     0xcd,         0x82}, /* int 0x82 */
		{1, 0xcc}, /* int3 */
	};
	const u8 *code = PICK(a, exits);

	a->rflags |= one_in(a, 2) ? RFLAGS_TF : 0;
	a->reg[RDX] = SEL_DATA;
	if (one_in(a, 2))
		EMIT(a, 0x8e, 0xd2); /* mov ss, edx */
	emit_bytes(a, code + 1, code[0]);
}

/* POPF and IRET with flags that may be anything but a sleep without interrupts. */
static void emit_flags(struct attack *a)
{
	EMIT(a, 0x50);       /* push rax */
	EMIT(a, 0x48, 0x9d); /* popfq */
	EMIT(a, 0x0f, 0xa2); /* cpuid */
}

void op_interrupt(struct attack *a)
{
	op_begin(a);
	a->dirt = DIRTY_APIC;
	switch (below(a, 6)) {
	case 0:
		emit_sleep(a);
		break;
	case 1:
		emit_flags(a);
		break;
	case 2:
		run_any_mode(a);
		EMIT(a, 0xcd, (u8)rnd(a));
		break;
	default:
		emit_step(a);
		break;
	}
	op_run(a);
}
