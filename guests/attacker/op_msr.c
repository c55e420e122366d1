/* SPDX-License-Identifier: BSD-2-Clause */
#include "ops.h"
#include "prng.h"
#include "run.h"
#include "targets.h"

#define MSR_APIC_BASE 0x1bu
#define X2APIC_FIRST  0x800u
#define X2APIC_COUNT  0x100u

/* CPUs ignore the upper half of RCX; QEMU 7.2 takes bits 33:32 for a part of the bitmap index. */
#define JUNK (~0ULL << 34)

static bool is_apic(u32 msr)
{
	return msr == MSR_APIC_BASE || msr - X2APIC_FIRST < X2APIC_COUNT;
}

/* What is written back is what was there, so that only the write itself is tried. */
static void write_and_restore(struct attack *a, u32 msr)
{
	u64 old = 0, value = odd_value(a);
	bool readable = run_rdmsr(a, msr, &old);

	if (one_in(a, 2))
		value = old ^ BIT(below(a, 64));
	op_begin(a);
	a->dirt = is_apic(msr) ? DIRTY_APIC : 0;
	a->reg[RCX] = msr;
	a->reg[RAX] = (u32)value;
	a->reg[RDX] = value >> 32;
	EMIT(a, 0x0f, 0x30);
	if (op_run(a) == NO_VECTOR && readable && !is_apic(msr))
		run_wrmsr(a, msr, old);
}

void op_msr(struct attack *a)
{
	u32 msr = target_msr(a);

	if (one_in(a, 2)) {
		write_and_restore(a, msr);
		return;
	}
	op_begin(a);
	run_any_mode(a);
	a->reg[RCX] = msr | (rnd(a) & JUNK);
	EMIT(a, 0x0f, one_in(a, 8) && a->mode != RUN_KERNEL ? 0x30 : 0x32);
	if (is_apic(msr))
		a->dirt = DIRTY_APIC;
	op_run(a);
}

void op_cpuid(struct attack *a)
{
	static const u32 leaves[] = {0,          1,          2,          4,          5,
				     6,          7,          0xa,        0xb,        0xd,
				     0x12,       0x14,       0x1f,       0x40000000, 0x40000001,
				     0x400000ff, 0x40000100, 0x40000101, 0x80000000, 0x80000001,
				     0x80000008, 0x8000000a, 0x8000001e, 0x8000001f, 0xffffffff};

	op_begin(a);
	run_any_mode(a);
	a->reg[RAX] = one_in(a, 2) ? PICK(a, leaves) : odd_value(a);
	a->reg[RCX] = one_in(a, 2) ? below(a, 32) : odd_value(a);
	EMIT(a, 0x0f, 0xa2);
	op_run(a);
}

/* VMCALL and VMMCALL; the numbers that exist more often than others. */
void op_hypercall(struct attack *a)
{
	op_begin(a);
	run_any_mode(a);
	if (!one_in(a, 3))
		a->reg[RAX] = below(a, 5);
	if (one_in(a, 2))
		a->reg[RDI] = below(a, 20);
	EMIT(a, 0x0f, 0x01, one_in(a, 2) ? 0xc1 : 0xd9);
	op_run(a);
}
