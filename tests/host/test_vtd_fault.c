/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fault reports on a register page that is plain memory: nothing written there clears anything, so
 * a fault is pending again and again, as with a device that never stops. The source is included,
 * because a test must begin with a new second.
 */
#include "iommu/vtd_fault.c"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/format.h"

#define FAULTS      0x220u
#define CAP         ((u64)(FAULTS / 16) << 24) /* one record */
#define RECORD_FULL (1ULL << 63)

static u64 regs[PAGE_SIZE / 8];
static char first[200]; /* what was said */
static u32 said;

struct vtd_unit vtd_units[VTD_MAX_UNITS];
u32 vtd_unit_count;
struct cell *cells;
struct cpu_shared *cpus;
const struct vcpu_ops *vcpu_ops;
u32 tsc_khz;

static struct {
	struct bh_boot_info info;
	struct bh_boot_pci pci[2];
} handed = {
	.info = {.pci_count = 2,                      .pci_offset = sizeof(struct bh_boot_info)},
	.pci = {{.bdf = BH_BDF(0, 2, 0), .cell = 0}, {.bdf = BH_BDF(1, 0, 1), .cell = 1}      }
};

void say(const char *fmt, ...)
{
	va_list ap;

	if (said++)
		return;
	va_start(ap, fmt);
	vformat(first, sizeof(first), fmt, ap);
	va_end(ap);
}

static struct vtd_unit *unit(void)
{
	return &vtd_units[0];
}

static void start(bool polls)
{
	static struct cell two[2] = {{.name = "root"}, {.name = "rt"}};
	static struct cpu_shared cpu[1] = {{.apic_id = 0x123}};
	static struct vcpu_ops ops;

	ops.polls_console = polls;
	vcpu_ops = &ops;
	cells = two;
	cpus = cpu;
	memset(regs, 0, sizeof(regs));
	vtd_units[0] = (struct vtd_unit){.regs = (volatile u8 *)regs, .cap = CAP};
	vtd_unit_count = 1;
	tsc_khz = 1u << 31; /* a second takes a quarter of an hour */
	second_end = 0;
	lines = reports = unsaid = said = 0;
	masked = nmi_due = false;
	vtd_faults_setup(&handed.info);
	vtd_faults_on(unit());
	vtd_write(unit(), VTD_FSTS, 0);
}

static int setup(void **state)
{
	(void)state;
	start(false);
	return 0;
}

static void fault(u16 bdf, u8 reason, u64 address)
{
	regs[FAULTS / 8] = address;
	regs[FAULTS / 8 + 1] = RECORD_FULL | (u64)reason << 32 | bdf;
	vtd_write(unit(), VTD_FSTS, FSTS_PENDING);
}

static void event_is_an_nmi_to_roots_boot_cpu(void **state)
{
	(void)state;
	assert_int_equal(vtd_read(unit(), VTD_FECTL), 0);
	assert_int_equal(vtd_read(unit(), VTD_FEDATA), 4 << 8);
	assert_int_equal(vtd_read(unit(), VTD_FEADDR), 0xfee23000);
	assert_int_equal(vtd_read(unit(), VTD_FEUADDR), 0x100);
}

static void a_backend_that_polls_gets_no_event(void **state)
{
	(void)state;
	start(true);
	assert_int_equal(vtd_read(unit(), VTD_FECTL), FECTL_MASK);
	fault(BH_BDF(0, 2, 0), 5, 0x3ae00000);
	assert_false(vtd_check_faults(true)); /* an NMI has another cause */
	assert_true(said > 0);
}

static void report_names_device_cell_and_address(void **state)
{
	(void)state;
	fault(BH_BDF(1, 0, 1), 5, 0x3ae00000);
	vtd_check_faults(false);
	assert_string_equal(first, "iommu: blocked write to 0x3ae00000 by 01:00.1 (cell rt): not "
				   "memory of its cell (reason 0x5)");
	fault(BH_BDF(9, 0, 0), 0x26, 7ULL << 48);
	second_end = lines = said = unsaid = 0;
	vtd_check_faults(false);
	assert_string_equal(first,
			    "iommu: blocked interrupt 7 of 09:00.0 (cell none): the interrupt "
			    "belongs to another device (reason 0x26)");
}

static void an_nmi_is_explained_once(void **state)
{
	(void)state;
	assert_false(vtd_check_faults(true));
	fault(BH_BDF(0, 2, 0), 5, 0x1000);
	vtd_check_faults(false); /* looked for another reason; its NMI is still to come */
	vtd_write(unit(), VTD_FSTS, 0);
	assert_true(vtd_check_faults(true));
	assert_false(vtd_check_faults(true));
}

/* A second fault while the first one's NMI is handled: it is read at once, its NMI comes later. */
static void each_of_two_faults_may_have_an_nmi(void **state)
{
	(void)state;
	fault(BH_BDF(0, 2, 0), 5, 0x1000);
	assert_true(vtd_check_faults(true));
	vtd_write(unit(), VTD_FSTS, 0);
	assert_true(vtd_check_faults(true));
	assert_false(vtd_check_faults(true));
}

static void lines_are_limited_and_the_rest_is_counted(void **state)
{
	(void)state;
	fault(BH_BDF(0, 2, 0), 5, 0x1000);
	for (u32 i = 0; i < 1000; i++)
		vtd_check_faults(true);
	assert_int_equal(said, LINES_PER_SECOND);
	vtd_write(unit(), VTD_FSTS, 0);
	second_end = said = 0;
	vtd_check_faults(true);
	assert_string_equal(first, "iommu: 63992 more blocked accesses were not printed");
}

static void a_flood_silences_the_units_for_the_rest_of_the_second(void **state)
{
	(void)state;
	fault(BH_BDF(0, 2, 0), 5, 0x1000);
	vtd_check_faults(true);
	assert_int_equal(vtd_read(unit(), VTD_FECTL), FECTL_MASK);
	vtd_write(unit(), VTD_FSTS, 0);
	vtd_check_faults(true);
	assert_int_equal(vtd_read(unit(), VTD_FECTL), FECTL_MASK);
	second_end = 0;
	vtd_check_faults(true);
	assert_int_equal(vtd_read(unit(), VTD_FECTL), 0);
}

static void an_overflow_without_a_record_is_cleared(void **state)
{
	(void)state;
	vtd_write(unit(), VTD_FSTS, FSTS_OVERFLOW);
	assert_true(vtd_check_faults(true));
	assert_int_equal(said, 0);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(event_is_an_nmi_to_roots_boot_cpu),
		TEST(a_backend_that_polls_gets_no_event),
		TEST(report_names_device_cell_and_address),
		TEST(an_nmi_is_explained_once),
		TEST(each_of_two_faults_may_have_an_nmi),
		TEST(lines_are_limited_and_the_rest_is_counted),
		TEST(a_flood_silences_the_units_for_the_rest_of_the_second),
		TEST(an_overflow_without_a_record_is_cleared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
