/* SPDX-License-Identifier: BSD-2-Clause */
#include "iommupool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define LEAF_2M BIT64(34)
#define LEAF_1G BIT64(35)

static u64 pages(u64 memory, u64 caps)
{
	struct iommu_needs n = {.memory = memory, .cells = 1, .all_caps = caps};

	return iommu_pool(&n) / PAGE_SIZE;
}

static void small_leaves_cost_a_table_for_each_2_mib(void **state)
{
	u64 base = pages(0, LEAF_2M | LEAF_1G);

	(void)state;
	assert_int_equal(pages(16 * SIZE_1G, LEAF_2M | LEAF_1G) - base, 1);
	assert_int_equal(pages(16 * SIZE_1G, LEAF_2M) - base, 1 + 16);
	assert_int_equal(pages(16 * SIZE_1G, 0) - base, 1 + 16 + 16 * 512);
	assert_int_equal(pages(16 * SIZE_1G + 1, LEAF_2M) - base, 1 + 17);
}

static void every_bus_and_cell_has_its_tables(void **state)
{
	struct iommu_needs n = {.fixed = 100, .cells = 1, .all_caps = ~0ULL};
	u64 one = iommu_pool(&n);

	(void)state;
	assert_int_equal(one % PAGE_SIZE, 0);
	n.buses = 3;
	assert_int_equal(iommu_pool(&n) - one, 3 * PAGE_SIZE);
	n.cells = 2;
	assert_true(iommu_pool(&n) > one + 3 * PAGE_SIZE);
}

static void buses_behind_bridges_count_once(void **state)
{
	struct bh_boot_pci pci[4] = {
		{.bdf = BH_BDF(0, 0,  0)           },
		{               .bdf = BH_BDF(0,              1, 0),   .header = 1, .secondary = 1},
		{ .bdf = BH_BDF(0, 2,  0),            .header = 1, .secondary = 255},
		{   .bdf = BH_BDF(1,               0,   0), .secondary = 9}
        };

	(void)state;
	assert_int_equal(iommu_buses(pci, 4), 3);
	assert_int_equal(iommu_buses(pci, 1), 1);
	assert_int_equal(iommu_buses(pci, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_leaves_cost_a_table_for_each_2_mib),
		cmocka_unit_test(every_bus_and_cell_has_its_tables),
		cmocka_unit_test(buses_behind_bridges_count_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
