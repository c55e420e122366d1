/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/cpuset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct cpuset set_of(const u32 *cpus, size_t count)
{
	struct cpuset set;

	memset(&set, 0xff, sizeof(set));
	cpuset_clear_all(&set);
	for (size_t i = 0; i < count; i++)
		cpuset_set(&set, cpus[i]);
	return set;
}

#define SET(...) set_of((u32[]){__VA_ARGS__}, ARRAY_SIZE(((u32[]){__VA_ARGS__})))

static void every_cpu_is_a_member_of_its_own(void **state)
{
	(void)state;
	for (u32 cpu = 0; cpu < BH_MAX_CPUS; cpu++) {
		struct cpuset set = SET(cpu);

		for (u32 other = 0; other < BH_MAX_CPUS; other++)
			assert_int_equal(cpuset_test(&set, other), other == cpu);
		assert_int_equal(cpuset_count(&set), 1);
		assert_int_equal(cpuset_first(&set), cpu);
		assert_int_equal(cpuset_next(&set, cpu), cpu);
		assert_int_equal(cpuset_next(&set, cpu + 1), BH_MAX_CPUS);
		assert_false(cpuset_empty(&set));
		cpuset_clear(&set, cpu);
		assert_true(cpuset_empty(&set));
	}
}

static void numbers_beyond_the_last_cpu_change_nothing(void **state)
{
	struct cpuset set = SET(0, 255);

	(void)state;
	cpuset_set(&set, 256);
	cpuset_set(&set, 0xffffffff);
	cpuset_clear(&set, 256);
	cpuset_clear(&set, 0xffffff00);
	assert_int_equal(cpuset_count(&set), 2);
	assert_false(cpuset_test(&set, 256));
	assert_false(cpuset_test(&set, 0xffffffff));
	assert_int_equal(cpuset_next(&set, 256), BH_MAX_CPUS);
	assert_int_equal(cpuset_next(&set, 0xffffffff), BH_MAX_CPUS);
}

static void iteration_visits_members_in_order_across_words(void **state)
{
	static const u32 expect[] = {0, 1, 63, 64, 65, 127, 128, 191, 192, 255};
	struct cpuset set = set_of(expect, ARRAY_SIZE(expect));
	struct cpuset none = {{0}};
	size_t i = 0;
	u32 cpu;

	(void)state;
	for_each_cpu (cpu, &set)
		assert_int_equal(cpu, expect[i++]);
	assert_int_equal(i, ARRAY_SIZE(expect));
	for_each_cpu (cpu, &none)
		fail();
}

static void counting_works_in_every_word(void **state)
{
	struct cpuset set;

	(void)state;
	cpuset_clear_all(&set);
	assert_int_equal(cpuset_count(&set), 0);
	assert_int_equal(cpuset_first(&set), BH_MAX_CPUS);
	for (u32 cpu = 0; cpu < BH_MAX_CPUS; cpu++) {
		cpuset_set(&set, cpu);
		cpuset_set(&set, cpu);
		assert_int_equal(cpuset_count(&set), cpu + 1);
	}
}

static void subsets_are_told_in_every_word(void **state)
{
	struct cpuset big = SET(0, 70, 130, 200);
	struct cpuset none = {{0}};

	(void)state;
	assert_true(cpuset_subset(&none, &big));
	assert_true(cpuset_subset(&none, &none));
	assert_true(cpuset_subset(&big, &big));
	assert_false(cpuset_subset(&big, &none));
	for (u32 cpu = 0; cpu < BH_MAX_CPUS; cpu++) {
		struct cpuset one = SET(cpu);

		assert_int_equal(cpuset_subset(&one, &big), cpuset_test(&big, cpu));
		assert_int_equal(cpuset_intersects(&one, &big), cpuset_test(&big, cpu));
	}
}

static void and_and_or_work_in_place(void **state)
{
	struct cpuset a = SET(1, 65, 129, 255);
	struct cpuset b = SET(2, 65, 193, 255);
	struct cpuset both, either;

	(void)state;
	cpuset_and(&both, &a, &b);
	cpuset_or(&either, &a, &b);
	assert_int_equal(cpuset_count(&both), 2);
	assert_true(cpuset_test(&both, 65) && cpuset_test(&both, 255));
	assert_int_equal(cpuset_count(&either), 6);
	cpuset_and(&a, &a, &b);
	assert_memory_equal(&a, &both, sizeof(a));
}

static void expect_text(struct cpuset set, const char *text)
{
	char buf[CPUSET_FORMAT_MAX];

	memset(buf, '#', sizeof(buf));
	assert_true(cpuset_format(buf, sizeof(buf), &set));
	assert_string_equal(buf, text);
}

static void sets_print_as_linux_cpu_lists(void **state)
{
	(void)state;
	expect_text((struct cpuset){{0}}, "");
	expect_text(SET(0), "0");
	expect_text(SET(5), "5");
	expect_text(SET(0, 1), "0-1");
	expect_text(SET(0, 1, 2, 5), "0-2,5");
	expect_text(SET(0, 2, 4), "0,2,4");
	expect_text(SET(9, 10, 99, 100, 101), "9-10,99-101");
	expect_text(SET(62, 63, 64, 65), "62-65");
	expect_text(SET(255), "255");
	expect_text(
		(struct cpuset){
			{~0ULL, ~0ULL, ~0ULL, ~0ULL}
        },
		"0-255");
	expect_text(
		(struct cpuset){
			{0, 0, 0, ~0ULL}
        },
		"192-255");
}

static size_t text_length(u64 pattern, u32 period, u32 shift)
{
	struct cpuset set;
	char buf[CPUSET_FORMAT_MAX];

	cpuset_clear_all(&set);
	for (u32 cpu = 0; cpu < BH_MAX_CPUS; cpu++)
		if ((pattern >> ((cpu + shift) % period)) & 1)
			cpuset_set(&set, cpu);
	assert_true(cpuset_format(buf, sizeof(buf), &set));
	return strlen(buf);
}

static void the_longest_list_fits_the_constant(void **state)
{
	size_t longest = 0;

	(void)state;
	/* every repeating pattern of up to 8 CPUs, at every offset */
	for (u32 period = 1; period <= 8; period++)
		for (u64 pattern = 0; pattern < BIT64(period); pattern++)
			for (u32 shift = 0; shift < period; shift++) {
				size_t length = text_length(pattern, period, shift);

				longest = length > longest ? length : longest;
			}
	assert_in_range(longest, CPUSET_FORMAT_MAX - 20, CPUSET_FORMAT_MAX - 1);
}

static void a_short_buffer_holds_whole_ranges_only(void **state)
{
	struct cpuset set = SET(0, 1, 2, 5, 100);
	const char *full = "0-2,5,100";

	(void)state;
	for (u32 size = 0; size <= 12; size++) {
		char *buf = test_malloc(size + 1);

		buf[size] = '#';
		assert_int_equal(cpuset_format(buf, size, &set), size > strlen(full));
		assert_int_equal(buf[size], '#');
		if (size) {
			size_t len = strlen(buf);

			assert_true(len < size);
			assert_memory_equal(buf, full, len);
			assert_true(len == 0 || full[len] == ',' || full[len] == '\0');
		}
		test_free(buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cpu_is_a_member_of_its_own),
		cmocka_unit_test(numbers_beyond_the_last_cpu_change_nothing),
		cmocka_unit_test(iteration_visits_members_in_order_across_words),
		cmocka_unit_test(counting_works_in_every_word),
		cmocka_unit_test(subsets_are_told_in_every_word),
		cmocka_unit_test(and_and_or_work_in_place),
		cmocka_unit_test(sets_print_as_linux_cpu_lists),
		cmocka_unit_test(the_longest_list_fits_the_constant),
		cmocka_unit_test(a_short_buffer_holds_whole_ranges_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
