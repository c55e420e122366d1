/* SPDX-License-Identifier: BSD-2-Clause */
/* The small pure units: MSR policy, VMX controls, emulated buses, text formatting. */
#include "core/msr_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/bus.h"
#include "core/error.h"
#include "core/format.h"
#include "core/port_policy.h"
#include "core/rate.h"
#include "x86/vmx/ctl.h"

/* a fake bitmap: the last verdict for one MSR that a test watches */
struct watch {
	u32 msr;
	bool read, write;
};

static void watch_allow(void *bitmap, u32 first, u32 last, bool read, bool write)
{
	struct watch *w = bitmap;

	assert_true(first <= last);
	assert_true(read || write);
	if (w->msr >= first && w->msr <= last) {
		w->read |= read;
		w->write |= write;
	}
}

static struct watch allowed(u32 msr, bool is_root)
{
	struct watch w = {msr, false, false};

	msr_policy_apply(&w, is_root, watch_allow);
	return w;
}

static void no_cell_writes_msrs_that_act_on_the_machine(void **state)
{
	static const u32 forbidden[] = {
		0x1b,              /* APIC_BASE: trapped */
		0x3a,              /* FEATURE_CONTROL */
		0x79,              /* microcode update */
		0x199,             /* PERF_CTL */
		0x19a,             /* CLOCK_MODULATION */
		0x200,      0x2ff, /* MTRRs */
		0x400,             /* MC0_CTL */
		0x560,      0x570, /* Intel PT output goes to host-physical memory */
		0x610,             /* package power limit */
		0x770,      0x774, /* HWP */
		0x830,      0x832,      0x835, 0x837, /* ICR, LVTs: filtered */
		0xc0010114, 0xc0010117,               /* VM_CR, VM_HSAVE_PA */
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(forbidden); i++) {
		assert_false(allowed(forbidden[i], true).write);
		assert_false(allowed(forbidden[i], false).write);
	}
}

static void the_exit_free_timer_and_eoi_pass_for_all(void **state)
{
	static const u32 free_writes[] = {0x6e0, 0x80b, 0x808, 0x838, 0x83f};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(free_writes); i++) {
		assert_true(allowed(free_writes[i], true).write);
		assert_true(allowed(free_writes[i], false).write);
	}
}

static void an_rt_cell_has_no_more_than_root(void **state)
{
	(void)state;
	for (u32 msr = 0; msr < 0x2000; msr++) {
		struct watch root = allowed(msr, true), rt = allowed(msr, false);

		assert_true(!rt.read || root.read);
		assert_true(!rt.write || root.write);
	}
}

static void every_rule_has_a_range_rights_and_a_reason(void **state)
{
	(void)state;
	for (u32 i = 0; i < msr_rule_count; i++) {
		assert_true(msr_rules[i].first <= msr_rules[i].last);
		assert_true(msr_rules[i].cells & MSR_FOR_ALL);
		assert_true(msr_rules[i].access & MSR_RW);
		assert_true(strlen(msr_rules[i].why) > 2);
	}
}

/* Linux reads these without a net where CPUID or MCG_CAP announces them: no #GP on real CPUs */
static void root_reads_what_linux_reads_unasked(void **state)
{
	static const u32 read[] = {0x10f, 0x122, 0x123, 0x850, 0xc001001f, 0xc0010140};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(read); i++) {
		assert_true(allowed(read[i], true).read);
		assert_false(allowed(read[i], false).read);
	}
	assert_true(msr_write_ignored(0x850, true));
	assert_true(msr_write_ignored(0xc001001f, true));
}

static void root_sees_no_machine_check_msrs_that_it_does_not_get(void **state)
{
	(void)state;
	assert_false(allowed(0x179, true).read);
	/* a Skylake server: MCG_CTL, CMCI and LMCE besides the rest */
	assert_int_equal(msr_mcg_cap(0xf000c14), 0x1000814);
	assert_int_equal(msr_mcg_cap(~0ULL), 0x10008ff);
	for (u32 ctl2 = 0x280; ctl2 < 0x2a0; ctl2++)
		assert_false(allowed(ctl2, true).read);
}

static void only_root_gets_its_mtrr_writes_swallowed(void **state)
{
	(void)state;
	assert_true(msr_write_ignored(0x200, true));
	assert_true(msr_write_ignored(0x2ff, true));
	assert_false(msr_write_ignored(0x200, false));
	assert_false(msr_write_ignored(0x10, true));
}

static void controls_take_what_is_needed_wanted_and_forced(void **state)
{
	const struct ctl_rule rule = {"test", 0x1, 0x6, 0x8, 0x30};
	u32 value, refused;

	(void)state;
	/* offered: 0x1, 0x2, 0x10, 0x40; forced: 0x40 */
	assert_int_equal(ctl_adjust(&rule, 0x53ULL << 32 | 0x40, &value, &refused), BH_OK);
	assert_int_equal(value, 0x53);
	assert_int_equal(refused, 0);
}

static void controls_name_what_is_missing_and_what_is_forced(void **state)
{
	u32 value, refused;
	u64 all = 0xffffffffULL << 32;

	(void)state;
	assert_int_equal(
		ctl_adjust(&ctl_rules[CTL_CPU2], all & ~((u64)CPU2_EPT << 32), &value, &refused),
		BH_ERR_NO_FEATURE);
	assert_int_equal(refused, CPU2_EPT);
	assert_string_equal(ctl_bit_name(CTL_CPU2, refused), "EPT");
	assert_int_equal(ctl_adjust(&ctl_rules[CTL_CPU], all | CPU_CR3_LOAD, &value, &refused),
			 BH_ERR_NO_FEATURE);
	assert_string_equal(ctl_bit_name(CTL_CPU, refused), "CR3-load exiting");
	assert_string_equal(ctl_bit_name(CTL_CPU, BIT32(13)), "reserved bit");
}

static void controls_never_exit_on_what_must_be_exit_free(void **state)
{
	u64 all = 0xffffffffULL << 32;
	u32 value, refused;

	(void)state;
	assert_int_equal(
		ctl_adjust(&ctl_rules[CTL_CPU], all | (0x0401e172 - 0x18000), &value, &refused),
		BH_OK);
	assert_false(value & (CPU_HLT | CPU_PAUSE | CPU_RDTSC | CPU_CR3_LOAD | CPU_INVLPG));
	assert_int_equal(ctl_adjust(&ctl_rules[CTL_PIN], all | 0x16, &value, &refused), BH_OK);
	assert_false(value & PIN_EXTINT);
	assert_true(value & PIN_NMI);
}

static u64 last_offset;

static void answer(struct vcpu *v, void *arg, struct bus_access *access)
{
	(void)v;
	last_offset = access->offset;
	if (!access->write)
		access->value = *(u64 *)arg;
}

static void bus_finds_the_region_and_its_offset(void **state)
{
	static struct bus bus;
	u64 one = 1, two = 2;
	struct bus_access access = {.size = 4, .value = ~0ULL};

	(void)state;
	memset(&bus, 0, sizeof(bus));
	assert_int_equal(bus_add(&bus, 0x1000, 0x1000, answer, &one), BH_OK);
	assert_int_equal(bus_add(&bus, 0x2000, 0x10, answer, &two), BH_OK);
	assert_true(bus_do(&bus, NULL, 0x2008, &access));
	assert_int_equal(access.value, 2);
	assert_int_equal(last_offset, 8);
	access.value = ~0ULL;
	assert_false(bus_do(&bus, NULL, 0x200d, &access)); /* straddles the end */
	assert_false(bus_do(&bus, NULL, 0xfff, &access));
	assert_false(bus_do(&bus, NULL, 0x2010, &access));
	assert_true(bus_do(&bus, NULL, 0x1ffc, &access));
	assert_int_equal(access.value, 1);
}

static void bus_refuses_overlaps_wraps_and_overflow(void **state)
{
	static struct bus bus;

	(void)state;
	memset(&bus, 0, sizeof(bus));
	assert_int_equal(bus_add(&bus, 0x1000, 0x1000, answer, NULL), BH_OK);
	assert_int_equal(bus_add(&bus, 0x1fff, 1, answer, NULL), BH_ERR_RANGE);
	assert_int_equal(bus_add(&bus, 0, 0x1001, answer, NULL), BH_ERR_RANGE);
	assert_int_equal(bus_add(&bus, 0x3000, 0, answer, NULL), BH_ERR_RANGE);
	assert_int_equal(bus_add(&bus, ~0ULL - 1, 8, answer, NULL), BH_ERR_RANGE);
	for (u32 i = 1; i < BUS_MAX_REGIONS; i++)
		assert_int_equal(bus_add(&bus, 0x10000 + i * 0x1000, 0x1000, answer, NULL), BH_OK);
	assert_int_equal(bus_add(&bus, 0x900000, 0x1000, answer, NULL), BH_ERR_NOMEM);
}

static void format_knows_its_conversions(void **state)
{
	char buf[64];

	(void)state;
	format(buf, sizeof(buf), "%s %c %u %d %x %lu %ld %lx %%", "a", 'b', 7u, -8, 0xbeefu,
	       0xffffffffffffffffUL, -1L, 0x123456789abcdefUL);
	assert_string_equal(buf, "a b 7 -8 beef 18446744073709551615 -1 123456789abcdef %");
	format(buf, sizeof(buf), "%04x|%3u|%02x", 0x1fu, 5u, 0x123u);
	assert_string_equal(buf, "001f|  5|123");
}

static void format_cuts_off_and_terminates(void **state)
{
	char buf[6] = "xxxxx";

	(void)state;
	assert_int_equal(format(buf, 5, "%s", "too long"), 4);
	assert_string_equal(buf, "too ");
	assert_int_equal(buf[5], 0);
	assert_int_equal(format(buf, 1, "%u", 12u), 0);
	assert_string_equal(buf, "");
}

static void every_error_has_a_sentence(void **state)
{
	(void)state;
	for (u32 e = 0; e < BH_ERR_COUNT; e++)
		assert_string_not_equal(bh_strerror((enum bh_err)e), "unknown error");
	assert_string_equal(bh_strerror((enum bh_err)1000), "unknown error");
}

static bool traps(const u8 *bitmap, u32 port)
{
	return bitmap[port / 8] >> (port % 8) & 1;
}

static void ports_trap_for_rt_cells_and_pass_for_root_with_few_exceptions(void **state)
{
	static u8 root[3 * PAGE_SIZE], rt[3 * PAGE_SIZE];
	u32 trapped = 0;

	(void)state;
	port_policy_build(root, sizeof(root), true);
	port_policy_build(rt, sizeof(rt), false);
	for (u32 port = 0; port < 0x10003; port++) { /* SVM's map ends three ports later */
		assert_true(traps(rt, port));
		trapped += traps(root, port);
	}
	assert_int_equal(trapped, 1);
	assert_true(traps(root, 0x80));
	assert_false(traps(root, 0xcf9));
}

static void rules_keep_the_machines_own_lines_from_cells(void **state)
{
	(void)state;
	assert_null(port_policy_find(0x378, 0x37a));
	assert_null(port_policy_find(0xd00, 0xffff));
	assert_int_equal(port_policy_find(0x64, 0x64)->first, 0x60);
	assert_non_null(port_policy_find(0x24, 0x24)); /* the PIC once more, on many boards */
	assert_non_null(port_policy_find(0xff, 0x100));
	assert_null(port_policy_find(0x100, 0x100));
	assert_int_equal(port_policy_find(0xce0, 0xcf8)->first, 0xcf8);
	assert_int_equal(port_policy_find(0x1f, 0x20)->first, 0x20);
	for (u32 i = 0; i < port_rule_count; i++) {
		assert_true(port_rules[i].first <= port_rules[i].last);
		assert_true(port_policy_find(0, port_rules[i].first) != NULL);
		/* in order, and no port twice */
		assert_true(i == 0 || port_rules[i - 1].last < port_rules[i].first);
	}
	assert_non_null(irq_policy_reserved(0));
	assert_non_null(irq_policy_reserved(8));
	assert_null(irq_policy_reserved(5));
}

static void rate_lets_a_burst_pass_and_then_one_per_interval(void **state)
{
	struct rate r = {0, 0};
	u64 now = 1000000;

	(void)state;
	for (u32 i = 0; i < 5; i++)
		assert_true(rate_take(&r, now, 100, 5));
	assert_false(rate_take(&r, now, 100, 5));
	assert_false(rate_take(&r, now + 99, 100, 5));
	assert_true(rate_take(&r, now + 100, 100, 5));
	assert_false(rate_take(&r, now + 150, 100, 5));
	for (u32 i = 0; i < 5; i++) /* a long pause fills it, but not beyond the burst */
		assert_true(rate_take(&r, now + 100000, 100, 5));
	assert_false(rate_take(&r, now + 100000, 100, 5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_cell_writes_msrs_that_act_on_the_machine),
		cmocka_unit_test(the_exit_free_timer_and_eoi_pass_for_all),
		cmocka_unit_test(an_rt_cell_has_no_more_than_root),
		cmocka_unit_test(every_rule_has_a_range_rights_and_a_reason),
		cmocka_unit_test(root_reads_what_linux_reads_unasked),
		cmocka_unit_test(root_sees_no_machine_check_msrs_that_it_does_not_get),
		cmocka_unit_test(only_root_gets_its_mtrr_writes_swallowed),
		cmocka_unit_test(controls_take_what_is_needed_wanted_and_forced),
		cmocka_unit_test(controls_name_what_is_missing_and_what_is_forced),
		cmocka_unit_test(controls_never_exit_on_what_must_be_exit_free),
		cmocka_unit_test(bus_finds_the_region_and_its_offset),
		cmocka_unit_test(bus_refuses_overlaps_wraps_and_overflow),
		cmocka_unit_test(format_knows_its_conversions),
		cmocka_unit_test(format_cuts_off_and_terminates),
		cmocka_unit_test(every_error_has_a_sentence),
		cmocka_unit_test(ports_trap_for_rt_cells_and_pass_for_root_with_few_exceptions),
		cmocka_unit_test(rules_keep_the_machines_own_lines_from_cells),
		cmocka_unit_test(rate_lets_a_burst_pass_and_then_one_per_interval),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
