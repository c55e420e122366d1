/* SPDX-License-Identifier: BSD-2-Clause */
#include "window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define QWORD 46u

/* Write one descriptor as EDK II does. */
static void put(u8 *p, u8 kind, u64 min, u64 length)
{
	u64 max = min + length - 1;

	memset(p, 0, QWORD);
	p[0] = 0x8a;
	p[1] = 0x2b;
	p[3] = kind;
	memcpy(p + 14, &min, 8);
	memcpy(p + 22, &max, 8);
	memcpy(p + 38, &length, 8);
}

static void windows_are_taken_in_order_up_to_the_end_tag(void **state)
{
	u8 list[3 * QWORD + 2];
	struct window w;
	u64 at = 0;

	(void)state;
	put(list, WINDOW_IO, 0x6000, 0xa000);
	put(list + QWORD, WINDOW_MEMORY, 0x80000000, 0x1100000);
	put(list + 2 * QWORD, WINDOW_MEMORY, 0x800000000ULL, 0x800000000ULL);
	list[3 * QWORD] = 0x79;
	list[3 * QWORD + 1] = 0;
	assert_true(window_next(list, sizeof(list), &at, &w));
	assert_int_equal(w.kind, WINDOW_IO);
	assert_true(window_next(list, sizeof(list), &at, &w));
	assert_int_equal(w.start, 0x80000000);
	assert_int_equal(w.end, 0x81100000);
	assert_true(window_next(list, sizeof(list), &at, &w));
	assert_int_equal(w.end, 0x1000000000ULL);
	assert_false(window_next(list, sizeof(list), &at, &w));
}

static void empty_and_wrapping_windows_are_skipped(void **state)
{
	u8 list[3 * QWORD];
	struct window w;
	u64 at = 0;

	(void)state;
	put(list, WINDOW_MEMORY, 0x80000000, 0);
	put(list + QWORD, WINDOW_MEMORY, 0xffffffffff000000ULL, 0x2000000);
	put(list + 2 * QWORD, WINDOW_MEMORY, 0xc0000000, 0x1000);
	assert_true(window_next(list, sizeof(list), &at, &w));
	assert_int_equal(w.start, 0xc0000000);
	assert_false(window_next(list, sizeof(list), &at, &w));
}

static void list_without_an_end_is_not_overrun(void **state)
{
	u8 *list = malloc(QWORD + 10);
	struct window w;
	u64 at = 0;

	(void)state;
	memset(list, 0x8a, QWORD + 10);
	put(list, WINDOW_MEMORY, 0xc0000000, 0x1000);
	assert_true(window_next(list, QWORD + 10, &at, &w));
	assert_false(window_next(list, QWORD + 10, &at, &w));
	at = QWORD + 11;
	assert_false(window_next(list, QWORD + 10, &at, &w));
	free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_are_taken_in_order_up_to_the_end_tag),
		cmocka_unit_test(empty_and_wrapping_windows_are_skipped),
		cmocka_unit_test(list_without_an_end_is_not_overrun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
