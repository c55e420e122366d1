// SPDX-License-Identifier: BSD-2-Clause
#include "caches.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static u32 last_basic, last_extended, topoext, leaf, count;
static struct cpuid_regs regs[16];

static struct cpuid_regs fake_cpuid(u32 asked, u32 subleaf)
{
	if (asked == 0)
		return (struct cpuid_regs){last_basic, 0, 0, 0};
	if (asked == 0x80000000)
		return (struct cpuid_regs){last_extended, 0, 0, 0};
	if (asked == 0x80000001)
		return (struct cpuid_regs){0, 0, topoext, 0};
	if (asked == leaf && subleaf < count)
		return regs[subleaf];
	return (struct cpuid_regs){0, 0, 0, 0};
}

static int set_up(void **state)
{
	(void)state;
	last_basic = last_extended = topoext = count = 0;
	return 0;
}

/* A Skylake client: 32 KiB and 256 KiB for two threads, 8 MiB for sixteen. */
static void leaf_4_is_taken_apart(void **state)
{
	struct cpu_cache c[CACHES_MAX];

	(void)state;
	last_basic = 0x16, leaf = 4, count = 3;
	regs[0] = (struct cpuid_regs){0x1c004121, 0x01c0003f, 0x3f, 0};
	regs[1] = (struct cpuid_regs){0x1c004122, 0x01c0003f, 0x3f, 0};
	regs[2] = (struct cpuid_regs){0x1c03c163, 0x03c0003f, 0x1fff, 6};
	assert_int_equal(caches_list(fake_cpuid, c), 3);
	assert_int_equal(c[0].level, 1);
	assert_int_equal(c[0].type, CACHE_DATA);
	assert_int_equal(c[0].size, 32 << 10);
	assert_int_equal(c[0].ways, 8);
	assert_int_equal(c[0].threads, 2);
	assert_int_equal(c[1].type, CACHE_CODE);
	assert_int_equal(c[2].level, 3);
	assert_int_equal(c[2].type, CACHE_UNIFIED);
	assert_int_equal(c[2].size, 8 << 20);
	assert_int_equal(c[2].ways, 16);
	assert_int_equal(c[2].threads, 16);
}

static void amd_has_a_leaf_of_its_own(void **state)
{
	struct cpu_cache c[CACHES_MAX];

	(void)state;
	last_basic = 0x10, last_extended = 0x8000001f, leaf = 0x8000001d, count = 1;
	regs[0] = (struct cpuid_regs){0x00004121, 0x01c0003f, 0x3f, 0};
	assert_int_equal(caches_list(fake_cpuid, c), 0);
	topoext = BIT32(22);
	assert_int_equal(caches_list(fake_cpuid, c), 1);
	assert_int_equal(c[0].size, 32 << 10);
	assert_int_equal(c[0].threads, 2);
}

static void sizes_do_not_wrap(void **state)
{
	struct cpu_cache c[CACHES_MAX];

	(void)state;
	last_basic = 4, leaf = 4, count = 1;
	regs[0] = (struct cpuid_regs){0x21, 0xffffffff, 0x0fffffff, 0};
	assert_int_equal(caches_list(fake_cpuid, c), 1);
	assert_true(c[0].size == BIT64(60));
}

static void list_ends_and_has_a_limit(void **state)
{
	struct cpu_cache c[CACHES_MAX];

	(void)state;
	assert_int_equal(caches_list(fake_cpuid, c), 0);
	last_basic = 4, leaf = 4, count = ARRAY_SIZE(regs);
	for (u32 i = 0; i < count; i++)
		regs[i] = (struct cpuid_regs){0x21, 0, 0, 0};
	assert_int_equal(caches_list(fake_cpuid, c), CACHES_MAX);
	regs[1].eax = 0x3f; /* a reserved type */
	assert_int_equal(caches_list(fake_cpuid, c), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(leaf_4_is_taken_apart, set_up),
		cmocka_unit_test_setup(amd_has_a_leaf_of_its_own, set_up),
		cmocka_unit_test_setup(sizes_do_not_wrap, set_up),
		cmocka_unit_test_setup(list_ends_and_has_a_limit, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
