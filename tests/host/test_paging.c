/* SPDX-License-Identifier: BSD-2-Clause */
#include "paging.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <bulkhead/boot.h>

#include <cmocka.h>

#define TABLES     0x5000000ULL /* where the tables claim to be */
#define ADDRESS    0x000ffffffffff000ULL
#define UNMAPPED   UINT64_MAX
#define TRAMPOLINE 0x9e000ULL
#define HV_PHYS    0x123456000ULL

struct tables {
	u64 *virt;
	u64 size;
};

static struct tables make(u64 size)
{
	struct tables t = {aligned_alloc(PAGE_SIZE, size), size};

	memset(t.virt, 0, size);
	return t;
}

/* The entry that a walk reads; every table must lie inside the area. */
static u64 entry(const struct tables *t, u64 table, u64 index)
{
	assert_true(table >= TABLES && table + PAGE_SIZE <= TABLES + t->size);
	return t->virt[(table - TABLES) / 8 + index];
}

/* Translate as the CPU does (SDM vol. 3, "4-Level Paging"); the leaf must be writable. */
static u64 walk(const struct tables *t, u64 va)
{
	u64 table = TABLES;

	for (u32 shift = 39;; shift -= 9) {
		u64 e = entry(t, table, va >> shift & 511);
		u64 offset = va & (BIT64(shift) - 1);

		if (!(e & 1))
			return UNMAPPED;
		assert_true(e & 2);
		assert_false(e >> 63);
		if (shift == 12 || e & BIT64(7))
			return (e & ADDRESS & ~(BIT64(shift) - 1)) + offset;
		table = e & ADDRESS;
	}
}

static void identity_map_reaches_its_top_and_no_further(void **state)
{
	static const u64 tops[] = {SIZE_1G, SIZE_4G, 9 * SIZE_1G, 512 * SIZE_1G};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(tops); i++) {
		struct tables t = make(paging_identity_size(tops[i]));

		memset(t.virt, 0xff, t.size); /* the function must not rely on zeroes */
		paging_identity((struct table_area){t.virt, TABLES}, tops[i]);
		for (u64 va = 0; va < tops[i]; va += SIZE_2M)
			assert_int_equal(walk(&t, va + 0x1234), va + 0x1234);
		assert_int_equal(walk(&t, tops[i]), UNMAPPED);
		free(t.virt);
	}
}

static void identity_of_4_gib_takes_24_kib(void **state)
{
	(void)state;
	assert_int_equal(paging_identity_size(SIZE_4G), 0x6000);
}

static void boot_map_holds_trampoline_and_block_only(void **state)
{
	static const u64 sizes[] = {PAGE_SIZE,           SIZE_2M - PAGE_SIZE, SIZE_2M,
				    SIZE_2M + PAGE_SIZE, 9 * SIZE_2M,         SIZE_1G};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct tables t = make(paging_boot_size(sizes[i]));

		paging_boot((struct table_area){t.virt, TABLES}, TRAMPOLINE, HV_PHYS, sizes[i]);
		assert_int_equal(walk(&t, TRAMPOLINE), TRAMPOLINE);
		assert_int_equal(walk(&t, TRAMPOLINE + PAGE_SIZE), UNMAPPED);
		assert_int_equal(walk(&t, TRAMPOLINE - PAGE_SIZE), UNMAPPED);
		assert_int_equal(walk(&t, 0), UNMAPPED);
		for (u64 at = 0; at < sizes[i]; at += PAGE_SIZE)
			assert_int_equal(walk(&t, BH_HV_BASE + at), HV_PHYS + at);
		if (sizes[i] < SIZE_1G)
			assert_int_equal(walk(&t, BH_HV_BASE + sizes[i]), UNMAPPED);
		assert_int_equal(walk(&t, BH_HV_BASE - PAGE_SIZE), UNMAPPED);
		free(t.virt);
	}
}

/* SDM vol. 3, "Segment Descriptors" */
static void flat_segments_have_their_types(void **state)
{
	u64 gdt[FLAT_GDT_SIZE / 8];

	(void)state;
	flat_gdt(gdt);
	assert_int_equal(gdt[0], 0);
	assert_int_equal(gdt[FLAT_CS / 8] >> 53 & 1, 1);       /* L: 64-bit code */
	assert_int_equal(gdt[FLAT_CS / 8] >> 40 & 0xff, 0x9b); /* present, ring 0, code */
	assert_int_equal(gdt[FLAT_DS / 8] >> 40 & 0xff, 0x93); /* present, ring 0, data */
	assert_int_equal(gdt[FLAT_DS / 8] & 0xffff, 0xffff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identity_map_reaches_its_top_and_no_further),
		cmocka_unit_test(identity_of_4_gib_takes_24_kib),
		cmocka_unit_test(boot_map_holds_trampoline_and_block_only),
		cmocka_unit_test(flat_segments_have_their_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
