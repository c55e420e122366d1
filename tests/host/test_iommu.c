/* SPDX-License-Identifier: BSD-2-Clause */
#include "iommu/iommu.h"

#include <bulkhead/image.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/console.h"
#include "core/format.h"

static char said[200];

const struct iommu_ops vtd_ops = {.name = "vtd"};

void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vformat(said, sizeof(said), fmt, ap);
	va_end(ap);
}

static void off_remaps_nothing_and_needs_no_memory(void **state)
{
	struct bh_boot_info info = {.iommu = BH_IOMMU_OFF, .unit_count = 1};
	struct page_pool pool = {0};
	u32 first = 7;

	(void)state;
	assert_int_equal(iommu_init(&info, &pool), BH_OK);
	assert_int_equal(iommu_build(&info, &pool), BH_OK);
	assert_int_equal(iommu_enable(), BH_OK);
	assert_false(iommu_active());
	assert_string_equal(iommu_name(), "off");
	assert_int_equal(iommu_bytes(), 0);
	assert_int_equal(iommu_irq_alloc(0x10, 5000, &first), BH_OK);
	iommu_irq_set(first, NULL);
	assert_false(iommu_check_faults(true));
}

static void off_messages_are_physical_and_name_one_cpu(void **state)
{
	struct irq_target t = {.apic_id = 5, .vector = 0x41, .level = true};
	struct msi_message m;

	(void)state;
	iommu_msi_message(0, 1, &t, &m);
	assert_int_equal(m.address, 0xfee05000);
	assert_int_equal(m.data, 0x41);
	assert_int_equal(iommu_rte(0, &t), 0x0500000000008041);
	t.delivery = ICR_DELIVERY_NMI;
	t.level = false;
	assert_int_equal(iommu_rte(0, &t), 0x0500000000000441);
}

static void required_without_a_unit_is_refused_with_a_sentence(void **state)
{
	struct bh_boot_info info = {.iommu = BH_IOMMU_REQUIRED};
	struct page_pool pool = {0};

	(void)state;
	said[0] = 0;
	assert_int_equal(iommu_init(&info, &pool), BH_ERR_IOMMU);
	assert_non_null(strstr(said, "cannot start: iommu: required, but "));
	assert_false(iommu_active());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(off_remaps_nothing_and_needs_no_memory),
		cmocka_unit_test(off_messages_are_physical_and_name_one_cpu),
		cmocka_unit_test(required_without_a_unit_is_refused_with_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
