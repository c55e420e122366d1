// SPDX-License-Identifier: BSD-2-Clause
#include "pcipool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define EACH 256u

static u64 pages(const struct bh_boot_pci *pci, u32 count)
{
	u64 bytes = pci_pool(pci, count, EACH);

	assert_int_equal(bytes % PAGE_SIZE, 0);
	return bytes / PAGE_SIZE;
}

static void without_functions_nothing_is_needed(void **state)
{
	(void)state;
	assert_int_equal(pci_pool(NULL, 0, EACH), 0);
}

static void every_function_needs_its_state(void **state)
{
	struct bh_boot_pci pci[17] = {{.bdf = 0}};

	(void)state;
	assert_int_equal(pages(pci, 17), pages(pci, 16) + 1); /* 16 states in a page */
	assert_true(pages(pci, 1) >= 4); /* state, address registers, a hole for MMCONFIG */
}

static void an_msix_table_needs_a_shadow_and_a_hole(void **state)
{
	struct bh_boot_pci pci = {.msix_cap = 0x50, .msix_count = 1}, none = {.bdf = 0};

	(void)state;
	assert_true(pages(&pci, 1) >= pages(&none, 1) + 1 + 3 + 1);
	pci.msix_count = 2048;
	assert_true(pages(&pci, 1) >= pages(&none, 1) + 8 + 3 + 1);
}

static void only_memory_of_rt_cells_functions_is_moved(void **state)
{
	struct bh_boot_pci pci = {
		.bar_size = {0x1000, 0x20},
                  .bar_flags = {0,      1   }
        };
	u64 of_root = pages(&pci, 1);

	(void)state;
	pci.cell = 1;
	assert_int_equal(pages(&pci, 1), of_root + 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_functions_nothing_is_needed),
		cmocka_unit_test(every_function_needs_its_state),
		cmocka_unit_test(an_msix_table_needs_a_shadow_and_a_hole),
		cmocka_unit_test(only_memory_of_rt_cells_functions_is_moved),
	};

	return cmocka_run_group_tests_name("pcipool", tests, NULL, NULL);
}
