/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/mtrr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MASK_40(size) ((((1ULL << 40) - 1) & ~((u64)(size)-1)) | MTRR_VALID)

static struct mtrr_state machine(enum mem_type def)
{
	struct mtrr_state m;

	memset(&m, 0, sizeof(m));
	m.phys_bits = 40;
	m.def_type = MTRR_DEF_E | (u64)def;
	return m;
}

static void add(struct mtrr_state *m, u64 base, u64 size, enum mem_type type)
{
	m->base[m->variable_count] = base | (u64)type;
	m->mask[m->variable_count++] = MASK_40(size);
}

/* The type at pa must hold up to, and not needlessly beyond, the end that is reported. */
static enum mem_type type_at(const struct mtrr_state *m, u64 pa)
{
	u64 end;
	enum mem_type type = mtrr_type(m, pa, &end);
	u64 ignored;

	assert_true(end > pa);
	assert_int_equal(mtrr_type(m, end - 1, &ignored), type);
	return type;
}

static void disabled_mtrrs_mean_uncached(void **state)
{
	struct mtrr_state m = machine(MT_WB);

	(void)state;
	m.def_type = MT_WB;
	assert_int_equal(type_at(&m, 0), MT_UC);
	assert_int_equal(type_at(&m, SIZE_4G), MT_UC);
}

static void default_type_applies_outside_all_ranges(void **state)
{
	struct mtrr_state m = machine(MT_WB);
	u64 end;

	(void)state;
	add(&m, 0x80000000, 0x80000000, MT_UC); /* as OVMF does: UC from 2 to 4 GiB */
	assert_int_equal(type_at(&m, 0x1000000), MT_WB);
	assert_int_equal(type_at(&m, 0x80000000), MT_UC);
	assert_int_equal(type_at(&m, 0xffffffff), MT_UC);
	assert_int_equal(type_at(&m, SIZE_4G), MT_WB);
	mtrr_type(&m, 0x1000000, &end);
	assert_int_equal(end, 0x80000000);
	mtrr_type(&m, 0x80000000, &end);
	assert_int_equal(end, SIZE_4G);
	mtrr_type(&m, SIZE_4G, &end);
	assert_int_equal(end, 1ULL << 40);
}

static void overlap_of_uc_and_anything_is_uc(void **state)
{
	struct mtrr_state m = machine(MT_UC);

	(void)state;
	add(&m, 0, SIZE_1G, MT_WB);
	add(&m, 0x3f000000, 0x1000000, MT_UC);
	assert_int_equal(type_at(&m, 0x3effffff), MT_WB);
	assert_int_equal(type_at(&m, 0x3f000000), MT_UC);
	assert_int_equal(type_at(&m, SIZE_1G), MT_UC);
}

static void overlap_of_wt_and_wb_is_wt(void **state)
{
	struct mtrr_state m = machine(MT_UC);

	(void)state;
	add(&m, 0, SIZE_1G, MT_WB);
	add(&m, 0x10000000, 0x10000000, MT_WT);
	assert_int_equal(type_at(&m, 0x10000000), MT_WT);
	assert_int_equal(type_at(&m, 0x20000000), MT_WB);
}

static void undefined_overlaps_are_uc(void **state)
{
	struct mtrr_state m = machine(MT_WB);

	(void)state;
	add(&m, 0x10000000, 0x10000000, MT_WC);
	add(&m, 0x10000000, 0x10000000, MT_WT);
	assert_int_equal(type_at(&m, 0x18000000), MT_UC);
}

static void invalid_variable_ranges_are_ignored(void **state)
{
	struct mtrr_state m = machine(MT_WB);

	(void)state;
	add(&m, 0x10000000, 0x10000000, MT_UC);
	m.mask[0] &= ~MTRR_VALID;
	assert_int_equal(type_at(&m, 0x18000000), MT_WB);
}

static void fixed_ranges_rule_the_first_mib(void **state)
{
	struct mtrr_state m = machine(MT_UC);
	u64 end;

	(void)state;
	m.def_type |= MTRR_DEF_FE;
	m.fixed[0] = 0x0606060606060606ULL; /* 0 - 512 KiB WB */
	m.fixed[1] = 0x0606060606060606ULL; /* 512 - 640 KiB WB */
	m.fixed[2] = 0x0101010101010101ULL; /* the VGA window WC */
	m.fixed[3] = 0x0505050505050504ULL; /* 0xc0000 WT, rest of 32 KiB WP */
	add(&m, 0, SIZE_1G, MT_WB);
	assert_int_equal(type_at(&m, 0), MT_WB);
	assert_int_equal(type_at(&m, 0x7ffff), MT_WB);
	assert_int_equal(type_at(&m, 0x9ffff), MT_WB);
	assert_int_equal(type_at(&m, 0xa0000), MT_WC);
	assert_int_equal(type_at(&m, 0xbffff), MT_WC);
	assert_int_equal(type_at(&m, 0xc0000), MT_WT);
	assert_int_equal(type_at(&m, 0xc1000), MT_WP);
	assert_int_equal(type_at(&m, 0xfffff), MT_UC);
	assert_int_equal(type_at(&m, 0x100000), MT_WB);
	mtrr_type(&m, 0xc0123, &end);
	assert_int_equal(end, 0xc1000);
	mtrr_type(&m, 0xa0000, &end);
	assert_int_equal(end, 0xa4000);
	mtrr_type(&m, 0, &end);
	assert_int_equal(end, 0x10000);
}

static void fixed_ranges_are_ignored_when_disabled(void **state)
{
	struct mtrr_state m = machine(MT_UC);

	(void)state;
	add(&m, 0, SIZE_1G, MT_WB);
	assert_int_equal(type_at(&m, 0xa0000), MT_WB);
}

static void masks_with_holes_change_type_at_each_run(void **state)
{
	struct mtrr_state m = machine(MT_WB);

	(void)state;
	/* every second 64 KiB of the second 128 KiB block, and so on: bit 17 is not compared */
	m.base[0] = 0x10000000 | MT_UC;
	m.mask[0] = (MASK_40(0x10000) & ~0x20000ULL);
	m.variable_count = 1;
	assert_int_equal(type_at(&m, 0x10000000), MT_UC);
	assert_int_equal(type_at(&m, 0x10010000), MT_WB);
	assert_int_equal(type_at(&m, 0x10020000), MT_UC);
	assert_int_equal(type_at(&m, 0x10030000), MT_WB);
	assert_int_equal(type_at(&m, 0x10040000), MT_WB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disabled_mtrrs_mean_uncached),
		cmocka_unit_test(default_type_applies_outside_all_ranges),
		cmocka_unit_test(overlap_of_uc_and_anything_is_uc),
		cmocka_unit_test(overlap_of_wt_and_wb_is_wt),
		cmocka_unit_test(undefined_overlaps_are_uc),
		cmocka_unit_test(invalid_variable_ranges_are_ignored),
		cmocka_unit_test(fixed_ranges_rule_the_first_mib),
		cmocka_unit_test(fixed_ranges_are_ignored_when_disabled),
		cmocka_unit_test(masks_with_holes_change_type_at_each_run),
	};

	return cmocka_run_group_tests_name("mtrr", tests, NULL, NULL);
}
