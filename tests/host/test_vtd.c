/* SPDX-License-Identifier: BSD-2-Clause */
#include "iommu/vtd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define POOL_PAGES 96u
#define POOL_PHYS  0x12340000ULL

/* As QEMU's unit reports itself, and as the graphics unit of a Haswell did. */
#define QEMU_CAP     0x00d2008c22260206ULL
#define QEMU_ECAP    0x0000000000f00f5aULL
#define GRAPHICS_CAP 0x00c0000020660462ULL
#define NORMAL_CAP   0x00d2008c20660462ULL
#define NORMAL_ECAP  0x0000000000f010daULL

static struct page_pool pool;

static int setup(void **state)
{
	(void)state;
	pool.base = aligned_alloc(PAGE_SIZE, POOL_PAGES * PAGE_SIZE);
	memset(pool.base, 0, POOL_PAGES * PAGE_SIZE);
	pool.phys = POOL_PHYS;
	pool.pages = POOL_PAGES;
	pool.used = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(pool.base);
	return 0;
}

static struct ptable make(enum pt_kind kind, bool has_1g)
{
	struct ptable pt;

	assert_int_equal(ptable_init(&pt, kind, has_1g, &pool), BH_OK);
	return pt;
}

static void map(struct ptable *pt, u64 va, u64 pa, u64 size, u32 access, enum mem_type type)
{
	struct map_req req = {va, pa, size, access, type};

	assert_int_equal(ptable_map(pt, &req), BH_OK);
}

static void capabilities_are_what_all_units_share(void **state)
{
	struct vtd_caps caps = VTD_CAPS_ALL;

	(void)state;
	assert_null(vtd_caps_and(&caps, NORMAL_CAP, NORMAL_ECAP));
	assert_false(caps.agaw39);
	assert_true(caps.agaw48);
	assert_true(caps.leaf_2m);
	assert_true(caps.leaf_1g);
	assert_true(caps.eim);
	assert_false(caps.coherent);
	assert_int_equal(caps.domains, 256);
	assert_int_equal(caps.guest_bits, 39);
	assert_null(vtd_caps_and(&caps, GRAPHICS_CAP, NORMAL_ECAP & ~0x10ULL));
	assert_false(caps.leaf_2m);
	assert_false(caps.leaf_1g);
	assert_false(caps.eim);
}

static void coherent_only_if_every_unit_is(void **state)
{
	struct vtd_caps caps = VTD_CAPS_ALL;

	(void)state;
	assert_null(vtd_caps_and(&caps, NORMAL_CAP, NORMAL_ECAP | 1));
	assert_true(caps.coherent);
	assert_null(vtd_caps_and(&caps, NORMAL_CAP, NORMAL_ECAP));
	assert_false(caps.coherent);
}

static void a_unit_without_a_needed_capability_is_named(void **state)
{
	struct vtd_caps caps = VTD_CAPS_ALL;

	(void)state;
	assert_string_equal(vtd_caps_and(&caps, NORMAL_CAP, NORMAL_ECAP & ~2ULL),
			    "has no queued invalidation");
	assert_string_equal(vtd_caps_and(&caps, NORMAL_CAP, NORMAL_ECAP & ~8ULL),
			    "has no interrupt remapping");
	assert_null(vtd_caps_and(&caps, NORMAL_CAP, NORMAL_ECAP)); /* 48 bits only */
	assert_non_null(vtd_caps_and(&caps, QEMU_CAP, QEMU_ECAP)); /* 39 bits only */
}

static void three_levels_are_taken_where_they_suffice(void **state)
{
	struct vtd_caps both = VTD_CAPS_ALL, three = VTD_CAPS_ALL, four = VTD_CAPS_ALL;

	(void)state;
	three.agaw48 = false;
	four.agaw39 = false;
	assert_int_equal(vtd_address_bits(&both, 1ULL << 39), 39);
	assert_int_equal(vtd_address_bits(&both, (1ULL << 39) + SIZE_2M), 48);
	assert_int_equal(vtd_address_bits(&three, 1ULL << 40), 39);
	assert_int_equal(vtd_address_bits(&four, SIZE_4G), 48);
}

static void register_space_reaches_to_the_last_fault_record(void **state)
{
	(void)state;
	assert_int_equal(vtd_fault_offset(QEMU_CAP), 0x220);
	assert_int_equal(vtd_fault_count(QEMU_CAP), 1);
	assert_int_equal(vtd_reg_bytes(QEMU_CAP, QEMU_ECAP), PAGE_SIZE);
	/* FRO 0xff0, 8 records: the last ones lie on the second page */
	assert_int_equal(vtd_reg_bytes((u64)0xff << 24 | 7ULL << 40, 0), 2 * PAGE_SIZE);
	assert_int_equal(vtd_reg_bytes(0, (u64)0x3ff << 8), 4 * PAGE_SIZE);
}

static void context_entry_has_table_domain_and_width(void **state)
{
	struct vtd_entry e = vtd_context_entry(0x123456000, 7, 39);

	(void)state;
	assert_int_equal(e.lo, 0x123456001);
	assert_int_equal(e.hi, 7 << 8 | 1);
	assert_int_equal(vtd_context_entry(0, 1, 48).hi, 1 << 8 | 2);
}

static void irte_names_one_cpu_and_one_requester(void **state)
{
	struct irq_target t = {.apic_id = 0x12345, .vector = 0x41, .level = true};

	(void)state;
	assert_int_equal(vtd_irte_low(&t, true), 0x0001234500410011ULL);
	t.level = false;
	t.apic_id = 5;
	assert_int_equal(vtd_irte_low(&t, false), 0x0000050000410001ULL);
	t.delivery = ICR_DELIVERY_NMI;
	assert_int_equal(vtd_irte_low(&t, false), 0x0000050000410081ULL);
	assert_int_equal(vtd_irte_low(NULL, true), 0);
	assert_int_equal(vtd_irte_high(BH_BDF(0x12, 3, 4)), 0x4121c);
}

static void msi_message_carries_the_index(void **state)
{
	struct msi_message m;

	(void)state;
	vtd_msi(5, 1, &m);
	assert_int_equal(m.address, 0xfee000b0);
	assert_int_equal(m.data, 0);
	vtd_msi(0x8001, 1, &m);
	assert_int_equal(m.address, 0xfee00034);
	vtd_msi(8, 4, &m); /* the device's message number is added as a subhandle */
	assert_int_equal(m.address, 0xfee00118);
}

static void rte_carries_index_vector_and_trigger(void **state)
{
	struct irq_target t = {.apic_id = 3, .vector = 0x31, .level = true};

	(void)state;
	assert_int_equal(vtd_rte(2, &t), 0x0005000000008031ULL);
	t.level = false;
	assert_int_equal(vtd_rte(0x8002, &t), 0x0005000000000831ULL);
}

static void queue_descriptors_follow_the_specification(void **state)
{
	(void)state;
	assert_int_equal(vtd_flush_contexts().lo, 0x11);
	assert_int_equal(vtd_flush_iotlb(0).lo, 0x12);
	assert_int_equal(vtd_flush_iotlb(3ULL << 54).lo, 0xd2);
	assert_int_equal(vtd_flush_all_irtes().lo, 0x4);
	assert_int_equal(vtd_flush_irte(0x123).lo, 0x0000012300000014ULL);
	assert_int_equal(vtd_wait(0x7000, 9).lo, 0x0000000900000025ULL);
	assert_int_equal(vtd_wait(0x7000, 9).hi, 0x7000);
}

static void fault_record_of_dma_is_taken_apart(void **state)
{
	struct vtd_entry write = {0x3ae00000, 1ULL << 63 | 5ULL << 32 | 0x10};
	struct vtd_entry read = {0x3ae01000, 3ULL << 62 | 6ULL << 32 | 0x1d};
	struct vtd_fault f;

	(void)state;
	assert_true(vtd_fault_decode(write, &f));
	assert_true(f.write);
	assert_false(f.interrupt);
	assert_int_equal(f.source_id, 0x10);
	assert_int_equal(f.reason, 5);
	assert_int_equal(f.address, 0x3ae00000);
	assert_true(vtd_fault_decode(read, &f));
	assert_false(f.write);
	assert_int_equal(f.source_id, 0x1d);
}

static void fault_record_of_an_interrupt_has_its_index(void **state)
{
	struct vtd_entry e = {12ULL << 48, 1ULL << 63 | 0x26ULL << 32 | 0x18};
	struct vtd_fault f;

	(void)state;
	assert_true(vtd_fault_decode(e, &f));
	assert_true(f.interrupt);
	assert_int_equal(f.index, 12);
	assert_string_equal(vtd_fault_text(f.reason), "the interrupt belongs to another device");
}

static void empty_fault_record_is_no_fault(void **state)
{
	struct vtd_entry e = {0x3ae00000, 5ULL << 32 | 0x10};
	struct vtd_fault f;

	(void)state;
	assert_false(vtd_fault_decode(e, &f));
	for (u32 reason = 0; reason < 256; reason++)
		assert_non_null(vtd_fault_text((u8)reason));
}

static void devices_reach_memory_but_no_registers(void **state)
{
	struct ptable cell = make(PT_EPT, true), domain = make(PT_VTD, true);
	struct pt_leaf leaf;

	(void)state;
	map(&cell, 0, 0, SIZE_4G, 7, MT_WB);
	map(&cell, 0xc0000000, 0xc0000000, SIZE_1G, 7, MT_UC);
	map(&cell, 0x40000000, 0, SIZE_2M, 0, MT_UC); /* somebody else's */
	assert_int_equal(vtd_copy_memory(&domain, &cell, 1ULL << 39), BH_OK);
	assert_true(ptable_lookup(&domain, 0x3fffffff, &leaf));
	assert_int_equal(leaf.size, SIZE_1G);
	assert_int_equal(leaf.pa, 0x3fffffff);
	assert_int_equal(leaf.access, PT_READ | PT_WRITE);
	assert_false(ptable_lookup(&domain, 0x40000000, &leaf));
	assert_false(ptable_lookup(&domain, 0x401fffff, &leaf));
	assert_true(ptable_lookup(&domain, 0x40200000, &leaf));
	assert_int_equal(leaf.size, SIZE_2M);
	assert_true(ptable_lookup(&domain, 0xbfffffff, &leaf));
	assert_false(ptable_lookup(&domain, 0xc0000000, &leaf));
	assert_false(ptable_lookup(&domain, 0xfee00000, &leaf));
	assert_false(ptable_lookup(&domain, SIZE_4G, &leaf));
}

static void devices_get_the_cells_own_addresses_and_rights(void **state)
{
	struct ptable cell = make(PT_NPT, false), domain = make(PT_VTD, false);
	struct pt_leaf leaf;

	(void)state;
	map(&cell, 0, 0x7e000000, SIZE_2M, 7, MT_WB);
	map(&cell, SIZE_2M, 0x70001000, PAGE_SIZE, PT_READ, MT_WB);
	assert_int_equal(vtd_copy_memory(&domain, &cell, 1ULL << 39), BH_OK);
	assert_true(ptable_lookup(&domain, 0x1234, &leaf));
	assert_int_equal(leaf.pa, 0x7e001234);
	assert_true(ptable_lookup(&domain, SIZE_2M, &leaf));
	assert_int_equal(leaf.pa, 0x70001000);
	assert_int_equal(leaf.access, PT_READ);
	assert_false(ptable_lookup(&domain, SIZE_2M + PAGE_SIZE, &leaf));
}

static void neighbouring_pages_become_one_large_leaf(void **state)
{
	struct ptable cell = make(PT_NPT, false), domain = make(PT_VTD, true);
	struct pt_leaf leaf;

	(void)state;
	map(&cell, 0, SIZE_1G, SIZE_2M, 7, MT_WB);
	map(&cell, 0x1000, SIZE_1G + 0x1000, PAGE_SIZE, 7, MT_WT); /* splits, same rights */
	map(&cell, SIZE_2M, SIZE_1G + SIZE_2M, SIZE_1G - SIZE_2M, 7, MT_WB);
	assert_int_equal(vtd_copy_memory(&domain, &cell, 1ULL << 39), BH_OK);
	assert_true(ptable_lookup(&domain, 0x1000, &leaf));
	assert_int_equal(leaf.size, SIZE_1G);
	assert_int_equal(leaf.pa, SIZE_1G + 0x1000);
}

static void units_without_large_leaves_get_small_ones(void **state)
{
	struct ptable cell = make(PT_EPT, true), domain = make(PT_VTD_4K, true);
	struct pt_leaf leaf;

	(void)state;
	map(&cell, 0, 0, 2 * SIZE_2M, 7, MT_WB);
	assert_int_equal(vtd_copy_memory(&domain, &cell, 1ULL << 39), BH_OK);
	assert_true(ptable_lookup(&domain, SIZE_2M, &leaf));
	assert_int_equal(leaf.size, PAGE_SIZE);
	assert_false(ptable_lookup(&domain, 2 * SIZE_2M, &leaf));
}

static void memory_beyond_the_width_is_left_out(void **state)
{
	struct ptable cell = make(PT_EPT, true), domain = make(PT_VTD, true);
	struct pt_leaf leaf;

	(void)state;
	map(&cell, (1ULL << 39) - SIZE_1G, 0, 2 * SIZE_1G, 7, MT_WB);
	assert_int_equal(vtd_copy_memory(&domain, &cell, 1ULL << 39), BH_OK);
	assert_true(ptable_lookup(&domain, (1ULL << 39) - 1, &leaf));
	assert_false(ptable_lookup(&domain, 1ULL << 39, &leaf));
}

static void three_level_root_is_the_second_table(void **state)
{
	struct ptable domain = make(PT_VTD, true);

	(void)state;
	map(&domain, 0, 0, SIZE_4G, 3, MT_WB);
	assert_int_equal(vtd_domain_root(&domain, 48), POOL_PHYS);
	assert_int_equal(vtd_domain_root(&domain, 39), POOL_PHYS + PAGE_SIZE);
	assert_int_equal(domain.root[0], (POOL_PHYS + PAGE_SIZE) | 3);
	/* R and W, large leaf, nothing else */
	assert_int_equal(((u64 *)pool_virt(&pool, POOL_PHYS + PAGE_SIZE))[1], SIZE_1G | 0x83);
}

static void only_attached_requesters_have_a_context(void **state)
{
	struct vtd_entry *root = pool_alloc(&pool, 1), *bus;
	struct vtd_entry context = vtd_context_entry(0x5000, 1, 39);

	(void)state;
	assert_int_equal(vtd_attach(root, &pool, BH_BDF(2, 3, 1), context), BH_OK);
	assert_int_equal(pool.used, 2);
	assert_int_equal(root[2].lo, (POOL_PHYS + PAGE_SIZE) | 1);
	bus = pool_virt(&pool, POOL_PHYS + PAGE_SIZE);
	for (u32 i = 0; i < 256; i++) {
		assert_int_equal(root[i].lo & 1, i == 2);
		assert_int_equal(bus[i].lo & 1, i == (3 << 3 | 1));
	}
	assert_int_equal(vtd_attach(root, &pool, BH_BDF(2, 0, 0), context), BH_OK);
	assert_int_equal(pool.used, 2); /* the bus has its table */
}

static void a_device_has_one_owner_if_all_its_functions_have(void **state)
{
	static const struct bh_boot_pci pci[] = {
		{.bdf = BH_BDF(0, 31, 0), .cell = 0},
                {.bdf = BH_BDF(1, 0,  0), .cell = 0},
		{.bdf = BH_BDF(1, 0,  1), .cell = 2},
                {.bdf = BH_BDF(1, 1,  0), .cell = 1},
		{.bdf = BH_BDF(1, 1,  7), .cell = 1},
	};

	(void)state;
	assert_true(vtd_one_owner(pci, ARRAY_SIZE(pci), &pci[0]));
	assert_false(vtd_one_owner(pci, ARRAY_SIZE(pci), &pci[1]));
	assert_false(vtd_one_owner(pci, ARRAY_SIZE(pci), &pci[2]));
	assert_true(vtd_one_owner(pci, ARRAY_SIZE(pci), &pci[3]));
	assert_true(vtd_one_owner(pci, ARRAY_SIZE(pci), &pci[4]));
}

static void attaching_without_memory_is_an_error(void **state)
{
	struct vtd_entry *root = pool_alloc(&pool, 1);

	(void)state;
	pool.pages = pool.used;
	assert_int_equal(vtd_attach(root, &pool, 0, vtd_context_entry(0, 1, 39)), BH_ERR_NOMEM);
	assert_int_equal(root[0].lo, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(capabilities_are_what_all_units_share),
		TEST(coherent_only_if_every_unit_is),
		TEST(a_unit_without_a_needed_capability_is_named),
		TEST(three_levels_are_taken_where_they_suffice),
		TEST(register_space_reaches_to_the_last_fault_record),
		TEST(context_entry_has_table_domain_and_width),
		TEST(irte_names_one_cpu_and_one_requester),
		TEST(msi_message_carries_the_index),
		TEST(rte_carries_index_vector_and_trigger),
		TEST(queue_descriptors_follow_the_specification),
		TEST(fault_record_of_dma_is_taken_apart),
		TEST(fault_record_of_an_interrupt_has_its_index),
		TEST(empty_fault_record_is_no_fault),
		TEST(devices_reach_memory_but_no_registers),
		TEST(devices_get_the_cells_own_addresses_and_rights),
		TEST(neighbouring_pages_become_one_large_leaf),
		TEST(units_without_large_leaves_get_small_ones),
		TEST(memory_beyond_the_width_is_left_out),
		TEST(three_level_root_is_the_second_table),
		TEST(only_attached_requesters_have_a_context),
		TEST(a_device_has_one_owner_if_all_its_functions_have),
		TEST(attaching_without_memory_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
