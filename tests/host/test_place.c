/* SPDX-License-Identifier: BSD-2-Clause */
#include "place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MAX_CPUS 8u

static struct bh_config head;
static struct bh_config_cell cells[3];
static struct bh_boot_cpu cpus[MAX_CPUS];
static struct cpu_seat seats[MAX_CPUS];
static struct why why;

static struct config policy(u32 count, u32 a, u32 b, u32 root_min)
{
	memset(cpus, 0xff, sizeof(cpus));
	memset(cells, 0, sizeof(cells));
	for (u32 i = 0; i < MAX_CPUS; i++)
		seats[i] = (struct cpu_seat){.core = i};
	head.cell_count = count;
	head.root_min_cpus = root_min;
	cells[0].cpu_count = a;
	cells[1].cpu_count = b;
	return (struct config){&head, cells};
}

static void expect_cells(const u32 *expected, u32 count)
{
	for (u32 i = 0; i < count; i++)
		assert_int_equal(cpus[i].cell, expected[i]);
}

static void one_cell_takes_the_last_cpu(void **state)
{
	struct config c = policy(1, 1, 0, 1);

	(void)state;
	assert_true(place_cpus(&c, cpus, seats, 4, &why));
	expect_cells((u32[]){0, 0, 0, 1}, 4);
}

static void cells_take_from_the_end_in_file_order(void **state)
{
	struct config c = policy(2, 1, 2, 1);

	(void)state;
	assert_true(place_cpus(&c, cpus, seats, 8, &why));
	expect_cells((u32[]){0, 0, 0, 0, 0, 2, 2, 1}, 8);
}

static void all_but_the_boot_cpu_may_be_taken(void **state)
{
	struct config c = policy(2, 1, 2, 1);

	(void)state;
	assert_true(place_cpus(&c, cpus, seats, 4, &why));
	expect_cells((u32[]){0, 2, 2, 1}, 4);
}

static void no_cells_leave_all_to_the_root_cell(void **state)
{
	struct config c = policy(0, 0, 0, 1);

	(void)state;
	assert_true(place_cpus(&c, cpus, seats, 2, &why));
	expect_cells((u32[]){0, 0}, 2);
}

static void too_few_cpus_are_refused_with_numbers(void **state)
{
	struct config c = policy(2, 1, 2, 1);

	(void)state;
	assert_false(place_cpus(&c, cpus, seats, 2, &why));
	assert_non_null(strstr(why.text, "machine has 2 CPUs, cells want 3 and the root cell at "
					 "least 1"));
}

static void root_minimum_is_kept(void **state)
{
	struct config c = policy(1, 2, 0, 3);

	(void)state;
	assert_false(place_cpus(&c, cpus, seats, 4, &why));
	assert_true(place_cpus(&c, cpus, seats, 5, &why));
}

static void counts_that_would_wrap_are_refused(void **state)
{
	struct config c = policy(2, 0xffffffff, 2, 1);

	(void)state;
	assert_false(place_cpus(&c, cpus, seats, 4, &why));
	c = policy(1, 1, 0, 0xffffffff);
	assert_false(place_cpus(&c, cpus, seats, 4, &why));
}

static void named_cpus_are_taken_first(void **state)
{
	struct config c = policy(2, 1, 2, 1);

	(void)state;
	cells[1].cpu_mask[0] = BIT64(1) | BIT64(3);
	assert_true(place_cpus(&c, cpus, seats, 4, &why));
	expect_cells((u32[]){0, 2, 1, 2}, 4);
	cells[0].cpu_mask[0] = BIT64(2);
	assert_true(place_cpus(&c, cpus, seats, 4, &why));
	expect_cells((u32[]){0, 2, 1, 2}, 4);
}

static void a_named_cpu_that_is_not_there_is_refused(void **state)
{
	struct config c = policy(1, 2, 0, 1);

	(void)state;
	cells[0].cpu_mask[0] = BIT64(2);
	cells[0].cpu_mask[3] = BIT64(63);
	assert_false(place_cpus(&c, cpus, seats, 4, &why));
	assert_non_null(strstr(why.text, "machine has no CPU 255, only 0 to 3: name others"));
}

/* CPUs n and n + MAX_CPUS / 2 are threads of one core, as firmware likes to list them. */
static void use_threads(void)
{
	for (u32 i = 0; i < MAX_CPUS; i++)
		seats[i] = (struct cpu_seat){.core = i % (MAX_CPUS / 2),
					     .thread = i / (MAX_CPUS / 2)};
}

static void whole_cores_are_taken_with_all_threads(void **state)
{
	struct config c = policy(2, 1, 2, 1);

	(void)state;
	use_threads();
	cells[1].flags = BH_CELL_WHOLE_CORES;
	assert_true(place_cpus(&c, cpus, seats, 8, &why));
	/* Cell 2 goes first; a single CPU is a single CPU for cell 1. */
	expect_cells((u32[]){0, 0, 0, 2, 0, 0, 1, 2}, 8);
	cells[0].flags = BH_CELL_WHOLE_CORES;
	assert_true(place_cpus(&c, cpus, seats, 8, &why));
	expect_cells((u32[]){0, 0, 2, 1, 0, 0, 2, 1}, 8);
}

static void without_threads_a_core_is_a_cpu(void **state)
{
	struct config c = policy(2, 1, 2, 1);

	(void)state;
	cells[0].flags = cells[1].flags = BH_CELL_WHOLE_CORES;
	assert_true(place_cpus(&c, cpus, seats, 4, &why));
	expect_cells((u32[]){0, 2, 2, 1}, 4);
}

static void a_core_of_which_a_thread_is_taken_is_not_whole(void **state)
{
	struct config c = policy(2, 1, 4, 1);

	(void)state;
	use_threads();
	cells[0].cpu_mask[0] = BIT64(7);
	cells[1].flags = BH_CELL_WHOLE_CORES;
	assert_true(place_cpus(&c, cpus, seats, 8, &why));
	expect_cells((u32[]){0, 2, 2, 0, 0, 2, 2, 1}, 8);
	cells[1].cpu_count = 5;
	assert_false(place_cpus(&c, cpus, seats, 8, &why));
	assert_non_null(strstr(why.text, "machine has 4 CPUs on cores that nobody else uses, "
					 "isolated: core wants 5"));
}

static void listed_cores_must_be_whole(void **state)
{
	struct config c = policy(1, 2, 0, 1);

	(void)state;
	use_threads();
	cells[0].flags = BH_CELL_WHOLE_CORES;
	cells[0].cpu_mask[0] = BIT64(3) | BIT64(7);
	assert_true(place_cpus(&c, cpus, seats, 8, &why));
	cells[0].cpu_mask[0] = BIT64(3) | BIT64(4);
	assert_false(place_cpus(&c, cpus, seats, 8, &why));
	assert_non_null(strstr(why.text, "CPU 3 shares its core with CPU 7, which isolated: core"));
	cells[0].cpu_mask[0] = BIT64(3) | BIT64(4) | BIT64(7);
	cells[0].cpu_count = 3;
	assert_false(place_cpus(&c, cpus, seats, 8, &why));
	assert_non_null(strstr(why.text, "CPU 4 shares its core with CPU 0"));
}

static void rounding_up_to_cores_leaves_enough_to_root(void **state)
{
	struct config c = policy(2, 1, 1, 5);

	(void)state;
	use_threads();
	cells[0].flags = BH_CELL_WHOLE_CORES;
	assert_true(place_cpus(&c, cpus, seats, 8, &why));
	cells[1].flags = BH_CELL_WHOLE_CORES;
	assert_false(place_cpus(&c, cpus, seats, 8, &why));
	assert_non_null(strstr(why.text, "machine has 8 CPUs, cells want 4 and the root cell at "
					 "least 5"));
}

static struct bh_hv_header header(void)
{
	return (struct bh_hv_header){
		.magic = BH_HV_MAGIC,
		.version = BH_BOOT_VERSION,
		.image_size = 0x10000,
		.pool_fixed = 0x8000,
		.pool_per_cpu = 0x2000,
		.pool_per_cell = 0x3000,
		.pool_per_gib = 0x1000,
	};
}

static void block_is_image_info_and_pool(void **state)
{
	struct bh_hv_header h = header();
	struct hv_layout l;

	(void)state;
	assert_true(place_hv(&h, 0x1001, 4, 1, SIZE_4G, true, &l, &why));
	assert_int_equal(l.info_offset, 0x10000);
	assert_int_equal(l.pool_offset, 0x12000);
	/* 8 pages, 4 x 2 for CPUs, 2 x 3 for cells, 1 for the top of the address space */
	assert_int_equal(l.size, 0x12000 + 23 * 0x1000);
}

static void small_pages_cost_a_table_per_gib(void **state)
{
	struct bh_hv_header h = header();
	struct hv_layout large, small;

	(void)state;
	assert_true(place_hv(&h, 64, 1, 0, 5 * SIZE_1G + 1, true, &large, &why));
	assert_true(place_hv(&h, 64, 1, 0, 5 * SIZE_1G + 1, false, &small, &why));
	assert_int_equal(small.size - large.size, 6 * 0x1000);
}

static void block_beyond_its_window_is_refused(void **state)
{
	struct bh_hv_header h = header();
	struct hv_layout l;

	(void)state;
	assert_false(place_hv(&h, 64, 4, 1, BIT64(50), false, &l, &why));
	assert_non_null(strstr(why.text, "64-bit PCI window"));
}

static void foreign_hypervisor_is_refused(void **state)
{
	struct bh_hv_header h = header();
	struct hv_layout l;

	(void)state;
	h.version++;
	assert_false(place_hv(&h, 64, 1, 0, SIZE_4G, true, &l, &why));
	h = header();
	h.magic ^= 1;
	assert_false(place_hv(&h, 64, 1, 0, SIZE_4G, true, &l, &why));
	h = header();
	h.image_size++;
	assert_false(place_hv(&h, 64, 1, 0, SIZE_4G, true, &l, &why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_cell_takes_the_last_cpu),
		cmocka_unit_test(cells_take_from_the_end_in_file_order),
		cmocka_unit_test(all_but_the_boot_cpu_may_be_taken),
		cmocka_unit_test(no_cells_leave_all_to_the_root_cell),
		cmocka_unit_test(too_few_cpus_are_refused_with_numbers),
		cmocka_unit_test(root_minimum_is_kept),
		cmocka_unit_test(counts_that_would_wrap_are_refused),
		cmocka_unit_test(named_cpus_are_taken_first),
		cmocka_unit_test(a_named_cpu_that_is_not_there_is_refused),
		cmocka_unit_test(whole_cores_are_taken_with_all_threads),
		cmocka_unit_test(without_threads_a_core_is_a_cpu),
		cmocka_unit_test(a_core_of_which_a_thread_is_taken_is_not_whole),
		cmocka_unit_test(listed_cores_must_be_whole),
		cmocka_unit_test(rounding_up_to_cores_leaves_enough_to_root),
		cmocka_unit_test(block_is_image_info_and_pool),
		cmocka_unit_test(small_pages_cost_a_table_per_gib),
		cmocka_unit_test(block_beyond_its_window_is_refused),
		cmocka_unit_test(foreign_hypervisor_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
