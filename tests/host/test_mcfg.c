// SPDX-License-Identifier: BSD-2-Clause
/* MCFG and what is read of the FADT. */
#include "mcfg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fadt.h"

static u64 base;
static u32 buses;

/* A table of exactly @size bytes: one entry, cut off where it does not fit. */
static bool find(u32 size, u64 address, u16 segment, u8 first, u8 last)
{
	u8 *table = calloc(1, size > 60 ? size : 60);
	bool ok;

	memcpy(table + 44, &address, 8);
	memcpy(table + 52, &segment, 2);
	table[54] = first;
	table[55] = last;
	table = realloc(table, size);
	((struct acpi_header *)table)->length = size;
	base = buses = 0;
	ok = mcfg_find((struct acpi_header *)table, &base, &buses);
	free(table);
	return ok;
}

static void the_entry_of_segment_0_is_found(void **state)
{
	(void)state;
	assert_true(find(60, 0xb0000000, 0, 0, 255));
	assert_int_equal(base, 0xb0000000);
	assert_int_equal(buses, 256);
	assert_true(find(60, 0xe0000000, 0, 0, 0x3f));
	assert_int_equal(buses, 64);
}

static void entries_that_do_not_begin_at_bus_0_of_segment_0_are_skipped(void **state)
{
	(void)state;
	assert_false(find(60, 0xb0000000, 1, 0, 255));
	assert_false(find(60, 0xb0000000, 0, 1, 255));
}

static void an_impossible_address_is_skipped(void **state)
{
	(void)state;
	assert_false(find(60, 0, 0, 0, 255));
	assert_false(find(60, 0xb0001000, 0, 0, 255));
	assert_false(find(60, 0xfff00000ULL << 32, 0, 0, 255));
}

static void a_table_that_is_cut_off_has_no_entry(void **state)
{
	(void)state;
	for (u32 size = 36; size < 60; size++)
		assert_false(find(size, 0xb0000000, 0, 0, 255));
}

static u32 timer(u32 size, u8 length, u32 port, u8 space, u64 x_port)
{
	u8 *table = calloc(1, 256);
	u32 result;

	memcpy(table + 76, &port, 4);
	table[91] = length;
	table[208] = space;
	memcpy(table + 212, &x_port, 8);
	table = realloc(table, size);
	((struct acpi_header *)table)->length = size;
	result = fadt_pm_timer((struct acpi_header *)table);
	free(table);
	return result;
}

static void the_pm_timer_is_found_in_old_and_new_tables(void **state)
{
	(void)state;
	assert_int_equal(timer(116, 4, 0x608, 0, 0), 0x608);
	assert_int_equal(timer(244, 4, 0, 1, 0x1808), 0x1808);
	assert_int_equal(timer(244, 4, 0x608, 0, 0xfed00000), 0x608); /* not in I/O space */
	assert_int_equal(timer(219, 4, 0x608, 1, 0x1808), 0x608);     /* cut off */
}

static void without_a_pm_timer_there_is_no_port(void **state)
{
	(void)state;
	assert_int_equal(timer(244, 0, 0x608, 1, 0x608), 0);
	assert_int_equal(timer(244, 4, 0, 1, 0), 0);
	assert_int_equal(timer(244, 4, 0xfffe, 1, 0x10000), 0);
	for (u32 size = 36; size < 92; size++)
		assert_int_equal(timer(size, 4, 0x608, 1, 0x608), 0);
}

static void ports_of_acpi_are_known(void **state)
{
	u8 table[268] = {0};
	struct acpi_header *fadt = (struct acpi_header *)table;

	(void)state;
	fadt->length = sizeof(table);
	assert_false(fadt_has_port(fadt, 0, 0xffff));
	table[46] = 9;
	table[48] = 0xb2; /* SMI_CMD */
	table[57] = 0x06; /* PM1a_EVT at 0x600, four ports */
	table[88] = 4;
	table[80] = 0x20; /* GPE0 at 0x620, 16 ports */
	table[81] = 0x06;
	table[92] = 16;
	table[84] = 0xff; /* GPE1: no length */
	assert_int_equal(fadt_sci(fadt), 9);
	assert_true(fadt_has_port(fadt, 0xb2, 0xb2));
	assert_true(fadt_has_port(fadt, 0x5ff, 0x600));
	assert_true(fadt_has_port(fadt, 0x603, 0x603));
	assert_false(fadt_has_port(fadt, 0x604, 0x61f));
	assert_true(fadt_has_port(fadt, 0x62f, 0xffff));
	assert_false(fadt_has_port(fadt, 0x630, 0xffff));
	assert_false(fadt_has_port(fadt, 0xff, 0xff));
	fadt->length = 93;
	assert_false(fadt_has_port(fadt, 0x600, 0x600));
	fadt->length = sizeof(table);
	table[148] = 1; /* X_PM1a_EVT: ports, at 0x1800 */
	table[153] = 0x18;
	table[244] = 1; /* SLEEP_CONTROL at 0x1900 */
	table[249] = 0x19;
	assert_true(fadt_has_port(fadt, 0x1803, 0x1803));
	assert_false(fadt_has_port(fadt, 0x1804, 0x18ff));
	assert_true(fadt_has_port(fadt, 0x1900, 0x1900));
	table[148] = 0; /* in memory */
	assert_false(fadt_has_port(fadt, 0x1803, 0x1803));
	fadt->length = 255;
	assert_false(fadt_has_port(fadt, 0x1900, 0x1900));
	fadt->length = 93;
	assert_false(fadt_has_port(fadt, 0x600, 0x600));
	assert_int_equal(fadt_sci(fadt), UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_of_acpi_are_known),
		cmocka_unit_test(the_entry_of_segment_0_is_found),
		cmocka_unit_test(entries_that_do_not_begin_at_bus_0_of_segment_0_are_skipped),
		cmocka_unit_test(an_impossible_address_is_skipped),
		cmocka_unit_test(a_table_that_is_cut_off_has_no_entry),
		cmocka_unit_test(the_pm_timer_is_found_in_old_and_new_tables),
		cmocka_unit_test(without_a_pm_timer_there_is_no_port),
	};

	return cmocka_run_group_tests_name("mcfg", tests, NULL, NULL);
}
