/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/irq_route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* CPUs 1, 2 and 5 of eight are the cell's; apic id = CPU number. */
static struct apic_dest_cpu cpu[8];
static struct cpuset cell;
static struct apic_dest_ctx ctx = {&cell, cpu, false};

static int setup(void **state)
{
	(void)state;
	cpuset_clear_all(&cell);
	cpuset_set(&cell, 1);
	cpuset_set(&cell, 2);
	cpuset_set(&cell, 5);
	for (u32 i = 0; i < 8; i++)
		cpu[i] = (struct apic_dest_cpu){i, 1u << (24 + i), 0xffffffff};
	ctx.x2apic = false;
	return 0;
}

static enum irq_verdict msi(u64 address, u32 data, struct irq_target *out)
{
	struct irq_wish wish;

	assert_true(irq_from_msi(address, data, &wish));
	return irq_resolve(&wish, &ctx, false, out);
}

static enum irq_verdict rte(u64 value, bool for_root, struct irq_target *out)
{
	struct irq_wish wish;

	irq_from_rte(value, &wish);
	return irq_resolve(&wish, &ctx, for_root, out);
}

static void expect_cpu(const struct irq_target *t, u32 apic_id, u8 vector)
{
	assert_int_equal(t->apic_id, apic_id);
	assert_int_equal(t->vector, vector);
	assert_int_equal(t->delivery, ICR_DELIVERY_FIXED);
}

static void msi_to_a_cpu_of_the_cell_goes_there(void **state)
{
	struct irq_target t;

	(void)state;
	assert_int_equal(msi(0xfee05000, 0x41, &t), IRQ_OK);
	expect_cpu(&t, 5, 0x41);
	assert_false(t.level);
}

static void msi_to_a_foreign_cpu_goes_nowhere(void **state)
{
	struct irq_target t;

	(void)state;
	assert_int_equal(msi(0xfee03000, 0x41, &t), IRQ_NOBODY);
	assert_int_equal(msi(0xfee00000, 0x41, &t), IRQ_NOBODY);
}

static void msi_to_a_logical_set_goes_to_its_first_cpu_within_the_cell(void **state)
{
	struct irq_target t;

	(void)state;
	assert_int_equal(msi(0xfee2d00c, 0x41, &t), IRQ_OK); /* CPUs 0, 2, 3, 5; RH */
	expect_cpu(&t, 2, 0x41);
	assert_int_equal(msi(0xfee2d004, 0x141, &t), IRQ_OK); /* without RH; lowest priority */
	expect_cpu(&t, 2, 0x41);
	assert_int_equal(msi(0xfee09004, 0x41, &t), IRQ_NOBODY); /* CPUs 0 and 3 */
}

static void cluster_destinations_follow_the_guests_format_register(void **state)
{
	struct irq_target t;

	(void)state;
	cpu[2].dfr = cpu[5].dfr = 0x0fffffff;
	cpu[2].ldr = 0x11000000;
	cpu[5].ldr = 0x21000000;
	cpu[1].ldr = 0;
	assert_int_equal(msi(0xfee21004, 0x41, &t), IRQ_OK);
	expect_cpu(&t, 5, 0x41);
}

static void broadcast_stays_within_the_cell(void **state)
{
	struct irq_target t;

	(void)state;
	assert_int_equal(msi(0xfeeff000, 0x41, &t), IRQ_OK);
	expect_cpu(&t, 1, 0x41);
	ctx.x2apic = true;
	assert_int_equal(msi(0xfeeff000, 0x41, &t), IRQ_OK);
	expect_cpu(&t, 1, 0x41);
}

static void x2apic_logical_destination_is_a_set_in_cluster_0(void **state)
{
	struct irq_target t;

	(void)state;
	ctx.x2apic = true;
	assert_int_equal(msi(0xfee24004, 0x41, &t), IRQ_OK);
	expect_cpu(&t, 2, 0x41);
	cpu[1].apic_id = 0x21; /* cluster 2: eight bits cannot name it logically ... */
	assert_int_equal(msi(0xfee02004, 0x41, &t), IRQ_NOBODY);
	assert_int_equal(msi(0xfee21000, 0x41, &t), IRQ_OK); /* ... but physically */
	expect_cpu(&t, 0x21, 0x41);
}

static void strange_addresses_are_no_msi(void **state)
{
	struct irq_wish wish;

	(void)state;
	assert_false(irq_from_msi(0, 0x41, &wish));
	assert_false(irq_from_msi(0xfed00000, 0x41, &wish));
	assert_false(irq_from_msi(0xfef00000, 0x41, &wish));
	assert_false(irq_from_msi(0x1fee01000, 0x41, &wish));
	assert_false(irq_from_msi(0xfee01010, 0x41, &wish)); /* remappable: our own format */
}

static void illegal_vectors_are_refused(void **state)
{
	struct irq_target t;

	(void)state;
	for (u32 vector = 0; vector < 16; vector++)
		assert_int_equal(msi(0xfee05000, vector, &t), IRQ_BAD_VECTOR);
	assert_int_equal(msi(0xfee05000, 16, &t), IRQ_OK);
}

static void smi_and_init_are_refused_for_every_cell(void **state)
{
	static const u32 modes[] = {2, 3, 5, 6};
	struct irq_target t;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(modes); i++) {
		assert_int_equal(rte(0x0500000000000041 | modes[i] << 8, false, &t), IRQ_REFUSED);
		assert_int_equal(rte(0x0500000000000041 | modes[i] << 8, true, &t), IRQ_REFUSED);
	}
}

static void nmi_and_extint_are_roots_alone(void **state)
{
	struct irq_target t;

	(void)state;
	assert_int_equal(rte(0x0500000000000400, false, &t), IRQ_REFUSED);
	assert_int_equal(rte(0x0500000000000700, false, &t), IRQ_REFUSED);
	assert_int_equal(rte(0x0500000000008400, true, &t), IRQ_OK);
	assert_int_equal(t.delivery, ICR_DELIVERY_NMI);
	assert_int_equal(t.apic_id, 5);
	assert_false(t.level); /* NMI is an edge */
	assert_int_equal(rte(0x0500000000000700, true, &t), IRQ_OK);
	assert_int_equal(t.delivery, DELIVERY_EXTINT);
	assert_int_equal(rte(0x0300000000000400, true, &t), IRQ_NOBODY);
}

static void level_trigger_of_an_entry_is_kept(void **state)
{
	struct irq_target t;

	(void)state;
	assert_int_equal(rte(0x0200000000008051, false, &t), IRQ_OK);
	expect_cpu(&t, 2, 0x51);
	assert_true(t.level);
	assert_int_equal(rte(0x2400000000000951, false, &t), IRQ_OK); /* logical, lowest */
	expect_cpu(&t, 2, 0x51);
	assert_false(t.level);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(msi_to_a_cpu_of_the_cell_goes_there),
		TEST(msi_to_a_foreign_cpu_goes_nowhere),
		TEST(msi_to_a_logical_set_goes_to_its_first_cpu_within_the_cell),
		TEST(cluster_destinations_follow_the_guests_format_register),
		TEST(broadcast_stays_within_the_cell),
		TEST(x2apic_logical_destination_is_a_set_in_cluster_0),
		TEST(strange_addresses_are_no_msi),
		TEST(illegal_vectors_are_refused),
		TEST(smi_and_init_are_refused_for_every_cell),
		TEST(nmi_and_extint_are_roots_alone),
		TEST(level_trigger_of_an_entry_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
