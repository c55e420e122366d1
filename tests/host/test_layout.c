// SPDX-License-Identifier: BSD-2-Clause
#include "layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <bulkhead/cell.h>

#define MIB(n)    ((u64)(n) << 20)
#define CPUS      4u
#define FUNCTIONS 3u

/* Registers that are good enough: 48-bit addresses, large leaves; queue and interrupts */
#define CAP  0x00d2008c40660462ULL
#define ECAP 0x0000000000f00f1aULL

struct world {
	struct bh_boot_cpu cpus[CPUS];
	struct cpu_seat seats[CPUS];
	struct bh_boot_pci pci[FUNCTIONS];
	struct bh_boot_ioapic ioapic;
	struct bh_boot_iommu unit;
	struct unit_caps caps;
	struct efi_desc memory[3];
	struct machine m;
	struct bh_config head;
	struct bh_config_cell cells[2];
	struct config config;
	struct bh_hv_header header;
	struct layout_wish wish;
	struct layout out;
	struct why why;
};

static void make_machine(struct world *w)
{
	for (u32 i = 0; i < CPUS; i++)
		w->cpus[i].apic_id = i;
	w->pci[0] = (struct bh_boot_pci){.bdf = 0x0000, .class_code = 0x060000};
	w->pci[1] = (struct bh_boot_pci){.bdf = 0x0010, .msi_cap = 0x40, .msi_count = 4};
	w->pci[2] = (struct bh_boot_pci){.bdf = 0x0018,
					 .msi_count = 2,
					 .msix_cap = 0x50,
					 .msix_count = 8,
					 .bar = {0xfd000000}};
	w->pci[2].bar_size[0] = 0x1000;
	w->ioapic = (struct bh_boot_ioapic){.phys = 0xfec00000, .has_source = 1, .pins = 24};
	w->unit = (struct bh_boot_iommu){.phys = 0xfed90000, .kind = BH_IOMMU_VTD};
	w->caps = (struct unit_caps){CAP, ECAP};
	w->memory[0] = (struct efi_desc){7, 0, 0, 0, 160, 0xf};
	w->memory[1] = (struct efi_desc){7, 0, MIB(1), 0, MIB(511) / PAGE_SIZE, 0xf};
	w->memory[2] = (struct efi_desc){4, 0, MIB(512), 0, MIB(512) / PAGE_SIZE, 0xf};
	w->m = (struct machine){.cpus = w->cpus,
				.seats = w->seats,
				.cpu_count = CPUS,
				.has_1g = true,
				.phys_top = SIZE_4G};
	w->m.platform = (struct platform){.ioapics = &w->ioapic,
					  .ioapic_count = 1,
					  .pci = w->pci,
					  .pci_count = FUNCTIONS,
					  .caps = &w->caps,
					  .has_dmar = true};
	w->m.platform.dmar.units = &w->unit;
	w->m.platform.dmar.unit_count = 1;
	w->m.map = (struct efi_map){(u8 *)w->memory, sizeof(w->memory), sizeof(w->memory),
				    sizeof(w->memory[0]), 1};
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	*state = w;
	make_machine(w);
	w->head = (struct bh_config){.cell_count = 2,
				     .iommu = BH_IOMMU_REQUIRED,
				     .root_min_cpus = 1,
				     .root_min_memory = MIB(256)};
	for (u32 i = 0; i < 2; i++) {
		strcpy(w->cells[i].name, i ? "two" : "one");
		w->cells[i].cpu_count = 1;
		w->cells[i].memory_size = i ? MIB(32) : 0x10000;
	}
	w->config = (struct config){&w->head, w->cells};
	w->header = (struct bh_hv_header){.magic = BH_HV_MAGIC,
					  .version = BH_BOOT_VERSION,
					  .image_size = 0x20000,
					  .pool_fixed = 0x40000,
					  .pool_iommu = 0x10000};
	w->wish = (struct layout_wish){
		&w->config, &w->header, {MIB(16), MIB(32)}
        };
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static bool solve(struct world *w)
{
	return layout_solve(&w->m, &w->wish, &w->out, &w->why);
}

static void expect_refusal(struct world *w, const char *sentence)
{
	assert_false(solve(w));
	if (!strstr(w->why.text, sentence))
		assert_string_equal(w->why.text, sentence);
}

static void memory_goes_behind_the_kernel_in_file_order(void **state)
{
	struct world *w = *state;
	u64 end;

	assert_true(solve(w));
	assert_int_equal(w->out.hv, MIB(48));
	end = MIB(48) + w->out.block.size;
	/* The small cell follows at once, the large one at the next large page. */
	assert_int_equal(w->out.cells[0], ALIGN_UP(end, PAGE_SIZE));
	assert_int_equal(w->out.cells[1], MIB(50));
	assert_int_equal(w->out.root_ram,
			 MIB(1023) + 160 * PAGE_SIZE - w->out.block.size - MIB(32) - 0x10000);
}

static void what_the_dmar_reserves_is_left_alone(void **state)
{
	struct bh_boot_rmrr rmrr = {MIB(50), MIB(54) - 1, 0, 0};
	struct world *w = *state;

	w->m.platform.dmar.rmrrs = &rmrr;
	w->m.platform.dmar.rmrr_count = 1;
	assert_true(solve(w));
	assert_int_equal(w->out.hv, MIB(48));
	assert_int_equal(w->out.cells[1], MIB(54));
}

static void lines_say_who_got_what(void **state)
{
	struct world *w = *state;
	char line[LAYOUT_LINE];

	w->cells[1].devices[0] = (struct bh_config_device){.kind = BH_DEVICE_ADDRESS, .bdf = 0x18};
	assert_true(solve(w));
	assert_true(layout_line(&w->m, &w->config, &w->out, 0, line));
	assert_non_null(strstr(line, "layout: hypervisor: memory=0x3000000-0x30"));
	assert_non_null(strstr(line, " interrupts=36/4096")); /* 24 + 4 + 8 */
	assert_true(layout_line(&w->m, &w->config, &w->out, 2, line));
	assert_string_equal(line, "layout: cell two: memory=0x3200000-0x51fffff cpus=2 "
				  "devices=00:03.0");
	assert_true(layout_line(&w->m, &w->config, &w->out, 3, line));
	assert_string_equal(line, "layout: cell root: memory=990 MiB cpus=0-1");
	assert_false(layout_line(&w->m, &w->config, &w->out, 4, line));
}

static void lines_say_ports_and_interrupt_lines(void **state)
{
	struct world *w = *state;
	char line[LAYOUT_LINE];

	w->cells[1].port_count = 2;
	w->cells[1].ports[0] = (struct bh_config_ports){0x2e8, 0x2ef};
	w->cells[1].ports[1] = (struct bh_config_ports){0x300, 0x300};
	w->cells[1].irq_count = 2;
	w->cells[1].irqs[0] = 3;
	w->cells[1].irqs[1] = 23;
	assert_true(solve(w));
	assert_true(layout_line(&w->m, &w->config, &w->out, 2, line));
	assert_string_equal(line, "layout: cell two: memory=0x3200000-0x51fffff cpus=2 "
				  "ports=0x2e8-0x2ef,0x300-0x300 irqs=3,23");
}

static void links_get_memory_of_their_own(void **state)
{
	struct world *w = *state;
	u64 block, root, end;
	char line[LAYOUT_LINE];

	assert_true(solve(w));
	block = w->out.block.size;
	root = w->out.root_ram;
	for (u32 i = 0; i < 2; i++) {
		w->cells[i].link_count = 1;
		w->cells[i].links[0] = (struct bh_config_link){"axis", 0x3000,
							       i ? 0 : BH_LINK_WRITE, 0};
	}
	assert_true(solve(w));
	/* page tables for the links' range, in EPT and for the IOMMU */
	assert_int_equal(w->out.block.size, block + 2 * 2 * 5 * PAGE_SIZE);
	assert_int_equal(w->out.root_ram, root - (w->out.block.size - block) - 0x3000);
	end = w->out.cells[0] + 0x10000;
	assert_int_equal(w->out.link_at[0], end);
	assert_true(layout_line(&w->m, &w->config, &w->out, 3, line));
	assert_non_null(strstr(line, "layout: link axis: memory=0x"));
	assert_non_null(strstr(line, " cells=one,two(read)"));
	assert_true(layout_line(&w->m, &w->config, &w->out, 4, line));
	assert_non_null(strstr(line, "layout: cell root: "));
	assert_false(layout_line(&w->m, &w->config, &w->out, 5, line));
	w->cells[1].links[0].size = 0x1000;
	expect_refusal(w, "link axis: one cell says it has 0x3000 bytes, another 0x1000");
	w->cells[0].links[0].size = w->cells[1].links[0].size = BH_CELL_LINKS_SIZE;
	w->memory[1].pages = 40 * 256; /* from 1 MiB; nothing goes below 16 */
	w->cells[1].memory_size = 0x10000;
	w->wish.kernel.size = 0;
	w->head.root_min_memory = 0;
	assert_true(solve(w));
	w->memory[1].pages = 22 * 256;
	expect_refusal(w, "no memory for the link axis (0x800000 bytes): make it smaller");
}

static void ports_of_somebodys_device_are_refused(void **state)
{
	struct world *w = *state;
	u8 fadt[116] = {0};

	w->cells[0].port_count = 1;
	w->cells[0].ports[0] = (struct bh_config_ports){0xc01f, 0xc020};
	assert_true(solve(w));
	w->pci[2].bar[2] = 0xc000;
	w->pci[2].bar_size[2] = 0x20;
	w->pci[2].bar_flags[2] = 1;
	expect_refusal(w, "cell one: I/O ports 0xc01f-0xc020 hold registers of PCI function "
			  "00:03.0: take them out of its ports, or put the function into its "
			  "devices");
	w->cells[0].devices[0] = (struct bh_config_device){.kind = BH_DEVICE_ADDRESS, .bdf = 0x18};
	assert_true(solve(w));
	w->cells[0].ports[0] = (struct bh_config_ports){0x600, 0x603};
	((struct acpi_header *)fadt)->length = sizeof(fadt);
	fadt[57] = 0x06;
	fadt[88] = 4;
	w->m.platform.fadt = (const struct acpi_header *)fadt;
	expect_refusal(w, "cell one: I/O ports 0x600-0x603 hold registers of ACPI");
	w->m.platform.fadt = NULL;
	assert_true(solve(w));
	w->m.platform.pm_timer_port = 0x608; /* a PIIX4, as in Bochs */
	expect_refusal(w, "hold registers of ACPI");
	w->cells[0].ports[0] = (struct bh_config_ports){0x640, 0x647};
	assert_true(solve(w));
}

static void interrupt_lines_must_be_there(void **state)
{
	struct world *w = *state;

	w->cells[0].irq_count = 1;
	w->cells[0].irqs[0] = 24;
	expect_refusal(w,
		       "cell one: this machine has no interrupt line 24: none of its 1 I/O APICs");
	w->ioapic.gsi_base = 1;
	assert_true(solve(w));
	w->ioapic.gsi_base = 25;
	expect_refusal(w, "has no interrupt line 24");
	w->ioapic.gsi_base = 0;
	w->cells[0].irqs[0] = 9;
	w->m.platform.sci_gsi = 9;
	expect_refusal(w, "cell one: interrupt line 9 is that of ACPI, which the root cell needs");
	w->m.platform.sci_gsi = 20;
	w->m.platform.timer_gsi = 9;
	expect_refusal(w, "cell one: interrupt line 9 is that of the system timer");
	w->m.platform.timer_gsi = 2;
	w->m.platform.clock_gsi = 8;
	assert_true(solve(w));
	w->ioapic.phys = BH_CELL_INFO_GPA + PAGE_SIZE;
	expect_refusal(w, "cell one: the I/O APIC of its interrupt lines is at 0xfe001000, where");
	w->ioapic.phys = w->cells[0].memory_gpa;
	expect_refusal(w, "where the cell has something else");
}

static void the_answer_is_the_same_each_time(void **state)
{
	struct world *w = *state;
	struct layout first;

	assert_true(solve(w));
	first = w->out;
	assert_true(solve(w));
	assert_memory_equal(&first, &w->out, sizeof(first));
}

static void an_iommu_is_needed_where_it_is_required(void **state)
{
	struct world *w = *state;

	w->m.platform.dmar.unit_count = 0;
	w->m.platform.has_dmar = false;
	expect_refusal(w, "no IOMMU (the firmware has neither a DMAR nor an IVRS table)");
	w->m.platform.has_ivrs = true;
	expect_refusal(w, "AMD-Vi, which this version does not drive");
	w->m.platform.has_dmar = true;
	strcpy(w->m.platform.dmar_why.text, "the table is damaged");
	expect_refusal(w, "the table is damaged");
	w->head.iommu = BH_IOMMU_OFF;
	assert_true(solve(w));
	assert_int_equal(w->out.interrupts_max, 0);
}

static void an_iommu_without_what_we_need_is_refused(void **state)
{
	struct world *w = *state;

	w->caps.ecap &= ~BIT64(3);
	expect_refusal(w, "iommu: required, but the unit at 0xfed90000 has no interrupt remapping");
	w->caps.cap = UINT64_MAX;
	expect_refusal(w, "iommu: required, but the unit at 0xfed90000 has no registers");
	w->caps = (struct unit_caps){CAP, ECAP};
	w->ioapic.has_source = 0;
	expect_refusal(w, "the I/O APIC at 0xfec00000 cannot be fenced");
	w->ioapic = (struct bh_boot_ioapic){.has_source = 1, .pins = 513};
	expect_refusal(w, "the I/O APICs have 513 pins");
}

static void cpus_that_cannot_are_named(void **state)
{
	struct world *w = *state;

	w->m.faults = FAULT_VMX_LOCK;
	expect_refusal(w, "VMX is locked off by the firmware");
	w->cells[0].cpu_count = 9;
	expect_refusal(w, "machine has 4 CPUs, cells want 10");
}

static void too_little_memory_is_refused_with_the_cell(void **state)
{
	struct world *w = *state;

	w->cells[1].memory_size = MIB(480);
	expect_refusal(w, "no memory for two (0x1e000000 bytes)");
	w->cells[1].memory_size = MIB(400);
	w->head.root_min_memory = MIB(624);
	expect_refusal(w, "the root cell would get 622 MiB of memory, the system file wants 624");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(memory_goes_behind_the_kernel_in_file_order, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_the_dmar_reserves_is_left_alone, setup,
						teardown),
		cmocka_unit_test_setup_teardown(lines_say_who_got_what, setup, teardown),
		cmocka_unit_test_setup_teardown(lines_say_ports_and_interrupt_lines, setup,
						teardown),
		cmocka_unit_test_setup_teardown(links_get_memory_of_their_own, setup, teardown),
		cmocka_unit_test_setup_teardown(ports_of_somebodys_device_are_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(interrupt_lines_must_be_there, setup, teardown),
		cmocka_unit_test_setup_teardown(the_answer_is_the_same_each_time, setup, teardown),
		cmocka_unit_test_setup_teardown(an_iommu_is_needed_where_it_is_required, setup,
						teardown),
		cmocka_unit_test_setup_teardown(an_iommu_without_what_we_need_is_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(cpus_that_cannot_are_named, setup, teardown),
		cmocka_unit_test_setup_teardown(too_little_memory_is_refused_with_the_cell, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
