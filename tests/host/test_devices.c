// SPDX-License-Identifier: BSD-2-Clause
#include "devices.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT 6

struct world {
	struct bh_boot_pci pci[COUNT];
	struct bh_boot_rmrr rmrr;
	u16 scope;
	struct dmar_tables dmar;
	struct devices devices;
	struct bh_config head;
	struct bh_config_cell cells[2];
	struct config config;
	struct why why;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	*state = w;
	w->pci[0] = (struct bh_boot_pci){.bdf = 0x0000, .class_code = 0x060000};
	w->pci[1] = (struct bh_boot_pci){.bdf = 0x0010, .vendor = 0x1234, .device = 0x11e8};
	w->pci[2] = (struct bh_boot_pci){.bdf = 0x0018, .vendor = 0x1234, .device = 0x11e8};
	w->pci[3] = (struct bh_boot_pci){.bdf = 0x00e0,
					 .header = 1,
					 .class_code = 0x060400,
					 .secondary = 1,
					 .subordinate = 1};
	w->pci[4] = (struct bh_boot_pci){.bdf = 0x0100, .pcie_cap = 0x60};
	w->pci[5] = (struct bh_boot_pci){.bdf = 0x0108};
	w->pci[1].bar[0] = 0xfea00000;
	w->pci[1].bar_size[0] = 0x100000;
	w->pci[2].bar[0] = 0xfeb00000;
	w->pci[2].bar_size[0] = 0x100;
	w->dmar = (struct dmar_tables){.rmrrs = &w->rmrr, .scopes = &w->scope};
	w->devices = (struct devices){w->pci, COUNT, &w->dmar};
	w->head = (struct bh_config){.cell_count = 2, .iommu = BH_IOMMU_REQUIRED};
	w->config = (struct config){&w->head, w->cells};
	for (int i = 0; i < 2; i++) {
		strcpy(w->cells[i].name, i ? "two" : "one");
		w->cells[i].memory_size = 0x1000000;
	}
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void want_address(struct world *w, u32 cell, u32 entry, u16 bdf)
{
	w->cells[cell].devices[entry] = (struct bh_config_device){.kind = BH_DEVICE_ADDRESS,
								  .bdf = bdf};
}

static void want_id(struct world *w, u32 cell, u32 entry, u16 index)
{
	w->cells[cell].devices[entry] = (struct bh_config_device){BH_DEVICE_ID, 0, 0x1234, 0x11e8,
								  index};
}

static bool assign(struct world *w)
{
	return devices_assign(&w->devices, &w->config, &w->why);
}

static void refused(struct world *w, const char *sentence)
{
	assert_false(assign(w));
	assert_string_equal(w->why.text, sentence);
}

static void what_no_cell_names_belongs_to_root(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < COUNT; i++)
		w->pci[i].cell = 77;
	assert_true(assign(w));
	for (int i = 0; i < COUNT; i++)
		assert_int_equal(w->pci[i].cell, 0);
}

static void functions_are_found_by_address_and_by_id(void **state)
{
	struct world *w = *state;

	want_id(w, 0, 0, 1);
	want_address(w, 0, 7, 0x0100);
	want_id(w, 1, 3, 0);
	assert_true(assign(w));
	assert_int_equal(w->pci[1].cell, 2);
	assert_int_equal(w->pci[2].cell, 1);
	assert_int_equal(w->pci[4].cell, 1);
	assert_int_equal(w->pci[5].cell, 0);
}

static void what_the_machine_lacks_is_refused(void **state)
{
	struct world *w = *state;

	want_address(w, 1, 0, BH_BDF(0x7f, 0x1f, 7));
	refused(w,
		"cell two: this machine has no PCI function 7f:1f.7: give another address in its "
		"devices");
	want_id(w, 1, 0, 2);
	refused(w,
		"cell two: this machine has 2 PCI functions 1234:11e8, but number 2 of them (from "
		"0) is in its devices");
}

static void bridges_are_refused(void **state)
{
	struct world *w = *state;

	want_address(w, 0, 0, 0x00e0);
	refused(w, "cell one: PCI function 00:1c.0 is a bridge, which only the root cell can have: "
		   "take it out of its devices");
	want_address(w, 0, 0, 0x0000);
	assert_false(assign(w));
}

static void a_function_has_one_owner(void **state)
{
	struct world *w = *state;

	want_id(w, 0, 0, 0);
	want_address(w, 1, 0, 0x0010);
	refused(w, "cell two: PCI function 00:02.0 is named twice in the system file: a function "
		   "belongs to one cell");
}

static void without_an_iommu_no_cell_gets_a_device(void **state)
{
	struct world *w = *state;

	w->head.iommu = BH_IOMMU_OFF;
	assert_true(assign(w));
	want_id(w, 0, 0, 0);
	refused(w,
		"cell one: PCI function 00:02.0 could write to all memory, because the system file "
		"says iommu: off; say required, or take it out of its devices");
}

static void a_conventional_function_behind_a_bridge_is_refused(void **state)
{
	struct world *w = *state;

	want_address(w, 0, 0, 0x0108);
	refused(w, "cell one: PCI function 01:01.0 is behind a conventional PCI bridge, where the "
		   "IOMMU cannot tell it from its neighbours: put it into another slot");
}

static void a_function_that_the_firmware_uses_is_refused(void **state)
{
	struct world *w = *state;

	w->dmar.rmrr_count = 1;
	w->rmrr.scope_count = 1;
	w->scope = 0x0010;
	want_id(w, 0, 0, 0);
	refused(w,
		"cell one: the firmware uses PCI function 00:02.0 itself (an RMRR names it): take "
		"it out of its devices");
	want_id(w, 0, 0, 1);
	assert_true(assign(w));
}

static void registers_inside_the_cells_memory_are_refused(void **state)
{
	struct world *w = *state;

	want_id(w, 0, 0, 0);
	w->cells[0].memory_gpa = 0xfea00000 - 0x1000000;
	assert_true(assign(w));
	w->cells[0].memory_gpa += 0x1000;
	refused(w, "cell one: the registers of PCI function 00:02.0 lie at 0xfea00000, inside the "
		   "cell's memory: make the memory smaller or move it");
	w->cells[0].memory_gpa = 0xfeb00000;
	assert_true(assign(w));
}

static void registers_at_the_info_page_are_refused(void **state)
{
	static const u64 bad[] = {0xfdf01000, 0xfe000000, 0xfe002000, 0xfee00000, 0xfed01000};
	struct world *w = *state;

	want_id(w, 0, 0, 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		w->pci[1].bar[0] = bad[i];
		assert_false(assign(w));
	}
	w->pci[1].bar[0] = 0xfdf00000;
	assert_true(assign(w));
	w->pci[1].bar[0] = 0xfe003000;
	assert_true(assign(w));
}

static void a_page_shared_with_another_function_is_refused(void **state)
{
	struct world *w = *state;

	want_id(w, 0, 0, 1);
	w->pci[5].bar[3] = 0xfeb00800;
	w->pci[5].bar_size[3] = 0x100;
	refused(w, "cell one: registers of another PCI function are in the same page as those of "
		   "00:03.0 at 0xfeb00000: the two cannot be told apart");
	w->pci[5].bar_flags[3] = 1; /* ports are no memory */
	assert_true(assign(w));
	w->pci[5].bar_flags[3] = 0;
	w->pci[5].bar[3] = 0xfeb01000;
	assert_true(assign(w));
}

static void a_bar_without_a_usable_address_is_refused(void **state)
{
	struct world *w = *state;

	want_id(w, 0, 0, 0);
	w->pci[1].bar[0] = 0;
	refused(w,
		"cell one: the firmware gave BAR 0 of PCI function 00:02.0 no usable address (0x0, "
		"0x100000 bytes)");
	w->pci[1].bar[0] = 0xfffffffffff00000;
	assert_false(assign(w));
	w->pci[1].bar_flags[0] = 1;
	w->pci[1].bar_size[0] = 8;
	w->pci[1].bar[0] = 0xcf8;
	assert_false(assign(w));
	w->pci[1].bar[0] = 0xfff8;
	assert_true(assign(w));
	w->pci[1].bar_size[0] = 16;
	assert_false(assign(w));
}

static void an_msix_table_must_lie_inside_its_bar(void **state)
{
	struct world *w = *state;
	struct bh_boot_pci *f = &w->pci[1];

	want_id(w, 0, 0, 0);
	f->msix_cap = 0x50;
	f->msix_count = 2048;
	f->msix_offset = 0xf8000;
	assert_true(assign(w));
	f->msix_offset += 8;
	refused(w, "cell one: PCI function 00:02.0 has an MSI-X table outside its BARs");
	f->msix_offset = 0;
	f->msix_bir = 1;
	assert_false(assign(w));
	f->msix_bir = 7;
	assert_false(assign(w));
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(what_no_cell_names_belongs_to_root),
		T(functions_are_found_by_address_and_by_id),
		T(what_the_machine_lacks_is_refused),
		T(bridges_are_refused),
		T(a_function_has_one_owner),
		T(without_an_iommu_no_cell_gets_a_device),
		T(a_conventional_function_behind_a_bridge_is_refused),
		T(a_function_that_the_firmware_uses_is_refused),
		T(registers_inside_the_cells_memory_are_refused),
		T(registers_at_the_info_page_are_refused),
		T(a_page_shared_with_another_function_is_refused),
		T(a_bar_without_a_usable_address_is_refused),
		T(an_msix_table_must_lie_inside_its_bar),
	};

	return cmocka_run_group_tests_name("devices", tests, NULL, NULL);
}
