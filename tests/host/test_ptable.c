/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/ptable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define POOL_PAGES 64u
#define POOL_PHYS  0x12340000ULL

static struct page_pool pool;
static const enum pt_kind kinds[] = {PT_HOST, PT_NPT, PT_EPT};

static int setup(void **state)
{
	(void)state;
	pool.base = aligned_alloc(PAGE_SIZE, POOL_PAGES * PAGE_SIZE);
	memset(pool.base, 0, POOL_PAGES * PAGE_SIZE);
	pool.phys = POOL_PHYS;
	pool.pages = POOL_PAGES;
	pool.used = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(pool.base);
	return 0;
}

static struct ptable make(enum pt_kind kind, bool has_1g)
{
	struct ptable pt;

	memset(pool.base, 0, POOL_PAGES * PAGE_SIZE);
	pool.used = 0;
	pool.pages = POOL_PAGES;
	assert_int_equal(ptable_init(&pt, kind, has_1g, &pool), BH_OK);
	return pt;
}

static enum bh_err map(struct ptable *pt, u64 va, u64 pa, u64 size, u32 access, enum mem_type type)
{
	struct map_req req = {va, pa, size, access, type};

	return ptable_map(pt, &req);
}

static void expect_leaf(struct ptable *pt, u64 va, u64 pa, u64 size, u32 access, enum mem_type type)
{
	struct pt_leaf leaf;

	assert_true(ptable_lookup(pt, va, &leaf));
	assert_int_equal(leaf.pa, pa);
	assert_int_equal(leaf.size, size);
	assert_int_equal(leaf.access, access);
	assert_int_equal(leaf.type, type);
}

static void expect_hole(struct ptable *pt, u64 va)
{
	struct pt_leaf leaf;

	assert_false(ptable_lookup(pt, va, &leaf));
}

static void maps_with_the_largest_leaves_that_fit(void **state)
{
	(void)state;
	for (u32 k = 0; k < ARRAY_SIZE(kinds); k++) {
		struct ptable pt = make(kinds[k], true);

		/* 4 KiB + 2 MiB - 4 KiB ... up to 2 GiB + 4 KiB */
		assert_int_equal(
			map(&pt, 0x1ff000, 0x1ff000, SIZE_1G * 2 - 0x1ff000 + 0x1000, 7, MT_WB),
			BH_OK);
		expect_hole(&pt, 0x1fe000);
		expect_leaf(&pt, 0x1ff123, 0x1ff123, PAGE_SIZE, 7, MT_WB);
		expect_leaf(&pt, 0x200000, 0x200000, SIZE_2M, 7, MT_WB);
		expect_leaf(&pt, SIZE_1G - 1, SIZE_1G - 1, SIZE_2M, 7, MT_WB);
		expect_leaf(&pt, SIZE_1G + 5, SIZE_1G + 5, SIZE_1G, 7, MT_WB);
		expect_leaf(&pt, SIZE_1G * 2, SIZE_1G * 2, PAGE_SIZE, 7, MT_WB);
		expect_hole(&pt, SIZE_1G * 2 + PAGE_SIZE);
	}
}

static void never_uses_1_gib_leaves_without_support(void **state)
{
	(void)state;
	for (u32 k = 0; k < ARRAY_SIZE(kinds); k++) {
		struct ptable pt = make(kinds[k], false);

		assert_int_equal(map(&pt, 0, 0, SIZE_1G, 3, MT_WB), BH_OK);
		expect_leaf(&pt, 0, 0, SIZE_2M, 3, MT_WB);
	}
}

static void address_and_target_must_both_be_aligned_for_a_large_leaf(void **state)
{
	(void)state;
	for (u32 k = 0; k < ARRAY_SIZE(kinds); k++) {
		struct ptable pt = make(kinds[k], true);

		assert_int_equal(map(&pt, SIZE_2M, 0x5000, SIZE_2M, 1, MT_WB), BH_OK);
		expect_leaf(&pt, SIZE_2M, 0x5000, PAGE_SIZE, 1, MT_WB);
		expect_leaf(&pt, 2 * SIZE_2M - 1, 0x5000 + SIZE_2M - 1, PAGE_SIZE, 1, MT_WB);
	}
}

static void splitting_keeps_what_lies_around_the_hole(void **state)
{
	(void)state;
	for (u32 k = 0; k < ARRAY_SIZE(kinds); k++) {
		struct ptable pt = make(kinds[k], true);
		u64 hole = SIZE_1G + 3 * SIZE_2M + 0x7000;

		assert_int_equal(map(&pt, 0, 0, 4 * SIZE_1G, 7, MT_WB), BH_OK);
		assert_int_equal(map(&pt, hole, 0, PAGE_SIZE, 0, MT_UC), BH_OK);
		expect_hole(&pt, hole);
		expect_hole(&pt, hole + 0xfff);
		expect_leaf(&pt, hole - 1, hole - 1, PAGE_SIZE, 7, MT_WB);
		expect_leaf(&pt, hole + PAGE_SIZE, hole + PAGE_SIZE, PAGE_SIZE, 7, MT_WB);
		expect_leaf(&pt, SIZE_1G, SIZE_1G, SIZE_2M, 7, MT_WB);
		expect_leaf(&pt, 0, 0, SIZE_1G, 7, MT_WB);
		expect_leaf(&pt, 2 * SIZE_1G, 2 * SIZE_1G, SIZE_1G, 7, MT_WB);
	}
}

static void every_memory_type_survives_mapping_and_splitting(void **state)
{
	static const enum mem_type types[] = {MT_UC, MT_WC, MT_WT, MT_WP, MT_WB};

	(void)state;
	for (u32 k = 0; k < ARRAY_SIZE(kinds); k++) {
		for (u32 t = 0; t < ARRAY_SIZE(types); t++) {
			struct ptable pt = make(kinds[k], true);

			assert_int_equal(map(&pt, 0, 0, SIZE_1G, 3, types[t]), BH_OK);
			expect_leaf(&pt, 0x123456, 0x123456, SIZE_1G, 3, types[t]);
			assert_int_equal(map(&pt, 0x1000, 0, 0x1000, 0, MT_UC), BH_OK);
			expect_leaf(&pt, 0x2000, 0x2000, PAGE_SIZE, 3, types[t]);
			expect_leaf(&pt, SIZE_2M, SIZE_2M, SIZE_2M, 3, types[t]);
		}
	}
}

static void remapping_replaces_target_rights_and_type(void **state)
{
	(void)state;
	for (u32 k = 0; k < ARRAY_SIZE(kinds); k++) {
		struct ptable pt = make(kinds[k], true);

		assert_int_equal(map(&pt, 0, 0, SIZE_2M, 7, MT_WB), BH_OK);
		assert_int_equal(map(&pt, 0x3000, 0xfee00000, PAGE_SIZE, PT_READ, MT_UC), BH_OK);
		expect_leaf(&pt, 0x3010, 0xfee00010, PAGE_SIZE, PT_READ, MT_UC);
		assert_int_equal(map(&pt, 0, SIZE_2M, SIZE_2M, 3, MT_WT), BH_OK);
		expect_leaf(&pt, 0x3010, SIZE_2M + 0x3010, SIZE_2M, 3, MT_WT);
	}
}

static void unmapping_nothing_allocates_nothing(void **state)
{
	struct ptable pt = make(PT_EPT, true);

	(void)state;
	assert_int_equal(map(&pt, 0x1000, 0, SIZE_1G * 5, 0, MT_UC), BH_OK);
	assert_int_equal(pool.used, 1);
}

static void unmapping_across_holes_and_leaves_leaves_no_remains(void **state)
{
	struct ptable pt = make(PT_NPT, true);

	(void)state;
	assert_int_equal(map(&pt, SIZE_2M, 0, SIZE_2M, 7, MT_WB), BH_OK);
	assert_int_equal(map(&pt, SIZE_1G - 0x1000, 0, 0x3000, 7, MT_WB), BH_OK);
	assert_int_equal(map(&pt, 0, 0, SIZE_1G + 0x1000, 0, MT_UC), BH_OK);
	expect_hole(&pt, SIZE_2M);
	expect_hole(&pt, SIZE_1G - 1);
	expect_hole(&pt, SIZE_1G);
	expect_leaf(&pt, SIZE_1G + 0x1000, 0x2000, PAGE_SIZE, 7, MT_WB);
}

static void refuses_unaligned_requests(void **state)
{
	struct ptable pt = make(PT_EPT, true);

	(void)state;
	assert_int_equal(map(&pt, 0x800, 0, PAGE_SIZE, 7, MT_WB), BH_ERR_ALIGN);
	assert_int_equal(map(&pt, 0, 0x10, PAGE_SIZE, 7, MT_WB), BH_ERR_ALIGN);
	assert_int_equal(map(&pt, 0, 0, 0x1001, 7, MT_WB), BH_ERR_ALIGN);
}

static void refuses_requests_that_wrap_or_leave_48_bits(void **state)
{
	struct ptable pt = make(PT_EPT, true);
	u64 top = 1ULL << 48;

	(void)state;
	assert_int_equal(map(&pt, top - PAGE_SIZE, 0, 2 * PAGE_SIZE, 7, MT_WB), BH_ERR_RANGE);
	assert_int_equal(map(&pt, 0, 0, ~PAGE_MASK, 7, MT_WB), BH_ERR_RANGE);
	assert_int_equal(map(&pt, 0, ~PAGE_MASK, PAGE_SIZE, 7, MT_WB), BH_ERR_RANGE);
	assert_int_equal(map(&pt, top - PAGE_SIZE, 0, PAGE_SIZE, 7, MT_WB), BH_OK);
	expect_leaf(&pt, top - 1, 0xfff, PAGE_SIZE, 7, MT_WB);
	expect_hole(&pt, top);
}

static void reports_an_exhausted_pool(void **state)
{
	struct ptable pt = make(PT_EPT, false);

	(void)state;
	pool.pages = 3; /* top, PDPT, PD, but no table for 4 KiB leaves */
	assert_int_equal(map(&pt, SIZE_2M, 0, SIZE_2M, 7, MT_WB), BH_OK);
	assert_int_equal(map(&pt, 0x1000, 0, PAGE_SIZE, 7, MT_WB), BH_ERR_NOMEM);
}

static void host_addresses_of_the_upper_half_use_their_low_48_bits(void **state)
{
	struct ptable pt = make(PT_HOST, false);

	(void)state;
	assert_int_equal(
		map(&pt, 0xffffffffc0000000ULL, 0x200000, SIZE_2M, PT_READ | PT_EXEC, MT_WB),
		BH_OK);
	expect_leaf(&pt, 0xffffffffc0001234ULL, 0x201234, SIZE_2M, PT_READ | PT_EXEC, MT_WB);
	assert_true(pt.root[511] & 1);
}

static void formats_carry_the_bits_of_the_manuals(void **state)
{
	struct ptable pt = make(PT_EPT, true);

	(void)state;
	/* EPT: PDPTE that maps 1 GiB: R, W, X, type WB (6 << 3), bit 7 */
	assert_int_equal(map(&pt, 0, 0, SIZE_1G, 7, MT_WB), BH_OK);
	assert_int_equal(((u64 *)pool_virt(&pool, pt.root[0] & ~PAGE_MASK))[0],
			 7 | 6 << 3 | 1 << 7);
	assert_int_equal(pt.root[0] & PAGE_MASK, 7);
	/* NPT: present, write, user, accessed, dirty, PS; no NX */
	pt = make(PT_NPT, true);
	assert_int_equal(map(&pt, 0, 0, SIZE_1G, 7, MT_WB), BH_OK);
	assert_int_equal(((u64 *)pool_virt(&pool, pt.root[0] & ~PAGE_MASK))[0], 0xe7);
	/* NPT, UC: PCD alone selects UC-, below which a guest's WC stays WC */
	pt = make(PT_NPT, true);
	assert_int_equal(map(&pt, 0, 0, SIZE_1G, 7, MT_UC), BH_OK);
	assert_int_equal(((u64 *)pool_virt(&pool, pt.root[0] & ~PAGE_MASK))[0], 0xf7);
	/* host: supervisor, read-only, NX, UC by PCD and PWT */
	pt = make(PT_HOST, true);
	assert_int_equal(map(&pt, 0, 0, SIZE_1G, PT_READ, MT_UC), BH_OK);
	assert_int_equal(((u64 *)pool_virt(&pool, pt.root[0] & ~PAGE_MASK))[0],
			 (1ULL << 63) | 0x80 | 0x60 | 0x18 | 1);
}

static void pool_gives_consecutive_pages_until_it_is_empty(void **state)
{
	u8 *a, *b;

	(void)state;
	pool.used = 0;
	pool.pages = POOL_PAGES;
	a = pool_alloc(&pool, 1);
	b = pool_alloc(&pool, POOL_PAGES - 1);
	assert_ptr_equal(a, pool.base);
	assert_ptr_equal(b, pool.base + PAGE_SIZE);
	assert_int_equal(pool_phys(&pool, b), POOL_PHYS + PAGE_SIZE);
	assert_ptr_equal(pool_virt(&pool, POOL_PHYS + PAGE_SIZE), b);
	assert_null(pool_alloc(&pool, 1));
	assert_null(pool_alloc(&pool, ~0u));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps_with_the_largest_leaves_that_fit),
		cmocka_unit_test(never_uses_1_gib_leaves_without_support),
		cmocka_unit_test(address_and_target_must_both_be_aligned_for_a_large_leaf),
		cmocka_unit_test(splitting_keeps_what_lies_around_the_hole),
		cmocka_unit_test(every_memory_type_survives_mapping_and_splitting),
		cmocka_unit_test(remapping_replaces_target_rights_and_type),
		cmocka_unit_test(unmapping_nothing_allocates_nothing),
		cmocka_unit_test(unmapping_across_holes_and_leaves_leaves_no_remains),
		cmocka_unit_test(refuses_unaligned_requests),
		cmocka_unit_test(refuses_requests_that_wrap_or_leave_48_bits),
		cmocka_unit_test(reports_an_exhausted_pool),
		cmocka_unit_test(host_addresses_of_the_upper_half_use_their_low_48_bits),
		cmocka_unit_test(formats_carry_the_bits_of_the_manuals),
		cmocka_unit_test(pool_gives_consecutive_pages_until_it_is_empty),
	};

	return cmocka_run_group_tests_name("ptable", tests, setup, teardown);
}
