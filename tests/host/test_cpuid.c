/* SPDX-License-Identifier: BSD-2-Clause */
/* What CPUID shows: nothing that a guest cannot have, and what follows its CR4. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define cpuid real_cpuid
#include "x86/asm.h"
#undef cpuid

/* A CPU that has everything. */
static struct cpuid_regs cpuid(u32 leaf, u32 subleaf)
{
	(void)leaf;
	(void)subleaf;
	return (struct cpuid_regs){~0u, ~0u, ~0u, ~0u};
}

#include "core/cpuid.c" /* NOLINT: the CPUID above is what it shall call */

static struct cell root = {.is_root = true};
static struct cpu_shared shared;
static struct vcpu vcpu;
static u64 guest_cr4;

static u64 read_cr4_of(struct vcpu *v)
{
	(void)v;
	return guest_cr4;
}

static const struct vcpu_ops ops = {.read_cr4 = read_cr4_of};
const struct vcpu_ops *vcpu_ops = &ops;

static const u64 *ask(u32 leaf, u32 subleaf)
{
	vcpu = (struct vcpu){.cell = &root, .shared = &shared};
	vcpu.reg[REG_RAX] = leaf;
	vcpu.reg[REG_RCX] = subleaf;
	assert_int_equal(exit_cpuid(&vcpu), ACT_SKIP);
	return vcpu.reg;
}

static void bits_of_cr4_follow_the_guests(void **state)
{
	(void)state;
	guest_cr4 = 0;
	assert_false(ask(1, 0)[REG_RCX] & BIT64(27)); /* OSXSAVE */
	assert_false(ask(7, 0)[REG_RCX] & BIT64(4));  /* OSPKE */
	guest_cr4 = CR4_PKE;
	assert_false(ask(1, 0)[REG_RCX] & BIT64(27));
	assert_true(ask(7, 0)[REG_RCX] & BIT64(4));
	guest_cr4 = CR4_OSXSAVE;
	assert_true(ask(1, 0)[REG_RCX] & BIT64(27));
	assert_false(ask(7, 0)[REG_RCX] & BIT64(4));
	assert_true(ask(7, 0)[REG_RCX] & BIT64(3)); /* PKU itself stays */
}

/* Linux writes or reads an MSR for each of these without expecting #GP. */
static void nothing_is_shown_whose_msrs_are_not_there(void **state)
{
	static const struct {
		u32 leaf, reg, bit;
	} hidden[] = {
		{1,          REG_RCX, 2 },
                {1,          REG_RCX, 15},
                {1,          REG_RDX, 21},
		{7,          REG_RDX, 19}, /* LBR: a component of IA32_XSS */
		{0x80000001, REG_RCX, 10},
                {0x80000001, REG_RCX, 23},
                {0x80000001, REG_RCX, 24},
		{0x80000001, REG_RCX, 28},
                {0x80000007, REG_RDX, 7 },
                {0x80000007, REG_RDX, 9 },
		{0x80000008, REG_RBX, 27},
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(hidden); i++)
		assert_false(ask(hidden[i].leaf, 0)[hidden[i].reg] & BIT64(hidden[i].bit));
	assert_true(ask(0x80000007, 0)[REG_RDX] & BIT64(8)); /* invariant TSC */
}

static void whole_leaves_are_empty(void **state)
{
	static const u32 empty[] = {5,          0xa,        0x12,       0x14,      0x1c,
				    0x8000000a, 0x8000001b, 0x8000001f, 0x80000022};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(empty); i++) {
		const u64 *reg = ask(empty[i], 0);

		assert_int_equal(reg[REG_RAX] | reg[REG_RBX] | reg[REG_RCX] | reg[REG_RDX], 0);
	}
	assert_int_equal(ask(0xb, 0)[REG_RAX], ~0u);
}

static void no_virtualisation_is_offered(void **state)
{
	(void)state;
	assert_false(ask(1, 0)[REG_RCX] & (BIT64(5) | BIT64(6)));           /* VMX, SMX */
	assert_false(ask(0x80000001, 0)[REG_RCX] & (BIT64(2) | BIT64(12))); /* SVM, SKINIT */
	assert_true(ask(1, 0)[REG_RCX] & BIT64(31));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bits_of_cr4_follow_the_guests),
		cmocka_unit_test(nothing_is_shown_whose_msrs_are_not_there),
		cmocka_unit_test(whole_leaves_are_empty),
		cmocka_unit_test(no_virtualisation_is_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
