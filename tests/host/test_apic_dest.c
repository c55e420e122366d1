/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/apic_dest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define XAPIC    false
#define X2APIC   true

#define LOGICAL  BIT64(11)
#define ASSERT   BIT64(14)
#define LEVEL    BIT64(15)
#define MODE(m)  ((u64)(m) << 8)
#define SHORT(s) ((u64)(s) << 18)

static enum icr_verdict verdict(u64 value, bool x2apic)
{
	struct icr icr;

	return apic_icr_decode(value, x2apic, &icr);
}

static void xapic_and_x2apic_values_give_the_same_command(void **state)
{
	struct icr x, x2;
	u64 low = 0x4c45 | LOGICAL | SHORT(ICR_SHORT_NONE);

	(void)state;
	/* the xAPIC keeps its destination in bits 31:24 of the high register */
	assert_int_equal(apic_icr_decode(0x12000000ULL << 32 | low, XAPIC, &x), ICR_NMI);
	assert_int_equal(apic_icr_decode(0x12ULL << 32 | low, X2APIC, &x2), ICR_NMI);
	assert_int_equal(x.dest, 0x12);
	assert_int_equal(x2.dest, 0x12);
	assert_int_equal(x.vector, 0x45);
	assert_int_equal(x.delivery, ICR_DELIVERY_NMI);
	assert_true(x.logical && x.assert && !x.level);
	assert_int_equal(x.shorthand, ICR_SHORT_NONE);
	assert_memory_equal(&x, &x2, sizeof(x));
}

static void each_field_comes_from_its_own_bits(void **state)
{
	struct icr icr;

	(void)state;
	apic_icr_decode(0, XAPIC, &icr);
	assert_true(!icr.vector && !icr.delivery && !icr.shorthand && !icr.dest);
	assert_true(!icr.logical && !icr.assert && !icr.level);
	apic_icr_decode(0x00ffffff00000000ULL, XAPIC, &icr);
	assert_int_equal(icr.dest, 0);
	apic_icr_decode(0xff00000000000000ULL, XAPIC, &icr);
	assert_int_equal(icr.dest, 0xff);
	apic_icr_decode(0xfedcba9800000000ULL, X2APIC, &icr);
	assert_int_equal(icr.dest, 0xfedcba98);
	apic_icr_decode(LEVEL, XAPIC, &icr);
	assert_true(icr.level && !icr.assert && !icr.logical);
	apic_icr_decode(ASSERT, XAPIC, &icr);
	assert_true(icr.assert && !icr.level);
	apic_icr_decode(SHORT(ICR_SHORT_OTHERS), XAPIC, &icr);
	assert_int_equal(icr.shorthand, ICR_SHORT_OTHERS);
	apic_icr_decode(0xff, XAPIC, &icr);
	assert_int_equal(icr.vector, 0xff);
}

static void delivery_modes_are_classified(void **state)
{
	static const enum icr_verdict expect[8] = {
		ICR_FIXED, ICR_LOWEST, ICR_REFUSED, ICR_REFUSED,
		ICR_NMI,   ICR_INIT,   ICR_SIPI,    ICR_REFUSED,
	};

	(void)state;
	for (u32 mode = 0; mode < 8; mode++) {
		for (u32 x2apic = 0; x2apic < 2; x2apic++) {
			assert_int_equal(verdict(MODE(mode) | ASSERT | 0x40, x2apic), expect[mode]);
			assert_int_equal(verdict(MODE(mode) | ASSERT | LOGICAL | 0x40, x2apic),
					 expect[mode]);
			assert_int_equal(verdict(MODE(mode) | ASSERT | LEVEL | 0x40, x2apic),
					 expect[mode]);
		}
	}
}

static void init_level_deassert_does_nothing(void **state)
{
	(void)state;
	assert_int_equal(verdict(MODE(5) | LEVEL, XAPIC), ICR_NOTHING);
	assert_int_equal(verdict(MODE(5) | LEVEL, X2APIC), ICR_NOTHING);
	/* Linux sends it to all CPUs, itself included, at the end of INIT */
	assert_int_equal(verdict(MODE(5) | LEVEL | SHORT(ICR_SHORT_ALL), XAPIC), ICR_NOTHING);
	assert_int_equal(verdict(MODE(5) | LEVEL | ASSERT, XAPIC), ICR_INIT);
	assert_int_equal(verdict(MODE(5), XAPIC), ICR_INIT);
}

static void vectors_below_16_are_illegal_for_interrupts_only(void **state)
{
	(void)state;
	for (u32 vector = 0; vector < 256; vector++) {
		bool legal = vector >= 16;

		assert_int_equal(verdict(MODE(0) | ASSERT | vector, XAPIC),
				 legal ? ICR_FIXED : ICR_BAD_VECTOR);
		assert_int_equal(verdict(MODE(1) | ASSERT | vector, X2APIC),
				 legal ? ICR_LOWEST : ICR_BAD_VECTOR);
		assert_int_equal(verdict(MODE(4) | ASSERT | vector, XAPIC), ICR_NMI);
		assert_int_equal(verdict(MODE(6) | ASSERT | vector, XAPIC), ICR_SIPI);
	}
}

static void self_and_all_go_with_fixed_delivery_alone(void **state)
{
	static const u32 modes[] = {1, 4, 5, 6};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(modes); i++) {
		u64 value = MODE(modes[i]) | ASSERT | 0x40;

		assert_int_equal(verdict(value | SHORT(ICR_SHORT_SELF), XAPIC), ICR_REFUSED);
		assert_int_equal(verdict(value | SHORT(ICR_SHORT_ALL), XAPIC), ICR_REFUSED);
		assert_int_not_equal(verdict(value | SHORT(ICR_SHORT_OTHERS), XAPIC), ICR_REFUSED);
	}
	for (u32 s = 0; s < 4; s++)
		assert_int_equal(verdict(ASSERT | 0x40 | SHORT(s), XAPIC), ICR_FIXED);
}

static void reserved_bits_fault_in_x2apic_mode_only(void **state)
{
	const u64 reserved = BIT64(13) | BIT64(16) | BIT64(17) | 0xfff00000;

	(void)state;
	for (u32 bit = 0; bit < 32; bit++) {
		u64 value = 0x40 | ASSERT | BIT64(bit);
		bool faults = reserved & BIT64(bit);

		assert_int_equal(verdict(value, X2APIC) == ICR_RESERVED, faults);
		assert_int_not_equal(verdict(value, XAPIC), ICR_RESERVED);
	}
}

/* A cell of some CPUs of a large machine; cpu number and APIC id have nothing in common. */
static struct apic_dest_cpu machine[BH_MAX_CPUS];
static struct cpuset cell;
static struct cpuset result;

static void make_cell(const u32 *cpus, const u32 *apic_ids, size_t count)
{
	/* every other CPU would match anything, if the cell's set were not looked at */
	for (u32 i = 0; i < BH_MAX_CPUS; i++)
		machine[i] = (struct apic_dest_cpu){0x12, 0xff000000, 0xffffffff};
	cpuset_clear_all(&cell);
	for (size_t i = 0; i < count; i++) {
		cpuset_set(&cell, cpus[i]);
		machine[cpus[i]] = (struct apic_dest_cpu){apic_ids[i], 0, 0xffffffff};
	}
}

#define CELL(cpus, ids)                                                                            \
	do {                                                                                       \
		static const u32 c[] = cpus, a[] = ids;                                            \
		_Static_assert(ARRAY_SIZE(c) == ARRAY_SIZE(a), "one id for each CPU");             \
		make_cell(c, a, ARRAY_SIZE(c));                                                    \
	} while (0)
#define LIST(...)                                                                                  \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

static const char *send(u64 value, bool x2apic, u32 self)
{
	static char text[CPUSET_FORMAT_MAX];
	const struct apic_dest_ctx ctx = {&cell, machine, x2apic};
	struct icr icr;

	memset(&result, 0xff, sizeof(result));
	apic_icr_decode(value, x2apic, &icr);
	apic_dest_set(&icr, &ctx, self, &result);
	assert_true(cpuset_subset(&result, &cell));
	assert_true(cpuset_format(text, sizeof(text), &result));
	return text;
}

static const char *send_x(u32 dest, u64 low)
{
	return send((u64)dest << 56 | low | ASSERT | 0x40, XAPIC, 0);
}

static const char *send_x2(u32 dest, u64 low)
{
	return send((u64)dest << 32 | low | ASSERT | 0x40, X2APIC, 0);
}

static void physical_mode_finds_the_one_cpu_with_that_id(void **state)
{
	(void)state;
	CELL(LIST(3, 70, 200), LIST(0, 8, 254));
	assert_string_equal(send_x(0, 0), "3");
	assert_string_equal(send_x(8, 0), "70");
	assert_string_equal(send_x(254, 0), "200");
	assert_string_equal(send_x(3, 0), "");
	/* id of a CPU of another cell */
	assert_string_equal(send_x(0x12, 0), "");
	assert_string_equal(send_x2(0x12, 0), "");
	assert_string_equal(send_x2(254, 0), "200");
}

static void ids_above_255_are_reached_in_x2apic_mode(void **state)
{
	(void)state;
	CELL(LIST(1, 64, 255), LIST(0xff, 0x100, 0x1234567));
	assert_string_equal(send_x2(0x100, 0), "64");
	assert_string_equal(send_x2(0x1234567, 0), "255");
	assert_string_equal(send_x2(0xff, 0), "1"); /* no broadcast there */
	assert_string_equal(send_x2(0x67, 0), "");
	assert_string_equal(send_x2(0, 0), "");
	/* xAPIC: 8 bits must not reach an id that only ends in them */
	assert_string_equal(send_x(0x67, 0), "");
	assert_string_equal(send_x(0, 0), "");
}

static void broadcast_reaches_the_cell_and_nobody_else(void **state)
{
	(void)state;
	CELL(LIST(0, 63, 64, 128, 255), LIST(0, 1, 2, 3, 0x400));
	assert_string_equal(send_x(0xff, 0), "0,63-64,128,255");
	assert_string_equal(send_x(0xff, LOGICAL), "0,63-64,128,255");
	assert_string_equal(send_x2(0xffffffff, 0), "0,63-64,128,255");
	assert_string_equal(send_x2(0xffffffff, LOGICAL), "0,63-64,128,255");
	assert_string_equal(send_x2(0xff, 0), "");
}

static void flat_logical_mode_compares_bits(void **state)
{
	(void)state;
	CELL(LIST(0, 1, 2, 100), LIST(0, 1, 2, 3));
	machine[0].ldr = 0x01ffffff; /* bits below 24 are reserved */
	machine[1].ldr = 0x02000000;
	machine[2].ldr = 0x00000000; /* not set up yet */
	machine[100].ldr = 0x82000000;
	assert_string_equal(send_x(0x01, LOGICAL), "0");
	assert_string_equal(send_x(0x02, LOGICAL), "1,100");
	assert_string_equal(send_x(0x80, LOGICAL), "100");
	assert_string_equal(send_x(0x83, LOGICAL), "0-1,100");
	assert_string_equal(send_x(0x7c, LOGICAL), "");
	assert_string_equal(send_x(0x00, LOGICAL), "");
}

static void cluster_logical_mode_compares_cluster_and_member(void **state)
{
	(void)state;
	CELL(LIST(0, 1, 2, 90), LIST(0, 1, 2, 3));
	for (u32 cpu = 0; cpu < BH_MAX_CPUS; cpu++)
		machine[cpu].dfr = 0x0fffffff;
	machine[0].ldr = 0x01000000;  /* cluster 0, member 0 */
	machine[1].ldr = 0x02000000;  /* cluster 0, member 1 */
	machine[2].ldr = 0x11000000;  /* cluster 1, member 0 */
	machine[90].ldr = 0x18000000; /* cluster 1, member 3 */
	assert_string_equal(send_x(0x01, LOGICAL), "0");
	assert_string_equal(send_x(0x03, LOGICAL), "0-1");
	assert_string_equal(send_x(0x11, LOGICAL), "2");
	assert_string_equal(send_x(0x1f, LOGICAL), "2,90");
	assert_string_equal(send_x(0x2f, LOGICAL), "");
	assert_string_equal(send_x(0x10, LOGICAL), "");
}

static void models_that_do_not_exist_match_nothing(void **state)
{
	(void)state;
	CELL(LIST(0), LIST(0));
	machine[0].ldr = 0xff000000;
	for (u32 model = 1; model < 15; model++) {
		machine[0].dfr = model << 28;
		assert_string_equal(send_x(0x11, LOGICAL), "");
	}
}

static void x2apic_logical_mode_derives_the_id(void **state)
{
	(void)state;
	CELL(LIST(0, 1, 2, 66, 250), LIST(0x00, 0x01, 0x0f, 0x10, 0x12345));
	/* the xAPIC registers must not count */
	for (u32 cpu = 0; cpu < BH_MAX_CPUS; cpu++)
		machine[cpu].ldr = 0xff000000;
	assert_string_equal(send_x2(0x00000001, LOGICAL), "0");
	assert_string_equal(send_x2(0x00000003, LOGICAL), "0-1");
	assert_string_equal(send_x2(0x0000ffff, LOGICAL), "0-2");
	assert_string_equal(send_x2(0x00010001, LOGICAL), "66");
	assert_string_equal(send_x2(0x00010002, LOGICAL), "");
	assert_string_equal(send_x2(0x12340020, LOGICAL), "250");
	assert_string_equal(send_x2(0x1234ffdf, LOGICAL), "");
	assert_string_equal(send_x2(0x00000000, LOGICAL), "");
}

static void shorthands_ignore_the_destination(void **state)
{
	static const u32 dests[] = {0, 1, 0x12, 0xff, 0xffffffff};

	(void)state;
	CELL(LIST(5, 64, 130), LIST(0, 1, 2));
	for (u32 i = 0; i < ARRAY_SIZE(dests); i++) {
		u64 value = (u64)dests[i] << 32 | 0x40;

		for (u32 x2 = 0; x2 < 2; x2++) {
			assert_string_equal(send(value | SHORT(1), x2, 64), "64");
			assert_string_equal(send(value | SHORT(2), x2, 64), "5,64,130");
			assert_string_equal(send(value | SHORT(3), x2, 64), "5,130");
			assert_string_equal(send(value | SHORT(3) | LOGICAL, x2, 5), "64,130");
		}
	}
}

static void a_sender_outside_the_cell_reaches_itself_never(void **state)
{
	(void)state;
	CELL(LIST(5, 64), LIST(0, 1));
	assert_string_equal(send(SHORT(1) | 0x40, XAPIC, 6), "");
	assert_string_equal(send(SHORT(3) | 0x40, XAPIC, 6), "5,64");
}

static void one_cpu_alone_has_no_others(void **state)
{
	(void)state;
	CELL(LIST(200), LIST(77));
	assert_string_equal(send(SHORT(3) | 0x40, X2APIC, 200), "");
	assert_string_equal(send(SHORT(1) | 0x40, X2APIC, 200), "200");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xapic_and_x2apic_values_give_the_same_command),
		cmocka_unit_test(each_field_comes_from_its_own_bits),
		cmocka_unit_test(delivery_modes_are_classified),
		cmocka_unit_test(init_level_deassert_does_nothing),
		cmocka_unit_test(vectors_below_16_are_illegal_for_interrupts_only),
		cmocka_unit_test(self_and_all_go_with_fixed_delivery_alone),
		cmocka_unit_test(reserved_bits_fault_in_x2apic_mode_only),
		cmocka_unit_test(physical_mode_finds_the_one_cpu_with_that_id),
		cmocka_unit_test(ids_above_255_are_reached_in_x2apic_mode),
		cmocka_unit_test(broadcast_reaches_the_cell_and_nobody_else),
		cmocka_unit_test(flat_logical_mode_compares_bits),
		cmocka_unit_test(cluster_logical_mode_compares_cluster_and_member),
		cmocka_unit_test(models_that_do_not_exist_match_nothing),
		cmocka_unit_test(x2apic_logical_mode_derives_the_id),
		cmocka_unit_test(shorthands_ignore_the_destination),
		cmocka_unit_test(a_sender_outside_the_cell_reaches_itself_never),
		cmocka_unit_test(one_cpu_alone_has_no_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
