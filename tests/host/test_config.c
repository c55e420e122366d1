/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <bulkhead/cell.h>

#include "make_config.h"

static struct policy policy;
static struct config config;
static struct why why;

static bool open_sealed(void)
{
	seal_policy(&policy);
	return config_open(&config, &policy, sizeof(policy), &why);
}

static void expect_refusal(const char *sentence)
{
	assert_false(open_sealed());
	assert_non_null(strstr(why.text, sentence));
	make_policy(&policy);
}

static void crc_is_the_ieee_one(void **state)
{
	u8 bytes[64];

	(void)state;
	/* The check value of CRC-32/ISO-HDLC, and pieces that straddle the steps of eight bytes */
	assert_int_equal(crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(crc32(0, "", 0), 0);
	for (u32 i = 0; i < sizeof(bytes); i++)
		bytes[i] = (u8)(i * 37);
	for (u32 i = 0; i <= sizeof(bytes); i++)
		assert_int_equal(crc32(crc32(0, bytes, i), bytes + i, sizeof(bytes) - i),
				 crc32(0, bytes, sizeof(bytes)));
}

static void sound_policy_is_accepted(void **state)
{
	u8 padded[sizeof(policy) + 512] __attribute__((aligned(8))) = {0};

	(void)state;
	make_policy(&policy);
	assert_true(open_sealed());
	assert_string_equal(config.cells[1].name, "servo-2_x");
	memcpy(padded, &policy, sizeof(policy));
	assert_true(config_open(&config, padded, sizeof(padded), &why));
}

static void damage_is_found_at_every_byte(void **state)
{
	(void)state;
	make_policy(&policy);
	for (u32 i = 0; i < sizeof(policy); i++) {
		((u8 *)&policy)[i] ^= 0x10;
		assert_false(config_open(&config, &policy, sizeof(policy), &why));
		((u8 *)&policy)[i] ^= 0x10;
	}
	assert_true(config_open(&config, &policy, sizeof(policy), &why));
}

static void cut_off_policy_is_refused_at_every_length(void **state)
{
	(void)state;
	make_policy(&policy);
	for (u32 size = 0; size < sizeof(policy); size++)
		assert_false(config_open(&config, &policy, size, &why));
}

static void other_versions_are_refused(void **state)
{
	(void)state;
	make_policy(&policy);
	policy.head.version++;
	expect_refusal("mkimage of the same build");
}

static void counts_that_do_not_fit_are_refused(void **state)
{
	(void)state;
	make_policy(&policy);
	policy.head.cell_count = 1;
	expect_refusal("does not fit");
	policy.head.cell_count = BH_CONFIG_MAX_CELLS + 1;
	expect_refusal("does not fit");
	policy.head.cell_count = 0xffffffff;
	expect_refusal("does not fit");
}

static void unknown_settings_are_refused(void **state)
{
	(void)state;
	make_policy(&policy);
	policy.head.iommu = 2;
	expect_refusal("unknown setting");
	policy.head.on_failure = 3;
	expect_refusal("unknown setting");
	policy.head.root_min_cpus = 0;
	expect_refusal("unknown setting");
	policy.cells[0].boot = 9;
	expect_refusal("unknown boot kind 9");
	policy.cells[1].cpu_count = 0;
	expect_refusal("wants no CPU");
}

static void named_cpus_must_fit(void **state)
{
	(void)state;
	make_policy(&policy);
	policy.cells[0].cpu_mask[1] = BIT64(6);
	seal_policy(&policy);
	assert_true(config_open(&config, &policy, sizeof(policy), &why));
	policy.cells[1].cpu_mask[1] = BIT64(6);
	expect_refusal("cells hello and servo-2_x both name CPU 70");
	policy.cells[1].cpu_mask[1] = BIT64(5) | BIT64(7);
	expect_refusal("cell servo-2_x: its list of CPUs does not fit their number");
	policy.cells[1].cpu_mask[1] = 0;
	policy.cells[1].cpu_mask[0] = BIT64(0);
	expect_refusal("cell servo-2_x: its list of CPUs does not fit their number");
}

static void bad_names_are_refused(void **state)
{
	static const char *const bad[] = {"",   "root", "Hello", "1st",
					  "-x", "a b",  "a\n",   "h\303\266"};

	(void)state;
	make_policy(&policy);
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		strcpy(policy.cells[1].name, bad[i]);
		expect_refusal("cell 2 has no usable name");
	}
	memset(policy.cells[0].name, 'a', BH_NAME_SIZE);
	expect_refusal("cell 1 has no usable name");
	strcpy(policy.cells[1].name, "hello");
	expect_refusal("two cells are called hello");
}

static void memory_must_be_pages_below_the_info_page(void **state)
{
	(void)state;
	make_policy(&policy);
	policy.cells[0].memory_size = 0x10800;
	expect_refusal("whole pages");
	policy.cells[0].memory_size = 0xf000;
	expect_refusal("whole pages");
	policy.cells[0].memory_gpa = 0x800;
	expect_refusal("whole pages");
	policy.cells[0].memory_gpa = 0xfe000000 - 0x1ff000;
	expect_refusal("info page");
	policy.cells[0].memory_size = 0xfffffffffffff000ULL;
	expect_refusal("info page");
	policy.cells[0].memory_gpa = 0xfffffffffffff000ULL;
	expect_refusal("info page");
	policy.cells[0].memory_gpa = 0xfe000000 - 0x200000;
	assert_true(open_sealed());
}

static void program_must_lie_in_its_section(void **state)
{
	(void)state;
	make_policy(&policy);
	policy.cells[1].image_size = 0x2001;
	expect_refusal("outside section .rtcells");
	policy.cells[1].image_offset = UINT64_MAX;
	expect_refusal("outside section .rtcells");
	policy.cells[1].image_size = UINT64_MAX;
	expect_refusal("outside section .rtcells");
	policy.cells[1].image_size = 0x2000;
	assert_true(open_sealed());
}

static void arguments_must_end(void **state)
{
	(void)state;
	make_policy(&policy);
	memset(policy.cells[0].args, 'x', BH_ARGS_SIZE);
	expect_refusal("its arguments do not end");
}

/* Give cell @index a range of ports. */
static void set_ports(u32 index, u16 first, u16 last)
{
	struct bh_config_cell *c = &policy.cells[index];

	c->ports[c->port_count++] = (struct bh_config_ports){first, last};
}

static void ports_are_one_cells_and_not_the_machines(void **state)
{
	(void)state;
	make_policy(&policy);
	set_ports(0, 0x300, 0x30f);
	set_ports(0, 0x310, 0x310);
	set_ports(1, 0x2f8, 0x2ff);
	assert_true(open_sealed());
	set_ports(1, 0x30f, 0x30f);
	expect_refusal("cells hello and servo-2_x both have ports of 0x30f-0x30f");
	set_ports(1, 0x300, 0x30f);
	set_ports(1, 0x2ff, 0x300);
	expect_refusal("cells servo-2_x and servo-2_x both have ports");
	set_ports(0, 0x301, 0x300);
	expect_refusal("0x301-0x300 are no range");
	set_ports(0, 0x50, 0x61);
	expect_refusal("cell hello: I/O ports 0x50-0x61 are for no RT cell (i8042");
	set_ports(0, 0x3f0, 0x3f8);
	expect_refusal("are those of Bulkhead's console");
	set_ports(0, 0x3ff, 0x400);
	expect_refusal("are those of Bulkhead's console");
	policy.head.console_port = 0;
	set_ports(0, 0x3ff, 0x400);
	assert_true(open_sealed());
	make_policy(&policy);
	policy.cells[0].port_count = BH_MAX_PORTS + 1;
	expect_refusal("cell hello: too many ranges of I/O ports, or interrupt lines");
}

static void interrupt_lines_are_one_cells_and_not_the_machines(void **state)
{
	(void)state;
	make_policy(&policy);
	policy.cells[0].irq_count = policy.cells[1].irq_count = 1;
	policy.cells[0].irqs[0] = 5;
	policy.cells[1].irqs[0] = 7;
	assert_true(open_sealed());
	policy.cells[1].irqs[0] = 5;
	expect_refusal("cell servo-2_x: interrupt line 5 is given away twice");
	policy.cells[0].irq_count = 2;
	policy.cells[0].irqs[0] = policy.cells[0].irqs[1] = 6;
	expect_refusal("cell hello: interrupt line 6 is given away twice");
	policy.cells[0].irq_count = 1;
	policy.cells[0].irqs[0] = 2;
	expect_refusal("interrupt line 2 stays with the root cell (the system timer)");
	policy.cells[1].irq_count = BH_MAX_IRQS + 1;
	expect_refusal("cell servo-2_x: too many ranges of I/O ports, or interrupt lines");
}

static void set_link(u32 index, const char *name, u64 size, u32 flags)
{
	struct bh_config_cell *c = &policy.cells[index];
	struct bh_config_link *link = &c->links[c->link_count++];

	strcpy(link->name, name);
	link->size = size;
	link->flags = flags;
}

static void links_have_names_and_sizes(void **state)
{
	(void)state;
	make_policy(&policy);
	set_link(0, "axis", 0x1000, BH_LINK_WRITE);
	set_link(0, "log", BH_CELL_LINKS_SIZE, 0);
	assert_true(open_sealed());
	set_link(0, "axis", 0x1000, 0);
	expect_refusal("cell hello: link axis is there twice");
	set_link(1, "", 0x1000, 0);
	expect_refusal("cell servo-2_x: link 1 has no usable name");
	set_link(1, "a", 0, 0);
	expect_refusal("cell servo-2_x: link a has an impossible size or flag");
	set_link(1, "a", 0x1800, 0);
	expect_refusal("link a has an impossible size or flag");
	set_link(1, "a", BH_CELL_LINKS_SIZE + 0x1000ull, 0);
	expect_refusal("link a has an impossible size or flag");
	set_link(1, "a", 0x1000, 2);
	expect_refusal("link a has an impossible size or flag");
	memset(policy.cells[1].links[0].name, 'a', BH_NAME_SIZE);
	policy.cells[1].link_count = 1;
	expect_refusal("link 1 has no usable name");
	policy.cells[1].link_count = BH_MAX_LINKS + 1;
	expect_refusal("cell servo-2_x: too many links");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc_is_the_ieee_one),
		cmocka_unit_test(sound_policy_is_accepted),
		cmocka_unit_test(damage_is_found_at_every_byte),
		cmocka_unit_test(cut_off_policy_is_refused_at_every_length),
		cmocka_unit_test(other_versions_are_refused),
		cmocka_unit_test(counts_that_do_not_fit_are_refused),
		cmocka_unit_test(unknown_settings_are_refused),
		cmocka_unit_test(named_cpus_must_fit),
		cmocka_unit_test(bad_names_are_refused),
		cmocka_unit_test(memory_must_be_pages_below_the_info_page),
		cmocka_unit_test(program_must_lie_in_its_section),
		cmocka_unit_test(arguments_must_end),
		cmocka_unit_test(ports_are_one_cells_and_not_the_machines),
		cmocka_unit_test(interrupt_lines_are_one_cells_and_not_the_machines),
		cmocka_unit_test(links_have_names_and_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
