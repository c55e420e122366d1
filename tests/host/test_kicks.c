/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/kicks.h"

#define PATIENCE 1000u

static void nmi_without_a_kick_is_foreign(void **state)
{
	struct kick_ledger k = {0};

	(void)state;
	assert_false(kick_claim(&k, 0, 0, 5000, PATIENCE));
}

static void each_kick_explains_one_nmi(void **state)
{
	struct kick_ledger k = {0};

	(void)state;
	for (u32 i = 1; i < 100; i++) {
		assert_true(kick_claim(&k, i, i, i, PATIENCE));
		assert_false(kick_claim(&k, i, i, i, PATIENCE));
	}
}

/* Counted by the second sender before the first NMI was looked at, sent afterwards. */
static void nmi_may_come_after_its_kick_was_seen(void **state)
{
	struct kick_ledger k = {0};

	(void)state;
	assert_true(kick_claim(&k, 2, 1, 10, PATIENCE));
	assert_true(kick_claim(&k, 2, 2, 20, PATIENCE));
	assert_false(kick_claim(&k, 2, 2, 30, PATIENCE));
}

static void nmi_latched_behind_the_first_is_ours(void **state)
{
	struct kick_ledger k = {0};

	(void)state;
	assert_true(kick_claim(&k, 2, 2, 10, PATIENCE));
	assert_true(kick_claim(&k, 2, 2, 20, PATIENCE));
	assert_false(kick_claim(&k, 2, 2, 30, PATIENCE));
}

/* Only one NMI is latched, however many were sent. */
static void merged_kicks_excuse_one_nmi_only(void **state)
{
	struct kick_ledger k = {0};

	(void)state;
	assert_true(kick_claim(&k, 50, 50, 10, PATIENCE));
	assert_true(kick_claim(&k, 50, 50, 20, PATIENCE));
	assert_false(kick_claim(&k, 50, 50, 30, PATIENCE));
}

static void each_sender_on_its_way_is_waited_for(void **state)
{
	struct kick_ledger k = {0};

	(void)state;
	assert_true(kick_claim(&k, 4, 1, 10, PATIENCE));
	for (u32 i = 0; i < 3; i++)
		assert_true(kick_claim(&k, 4, 2 + i, 20 + i, PATIENCE));
	assert_false(kick_claim(&k, 4, 4, 30, PATIENCE));
}

static void nobody_waits_for_ever_for_a_merged_kick(void **state)
{
	struct kick_ledger k = {0};

	(void)state;
	assert_true(kick_claim(&k, 2, 2, 10, PATIENCE));
	assert_false(kick_claim(&k, 2, 2, 10 + PATIENCE + 1, PATIENCE));
	/* and what was given up does not count for later kicks */
	assert_true(kick_claim(&k, 3, 3, 5000, PATIENCE));
	assert_false(kick_claim(&k, 3, 3, 5001, PATIENCE));
}

static void counters_may_wrap(void **state)
{
	struct kick_ledger k = {.taken = 0xffffffff};

	(void)state;
	assert_true(kick_claim(&k, 1, 0, 10, PATIENCE));
	assert_true(kick_claim(&k, 1, 1, 20, PATIENCE));
	assert_false(kick_claim(&k, 1, 1, 30, PATIENCE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nmi_without_a_kick_is_foreign),
		cmocka_unit_test(each_kick_explains_one_nmi),
		cmocka_unit_test(nmi_may_come_after_its_kick_was_seen),
		cmocka_unit_test(nmi_latched_behind_the_first_is_ours),
		cmocka_unit_test(merged_kicks_excuse_one_nmi_only),
		cmocka_unit_test(each_sender_on_its_way_is_waited_for),
		cmocka_unit_test(nobody_waits_for_ever_for_a_merged_kick),
		cmocka_unit_test(counters_may_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
