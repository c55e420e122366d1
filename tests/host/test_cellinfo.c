/* SPDX-License-Identifier: BSD-2-Clause */
#include "cellinfo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "make_config.h"

static struct policy policy;
static struct why why;
static u8 page[BH_PAGE_SIZE] __attribute__((aligned(4096)));

static struct bh_boot_cpu cpus[] = {
	{0,     0},
        {8,     2},
        {2,     1},
        {9,     2},
        {0x123, 2},
};

static struct bh_boot_ioapic ioapics[] = {
	{.phys = 0xfec00000, .gsi_base = 0,  .pins = 24},
	{.phys = 0xfec01000, .gsi_base = 24, .pins = 8 },
};

static const struct machine machine = {
	.cpus = cpus,
	.cpu_count = ARRAY_SIZE(cpus),
	.tsc_khz = 2100000,
	.platform = {.ioapics = ioapics, .ioapic_count = ARRAY_SIZE(ioapics)},
};

static const struct link_list no_links;

static struct config two_cells(void)
{
	make_policy(&policy);
	policy.cells[1].cpu_count = 3;
	memset(page, 0, sizeof(page));
	return (struct config){&policy.head, policy.cells};
}

static void page_lists_the_cells_own_cpus(void **state)
{
	static const u32 expected[] = {8, 9, 0x123};
	struct config c = two_cells();
	const struct bh_cell_info *info = (const struct bh_cell_info *)page;

	(void)state;
	assert_true(cellinfo_fill(page, &c, 1, &machine, &no_links, &why));
	assert_int_equal(info->magic, BH_CELL_INFO_MAGIC);
	assert_int_equal(info->version, BH_CELL_INFO_VERSION);
	assert_string_equal(info->name, "servo-2_x");
	assert_int_equal(info->tsc_khz, 2100000);
	assert_int_equal(info->cpu_count, 3);
	assert_memory_equal(page + info->cpu_offset, expected, sizeof(expected));
}

static void page_lists_ram_info_and_console(void **state)
{
	struct config c = two_cells();
	const struct bh_cell_info *info = (const struct bh_cell_info *)page;
	const struct bh_cell_mem *mem;

	(void)state;
	assert_true(cellinfo_fill(page, &c, 0, &machine, &no_links, &why));
	assert_int_equal(info->mem_count, 3);
	assert_int_equal(info->mem_offset % 8, 0);
	mem = (const struct bh_cell_mem *)(page + info->mem_offset);
	assert_int_equal(mem[0].kind, BH_MEM_RAM);
	assert_int_equal(mem[0].gpa, 0x100000);
	assert_int_equal(mem[0].size, 0x200000);
	assert_int_equal(mem[1].kind, BH_MEM_INFO);
	assert_int_equal(mem[1].flags, 0);
	assert_int_equal(mem[2].kind, BH_MEM_CONSOLE);
	assert_int_equal(mem[2].gpa, info->console_gpa);
	assert_string_equal((const char *)page + info->args_offset, "one two");
	assert_true(info->args_offset + BH_ARGS_SIZE <= info->size);
	assert_true(info->size <= BH_PAGE_SIZE);
}

static void page_lists_ports_and_interrupt_lines(void **state)
{
	struct config c = two_cells();
	const struct bh_cell_info *info = (const struct bh_cell_info *)page;
	static const struct bh_cell_ports ports[] = {
		{0x2e8, 0x2ef},
                {0x300, 0x300},
                {0x310, 0x31f}
        };
	static const struct bh_cell_irq irqs[] = {
		{5,  5, 0xfec00000},
                {25, 1, 0xfec01000}
        };

	(void)state;
	policy.cells[1].port_count = ARRAY_SIZE(ports);
	policy.cells[1].irq_count = ARRAY_SIZE(irqs);
	for (u32 i = 0; i < ARRAY_SIZE(ports); i++)
		policy.cells[1].ports[i] = (struct bh_config_ports){ports[i].first, ports[i].last};
	for (u32 i = 0; i < ARRAY_SIZE(irqs); i++)
		policy.cells[1].irqs[i] = (u16)irqs[i].gsi;
	assert_true(cellinfo_fill(page, &c, 1, &machine, &no_links, &why));
	assert_int_equal(info->port_count, ARRAY_SIZE(ports));
	assert_memory_equal(page + info->port_offset, ports, sizeof(ports));
	assert_int_equal(info->irq_count, ARRAY_SIZE(irqs));
	assert_int_equal(info->irq_offset % 8, 0);
	assert_memory_equal(page + info->irq_offset, irqs, sizeof(irqs));
	assert_string_equal((const char *)page + info->args_offset, policy.cells[1].args);
	assert_int_equal(info->args_offset + BH_ARGS_SIZE, info->size);
}

static void page_lists_links(void **state)
{
	struct config c = two_cells();
	const struct bh_cell_info *info = (const struct bh_cell_info *)page;
	const struct bh_cell_link *link;
	struct link_list links;

	(void)state;
	policy.cells[0].link_count = 2;
	policy.cells[0].links[0] = (struct bh_config_link){"axis", 0x3000, BH_LINK_WRITE, 0};
	policy.cells[0].links[1] = (struct bh_config_link){"log", 0x1000, BH_LINK_WRITE, 0};
	policy.cells[1].link_count = 1;
	policy.cells[1].links[0] = (struct bh_config_link){"log", 0x1000, 0, 0};
	assert_int_equal(links_members(&c), 3);
	assert_true(links_collect(&c, &links, &why));
	assert_int_equal(links.count, 2);
	assert_true(cellinfo_fill(page, &c, 1, &machine, &links, &why));
	assert_int_equal(info->link_count, 1);
	assert_int_equal(info->link_offset % 8, 0);
	link = (const struct bh_cell_link *)(page + info->link_offset);
	assert_string_equal(link->name, "log");
	assert_int_equal(link->gpa, BH_CELL_LINKS_GPA + 0x3000);
	assert_int_equal(link->size, 0x1000);
	assert_int_equal(link->flags, 0);
	assert_string_equal((const char *)page + info->args_offset, policy.cells[1].args);
	assert_int_equal(info->args_offset + BH_ARGS_SIZE, info->size);
}

static void links_that_do_not_fit_together_are_refused(void **state)
{
	struct config c = two_cells();
	struct link_list links;

	(void)state;
	policy.cells[0].link_count = policy.cells[1].link_count = 1;
	policy.cells[0].links[0] = (struct bh_config_link){"axis", 0x3000, 0, 0};
	policy.cells[1].links[0] = (struct bh_config_link){"axis", 0x1000, 0, 0};
	assert_false(links_collect(&c, &links, &why));
	assert_string_equal(why.text,
			    "link axis: one cell says it has 0x3000 bytes, another 0x1000: "
			    "give it one size");
	policy.cells[1].links[0] = (struct bh_config_link){"log", BH_CELL_LINKS_SIZE - 0x2000, 0,
							   0};
	assert_false(links_collect(&c, &links, &why));
	assert_non_null(strstr(why.text, "link log: all links together"));
	policy.cells[1].links[0].size -= 0x1000;
	assert_true(links_collect(&c, &links, &why));
	assert_int_equal(links_find(&links, "log")->gpa, BH_CELL_LINKS_GPA + 0x3000);
	assert_null(links_find(&links, "lo"));
}

static void too_many_cpus_for_the_page_are_refused(void **state)
{
	static struct bh_boot_cpu many[1000];
	struct config c = two_cells();
	struct machine m = machine;

	(void)state;
	for (u32 i = 1; i < ARRAY_SIZE(many); i++)
		many[i] = (struct bh_boot_cpu){.apic_id = i, .cell = 1};
	m.cpus = many;
	m.cpu_count = ARRAY_SIZE(many);
	assert_false(cellinfo_fill(page, &c, 0, &m, &no_links, &why));
	assert_non_null(strstr(why.text, "cell hello: 999 CPUs"));
}

static void tables_lie_in_the_last_32_kib(void **state)
{
	struct config c = two_cells();
	u64 size = policy.cells[0].memory_size, begin = size - CELL_TABLES_SIZE;
	u8 *ram = aligned_alloc(PAGE_SIZE, size);
	struct bh_boot_entry e;
	const u64 *pml4 = (const u64 *)(ram + begin);

	(void)state;
	(void)c;
	memset(ram, 0, size);
	cellinfo_tables(ram, &policy.cells[0], 0x100040, &e);
	for (u64 i = 0; i < begin; i++)
		assert_int_equal(ram[i], 0);
	assert_int_equal(e.rip, 0x100040);
	assert_int_equal(e.rdi, BH_CELL_INFO_GPA);
	assert_int_equal(e.cr3, 0x100000 + begin);
	assert_int_equal(e.gdt_base, e.cr3 + 0x6000);
	assert_int_equal(e.gdt_limit, 31);
	/* Tables refer to each other by guest-physical address. */
	assert_int_equal(pml4[0] & ~0xfffULL, e.cr3 + 0x1000);
	assert_int_equal(((const u64 *)(ram + begin + 0x6000))[e.cs / 8] >> 53 & 1, 1);
	free(ram);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_lists_the_cells_own_cpus),
		cmocka_unit_test(page_lists_ram_info_and_console),
		cmocka_unit_test(page_lists_ports_and_interrupt_lines),
		cmocka_unit_test(page_lists_links),
		cmocka_unit_test(links_that_do_not_fit_together_are_refused),
		cmocka_unit_test(too_many_cpus_for_the_page_are_refused),
		cmocka_unit_test(tables_lie_in_the_last_32_kib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
