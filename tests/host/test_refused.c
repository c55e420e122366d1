/* SPDX-License-Identifier: BSD-2-Clause */
/* What a cell was refused: counted by class, printed within bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/cell.h"
#include "core/console.h"

static char last[300];
static u32 lines;

void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(last, sizeof(last), fmt, ap);
	va_end(ap);
	lines++;
}

static struct cell cell;

static int setup(void **state)
{
	(void)state;
	memset(&cell, 0, sizeof(cell));
	strcpy(cell.name, "evil");
	lines = 0;
	return 0;
}

static void first_refusals_are_printed(void **state)
{
	(void)state;
	cell_refused(&cell, 3, BH_REFUSED_MSR, "read of MSR 0x%x", 0x17);
	assert_string_equal(last, "cell evil: cpu 3: refused: read of MSR 0x17");
	for (u32 i = 1; i < CELL_REFUSED_MAX; i++)
		cell_refused(&cell, 3, BH_REFUSED_MSR, "%u", i);
	assert_int_equal(lines, CELL_REFUSED_MAX);
	cell_refused(&cell, 3, BH_REFUSED_MSR, "one more");
	assert_string_equal(last, "cell evil: further refusals are not printed");
	cell_refused(&cell, 3, BH_REFUSED_MSR, "and more");
	assert_int_equal(lines, CELL_REFUSED_MAX + 1);
}

static void all_refusals_are_counted_by_class(void **state)
{
	(void)state;
	for (u32 class = 0; class < BH_REFUSED_COUNT; class ++)
		for (u32 i = 0; i <= class; i++)
			cell_count_refused(&cell, (enum bh_refusal) class);
	for (u32 class = 0; class < BH_REFUSED_COUNT; class ++)
		assert_int_equal(cell.refused[class], class + 1);
	assert_int_equal(cell.refused_total, BH_REFUSED_COUNT * (BH_REFUSED_COUNT + 1) / 2);
	cell_refused(&cell, 0, BH_REFUSED_PCI, "printed and counted");
	assert_int_equal(cell.refused[BH_REFUSED_PCI], BH_REFUSED_PCI + 2);
	assert_int_equal(lines, 1);
}

static void sums_are_printed_at_powers_of_ten(void **state)
{
	u64 at = 0;

	(void)state;
	for (u64 next = 1000; next <= 1000000; next *= 10) {
		for (; at < next - 1; at++)
			cell_count_refused(&cell, BH_REFUSED_PORT);
		lines = 0;
		cell_count_refused(&cell, BH_REFUSED_APIC);
		assert_int_equal(lines, 1);
		lines = 0;
		at++;
	}
	assert_int_equal(lines, 0);
	assert_string_equal(last,
			    "cell evil: refused so far: 1000000: memory=0 port=999996 msr=0 apic=4"
			    " ioapic=0 pci=0 msi=0 instruction=0");
}

static void nothing_else_is_printed(void **state)
{
	(void)state;
	for (u32 i = 0; i < 999; i++)
		cell_count_refused(&cell, BH_REFUSED_MEMORY);
	assert_int_equal(lines, 0);
	for (u32 i = 0; i < 1 + 8999; i++)
		cell_count_refused(&cell, BH_REFUSED_MEMORY);
	assert_int_equal(lines, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(first_refusals_are_printed, setup),
		cmocka_unit_test_setup(all_refusals_are_counted_by_class, setup),
		cmocka_unit_test_setup(sums_are_printed_at_powers_of_ten, setup),
		cmocka_unit_test_setup(nothing_else_is_printed, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
