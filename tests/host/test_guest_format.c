/* SPDX-License-Identifier: BSD-2-Clause */
#include "../../guests/lib/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static u32 format(char *buf, u32 size, const char *text, ...) __attribute__((format(printf, 3, 4)));

static u32 format(char *buf, u32 size, const char *text, ...)
{
	va_list args;
	u32 len;

	va_start(args, text);
	len = format_text(buf, size, text, args);
	va_end(args);
	return len;
}

/* The C library is the reference. */
#define SAME_AS_C_LIBRARY(...)                                                                     \
	do {                                                                                       \
		char ours[128], theirs[128];                                                       \
		u32 len = format(ours, sizeof(ours), __VA_ARGS__);                                 \
                                                                                                   \
		snprintf(theirs, sizeof(theirs), __VA_ARGS__);                                     \
		assert_string_equal(ours, theirs);                                                 \
		assert_int_equal(len, strlen(theirs));                                             \
	} while (0)

static void conversions_agree_with_the_c_library(void **state)
{
	(void)state;
	SAME_AS_C_LIBRARY("plain%%");
	SAME_AS_C_LIBRARY("%s|%5s|%c", "ab", "ab", 'z');
	SAME_AS_C_LIBRARY("%d %d %d", 0, -1, 2147483647);
	SAME_AS_C_LIBRARY("%d", (int)0x80000000);
	SAME_AS_C_LIBRARY("%ld %ld", 0x7fffffffffffffffL, -0x7fffffffffffffffL - 1);
	SAME_AS_C_LIBRARY("%u %lu", 0xffffffffu, 0xffffffffffffffffUL);
	SAME_AS_C_LIBRARY("%x %lx %08x %016lx", 0xabcdu, 0xfee00000fee00000UL, 0x12u, 0x12UL);
	SAME_AS_C_LIBRARY("%5u|%05u|%1u", 42u, 42u, 4242u);
	SAME_AS_C_LIBRARY("%u%s%x", 1u, "", 0u);
}

static void text_that_does_not_fit_is_cut_off(void **state)
{
	(void)state;
	for (u32 size = 1; size < 16; size++) {
		char *buf = test_malloc(size);
		u32 len = format(buf, size, "ab%ucd%s", 123u, "ef");

		assert_int_equal(len, size - 1 < 9 ? size - 1 : 9);
		assert_int_equal(strlen(buf), len);
		assert_memory_equal(buf, "ab123cdef", len);
		test_free(buf);
	}
}

static void a_lone_percent_ends_the_text(void **state)
{
	char buf[16];
	const char *bad = "ab%";

	(void)state;
	assert_int_equal(format(buf, sizeof(buf), bad, 0), 2);
	assert_string_equal(buf, "ab");
	bad = "%l";
	assert_int_equal(format(buf, sizeof(buf), bad, 0), 0);
}

static void an_unknown_conversion_is_copied(void **state)
{
	char buf[16];
	const char *bad = "a%qb";

	(void)state;
	format(buf, sizeof(buf), bad, 0);
	assert_string_equal(buf, "a%qb");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversions_agree_with_the_c_library),
		cmocka_unit_test(text_that_does_not_fit_is_cut_off),
		cmocka_unit_test(a_lone_percent_ends_the_text),
		cmocka_unit_test(an_unknown_conversion_is_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
