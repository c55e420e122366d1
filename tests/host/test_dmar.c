// SPDX-License-Identifier: BSD-2-Clause
#include "dmar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make_dmar.h"

#define ONE 0xff, 0 /* a path of one element */

/* 00:00.0 host, 00:02.0 device, 00:1c.0 bridge to 01-02, 01:00.0 bridge to 02, 02:03.1 device */
static const struct bh_boot_pci functions[] = {
	{.bdf = 0x0000  },
	{.bdf = 0x0010  },
	{.bdf = 0x00e0,   .header = 1, .secondary = 1, .subordinate = 2},
	{.bdf = 0x0100, .header = 1, .secondary = 2, .subordinate = 2},
	{.bdf = 0x0219              },
};

struct world {
	struct make_dmar m;
	struct bh_boot_ioapic ioapics[2];
	struct dmar_machine machine;
	struct bh_boot_iommu units[4];
	struct bh_boot_rmrr rmrrs[4];
	u16 scopes[16];
	struct dmar_tables out;
	struct why why;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	make_dmar_begin(&w->m);
	w->ioapics[0].id = 8;
	w->ioapics[1].id = 9;
	w->machine = (struct dmar_machine){functions, 5, w->ioapics, 2};
	w->out = (struct dmar_tables){.units = w->units,
				      .rmrrs = w->rmrrs,
				      .scopes = w->scopes,
				      .unit_max = 4,
				      .rmrr_max = 4,
				      .scope_max = 16};
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

/* A copy of exactly the table's size, so that the sanitizer sees the first byte too many. */
static bool parse(struct world *w)
{
	struct acpi_header *copy = malloc(w->m.size);
	bool ok;

	memcpy(copy, w->m.table, w->m.size);
	ok = dmar_parse(copy, &w->machine, &w->out, &w->why);
	free(copy);
	return ok;
}

static void a_unit_and_its_scopes_are_read(void **state)
{
	struct world *w = *state;

	make_dmar_unit(&w->m, 0, 0, 0xfed90000);
	make_dmar_scope(&w->m, 1, 0, 0, 2, 0, ONE);
	make_dmar_unit(&w->m, 1, 0, 0xfed91000);
	assert_true(parse(w));
	assert_int_equal(w->out.unit_count, 2);
	assert_int_equal(w->units[0].phys, 0xfed90000);
	assert_int_equal(w->units[0].kind, BH_IOMMU_VTD);
	assert_int_equal(w->units[0].flags, 0);
	assert_int_equal(w->units[0].scope_first, 0);
	assert_int_equal(w->units[0].scope_count, 1);
	assert_int_equal(w->scopes[0], 0x0010);
	assert_int_equal(w->units[1].flags, BH_IOMMU_FLAG_ALL);
	assert_int_equal(w->units[1].scope_first, 1);
	assert_int_equal(w->units[1].scope_count, 0);
}

static void a_path_leads_through_bridges(void **state)
{
	struct world *w = *state;

	make_dmar_unit(&w->m, 0, 0, 0x1000);
	make_dmar_scope(&w->m, 1, 0, 1, 0, 0, 3, 1);    /* bus 1 directly, then one bridge */
	make_dmar_scope(&w->m, 1, 0, 0, 2, 0, 3, 1);    /* no bridge: left out */
	make_dmar_scope(&w->m, 1, 0, 0, 5, 0, 3, 1);    /* not there: left out */
	make_dmar_scope(&w->m, 1, 0, 0, 0x1c, 0, 3, 1); /* 01:03.1 is not there */
	assert_true(parse(w));
	assert_int_equal(w->out.scope_count, 1);
	assert_int_equal(w->scopes[0], 0x0219);
}

static void a_bridge_stands_for_all_that_is_below_it(void **state)
{
	struct world *w = *state;

	make_dmar_unit(&w->m, 0, 0, 0x1000);
	make_dmar_scope(&w->m, 2, 0, 0, 0x1c, 0, ONE);
	assert_true(parse(w));
	assert_int_equal(w->units[0].scope_count, 3);
	assert_int_equal(w->scopes[0], 0x00e0);
	assert_int_equal(w->scopes[1], 0x0100);
	assert_int_equal(w->scopes[2], 0x0219);
}

static void an_ioapic_gets_a_source_id_that_no_function_has(void **state)
{
	struct world *w = *state;

	make_dmar_unit(&w->m, 1, 0, 0x1000);
	make_dmar_scope(&w->m, 3, 9, 0xf0, 0x1f, 7, ONE);
	assert_true(parse(w));
	assert_int_equal(w->ioapics[0].has_source, 0);
	assert_int_equal(w->ioapics[1].has_source, 1);
	assert_int_equal(w->ioapics[1].source_id, 0xf0ff);
	assert_int_equal(w->out.scope_count, 0);
}

static void a_reserved_region_is_widened_to_pages(void **state)
{
	struct world *w = *state;

	make_dmar_unit(&w->m, 1, 0, 0x1000);
	make_dmar_rmrr(&w->m, 0, 0x7f000100, 0x7f001200);
	make_dmar_scope(&w->m, 1, 0, 0, 2, 0, ONE);
	make_dmar_rmrr(&w->m, 1, 0x8f000000, 0x8f000fff); /* another segment */
	assert_true(parse(w));
	assert_int_equal(w->out.rmrr_count, 1);
	assert_int_equal(w->rmrrs[0].base, 0x7f000000);
	assert_int_equal(w->rmrrs[0].limit, 0x7f001fff);
	assert_int_equal(w->rmrrs[0].scope_count, 1);
	assert_int_equal(w->scopes[w->rmrrs[0].scope_first], 0x0010);
}

static void counts_go_on_beyond_the_buffers(void **state)
{
	struct world *w = *state;

	make_dmar_unit(&w->m, 0, 0, 0x1000);
	make_dmar_scope(&w->m, 2, 0, 0, 0x1c, 0, ONE);
	make_dmar_rmrr(&w->m, 0, 0, 0xfff);
	w->out = (struct dmar_tables){0};
	assert_true(parse(w));
	assert_int_equal(w->out.unit_count, 1);
	assert_int_equal(w->out.rmrr_count, 1);
	assert_int_equal(w->out.scope_count, 3);
}

static void unknown_structures_are_skipped(void **state)
{
	static const uint8_t atsr[] = {2, 0, 8, 0, 0xff, 0xff, 0xff, 0xff};
	struct world *w = *state;

	make_dmar_put(&w->m, atsr, sizeof(atsr));
	make_dmar_unit(&w->m, 1, 0, 0x1000);
	assert_true(parse(w));
	assert_int_equal(w->out.unit_count, 1);
}

static void expect_damage(struct world *w, const char *sentence)
{
	assert_false(parse(w));
	assert_string_equal(w->why.text, sentence);
}

static void a_table_without_a_unit_is_refused(void **state)
{
	expect_damage(*state, "the firmware's DMAR table lists no IOMMU: enable VT-d in the "
			      "firmware set-up");
}

static void a_unit_of_another_segment_is_refused(void **state)
{
	struct world *w = *state;

	make_dmar_unit(&w->m, 1, 2, 0xfed90000);
	expect_damage(w, "the IOMMU at 0xfed90000 serves PCI segment 2, Bulkhead knows segment 0 "
			 "only: say iommu: off in the system file");
}

#define DAMAGED_48                                                                                 \
	"the firmware's DMAR table is damaged at byte 48: update the firmware, or say iommu: off " \
	"in the system file"

static void a_unit_at_an_impossible_address_is_damage(void **state)
{
	static const uint64_t bad[] = {0, 0xfed90800, 1ULL << 52};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		make_dmar_begin(&w->m);
		make_dmar_unit(&w->m, 1, 0, bad[i]);
		expect_damage(w, DAMAGED_48);
	}
}

static void a_region_that_ends_before_it_begins_is_damage(void **state)
{
	struct world *w = *state;

	make_dmar_rmrr(&w->m, 0, 0x8000, 0x6fff);
	expect_damage(w, DAMAGED_48);
	make_dmar_begin(&w->m);
	make_dmar_rmrr(&w->m, 0, 0x8000, UINT64_MAX);
	expect_damage(w, DAMAGED_48);
}

/* Cut a sound table at every byte: only cuts between structures leave a sound one. */
static void a_table_cut_anywhere_inside_a_structure_is_damage(void **state)
{
	struct world *w = *state;
	uint32_t first, second, whole;

	make_dmar_unit(&w->m, 1, 0, 0x1000);
	make_dmar_scope(&w->m, 1, 0, 0, 2, 0, ONE);
	first = w->m.size;
	make_dmar_rmrr(&w->m, 0, 0, 0xfff);
	make_dmar_scope(&w->m, 1, 0, 0, 0x1c, 0, 3, 1);
	second = whole = w->m.size;
	for (w->m.size = 36; w->m.size <= whole; w->m.size++) {
		((struct acpi_header *)w->m.table)->length = w->m.size;
		assert_int_equal(parse(w), w->m.size == first || w->m.size == second);
	}
}

static void a_scope_of_an_impossible_length_is_damage(void **state)
{
	static const uint8_t lengths[] = {0, 1, 6, 7, 9, 10, 255};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(lengths); i++) {
		make_dmar_begin(&w->m);
		make_dmar_unit(&w->m, 1, 0, 0x1000);
		make_dmar_scope(&w->m, 1, 0, 0, 2, 0, ONE);
		w->m.table[48 + 16 + 1] = lengths[i];
		expect_damage(w, "the firmware's DMAR table is damaged at byte 64: update the "
				 "firmware, or say iommu: off in the system file");
	}
}

static void a_structure_of_an_impossible_length_is_damage(void **state)
{
	static const uint8_t lengths[] = {0, 3, 4, 15, 17, 255};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(lengths); i++) {
		make_dmar_begin(&w->m);
		make_dmar_unit(&w->m, 1, 0, 0x1000);
		w->m.table[50] = lengths[i];
		expect_damage(w, DAMAGED_48);
	}
}

static void a_table_of_absurd_size_is_damage(void **state)
{
	struct world *w = *state;
	struct acpi_header *h = calloc(1, 0x10001);

	h->length = 0x10001;
	assert_false(dmar_parse(h, &w->machine, &w->out, &w->why));
	free(h);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_unit_and_its_scopes_are_read),
		T(a_path_leads_through_bridges),
		T(a_bridge_stands_for_all_that_is_below_it),
		T(an_ioapic_gets_a_source_id_that_no_function_has),
		T(a_reserved_region_is_widened_to_pages),
		T(counts_go_on_beyond_the_buffers),
		T(unknown_structures_are_skipped),
		T(a_table_without_a_unit_is_refused),
		T(a_unit_of_another_segment_is_refused),
		T(a_unit_at_an_impossible_address_is_damage),
		T(a_region_that_ends_before_it_begins_is_damage),
		T(a_table_cut_anywhere_inside_a_structure_is_damage),
		T(a_scope_of_an_impossible_length_is_damage),
		T(a_structure_of_an_impossible_length_is_damage),
		T(a_table_of_absurd_size_is_damage),
	};

	return cmocka_run_group_tests_name("dmar", tests, NULL, NULL);
}
