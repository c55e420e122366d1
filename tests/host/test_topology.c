// SPDX-License-Identifier: BSD-2-Clause
#include "topology.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct leaf {
	u32 leaf, subleaf;
	struct cpuid_regs regs;
};

static const struct leaf *leaves;
static u32 leaf_count;

static struct cpuid_regs fake_cpuid(u32 leaf, u32 subleaf)
{
	for (u32 i = 0; i < leaf_count; i++)
		if (leaves[i].leaf == leaf && leaves[i].subleaf == subleaf)
			return leaves[i].regs;
	return (struct cpuid_regs){0, 0, 0, 0};
}

static void use(const struct leaf *list, u32 count)
{
	leaves = list;
	leaf_count = count;
}

static void expect(u32 id, u32 package, u32 core, u32 thread)
{
	struct cpu_seat seat = topology_seat(fake_cpuid, id);

	assert_int_equal(seat.package, package);
	assert_int_equal(seat.core, core);
	assert_int_equal(seat.thread, thread);
}

static void leaf_0b_splits_the_id(void **state)
{
	const struct leaf list[] = {
		{0x0, 0, {0xd, 0, 0, 0}   },
		{0xb, 0, {1, 2, 0x100, 0} },
		{0xb, 1, {4, 16, 0x201, 0}},
	};

	(void)state;
	use(list, ARRAY_SIZE(list));
	expect(0, 0, 0, 0);
	expect(5, 0, 2, 1);
	expect(0x17, 1, 3, 1);
}

static void leaf_1f_wins_and_has_more_levels(void **state)
{
	const struct leaf list[] = {
		{0x0,  0, {0x20, 0, 0, 0}  },
                {0xb,  0, {0, 1, 0x100, 0} },
		{0x1f, 0, {1, 2, 0x100, 0} },
                {0x1f, 1, {4, 8, 0x201, 0} },
		{0x1f, 2, {6, 16, 0x502, 0}},
	};

	(void)state;
	use(list, ARRAY_SIZE(list));
	expect(0x55, 1, 0xa, 1);
}

static void an_empty_leaf_is_not_believed(void **state)
{
	const struct leaf list[] = {
		{0x0,        0, {0x1f, 0, 0, 0}      },
		{0x80000000, 0, {0x8000001e, 0, 0, 0}},
		{0x80000001, 0, {0, 0, BIT32(22), 0} },
		{0x8000001e, 0, {0, 0x100, 0, 0}     },
		{0x80000008, 0, {0, 0, 0x3007, 0}    },
	};

	(void)state;
	use(list, ARRAY_SIZE(list));
	expect(5, 0, 2, 1);
	expect(8, 1, 0, 0);
}

static void old_cpus_tell_counts(void **state)
{
	const struct leaf intel[] = {
		{0, 0, {4, 0, 0, 0}              },
		{1, 0, {0, 8 << 16, 0, BIT32(28)}},
		{4, 0, {3u << 26 | 0x21, 0, 0, 0}},
	};
	const struct leaf amd[] = {
		{0, 0, {1, 0, 0, 0}              },
		{1, 0, {0, 4 << 16, 0, BIT32(28)}},
	};

	(void)state;
	use(intel, ARRAY_SIZE(intel));
	expect(7, 0, 3, 1);
	expect(8, 1, 0, 0);
	use(amd, ARRAY_SIZE(amd));
	expect(3, 0, 3, 0);
	expect(4, 1, 0, 0);
}

static void silence_means_one_thread_for_each_core(void **state)
{
	(void)state;
	use(NULL, 0);
	expect(3, 3, 0, 0);
}

static void hostile_shifts_are_defined(void **state)
{
	const struct leaf list[] = {
		{0x0, 0, {0xb, 0, 0, 0}           },
		{0xb, 0, {0xffffffff, 1, 0x100, 0}},
		{0xb, 1, {0, 1, 0x200, 0}         },
	};

	(void)state;
	use(list, ARRAY_SIZE(list));
	expect(0xffffffff, 1, 0, 0x7fffffff);
}

static void seats_of_one_core(void **state)
{
	const struct cpu_seat a = {0, 1, 0}, b = {0, 1, 1}, c = {1, 1, 0}, d = {0, 2, 0};

	(void)state;
	assert_true(topology_shares_core(&a, &b));
	assert_false(topology_shares_core(&a, &c));
	assert_false(topology_shares_core(&a, &d));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaf_0b_splits_the_id),
		cmocka_unit_test(leaf_1f_wins_and_has_more_levels),
		cmocka_unit_test(an_empty_leaf_is_not_believed),
		cmocka_unit_test(old_cpus_tell_counts),
		cmocka_unit_test(silence_means_one_thread_for_each_core),
		cmocka_unit_test(hostile_shifts_are_defined),
		cmocka_unit_test(seats_of_one_core),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
