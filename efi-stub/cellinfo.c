// SPDX-License-Identifier: BSD-2-Clause
#include "cellinfo.h"

#include "core/string.h"
#include "lines.h"
#include "paging.h"

#define MEM_COUNT 3u

static u32 count_cpus(u32 cell, const struct bh_boot_cpu *cpus, u32 cpu_count)
{
	u32 n = 0;

	for (u32 i = 0; i < cpu_count; i++)
		if (cpus[i].cell == cell)
			n++;
	return n;
}

static u32 put_cpus(u8 *page, u32 at, u32 cell, const struct bh_boot_cpu *cpus, u32 cpu_count)
{
	for (u32 i = 0; i < cpu_count; i++) {
		if (cpus[i].cell != cell)
			continue;
		memcpy(page + at, &cpus[i].apic_id, sizeof(u32));
		at += (u32)sizeof(u32);
	}
	return at;
}

static u32 put_memory(u8 *page, u32 at, const struct bh_config_cell *cell)
{
	const struct bh_cell_mem mem[MEM_COUNT] = {
		{cell->memory_gpa,    cell->memory_size,    BH_MEM_RAM,
		 BH_MEM_FLAG_WRITE | BH_MEM_FLAG_EXEC                                        },
		{BH_CELL_INFO_GPA,    BH_PAGE_SIZE,         BH_MEM_INFO,    0                },
		{BH_CELL_CONSOLE_GPA, BH_CELL_CONSOLE_SIZE, BH_MEM_CONSOLE, BH_MEM_FLAG_WRITE},
	};

	memcpy(page + at, mem, sizeof(mem));
	return at + (u32)sizeof(mem);
}

static u32 put_links(u8 *page, u32 at, const struct bh_config_cell *cell,
		     const struct link_list *links)
{
	for (u32 i = 0; i < cell->link_count; i++) {
		const struct bh_config_link *own = &cell->links[i];
		struct bh_cell_link link = {
			.gpa = links_find(links, own->name)->gpa,
			.size = own->size,
			.flags = own->flags & BH_LINK_WRITE ? BH_MEM_FLAG_WRITE : 0,
		};

		memcpy(link.name, own->name, sizeof(link.name));
		memcpy(page + at, &link, sizeof(link));
		at += (u32)sizeof(link);
	}
	return at;
}

static u32 put_ports(u8 *page, u32 at, const struct bh_config_cell *cell)
{
	_Static_assert(sizeof(struct bh_cell_ports) == sizeof(struct bh_config_ports), "a copy");
	u32 size = (u32)(cell->port_count * sizeof(struct bh_cell_ports));

	memcpy(page + at, cell->ports, size);
	return at + size;
}

static u32 put_irqs(u8 *page, u32 at, const struct bh_config_cell *cell, const struct platform *p)
{
	for (u32 i = 0; i < cell->irq_count; i++) {
		const struct bh_boot_ioapic *io = lines_ioapic(p, cell->irqs[i]);
		struct bh_cell_irq irq = {cell->irqs[i], cell->irqs[i] - io->gsi_base, io->phys};

		memcpy(page + at, &irq, sizeof(irq));
		at += (u32)sizeof(irq);
	}
	return at;
}

/* Bytes of the page: each list begins at a multiple of 8. */
static u64 page_size(const struct bh_config_cell *cell, u32 cpus)
{
	return sizeof(struct bh_cell_info) + ALIGN_UP(4ULL * cpus, 8) +
	       MEM_COUNT * sizeof(struct bh_cell_mem) +
	       ALIGN_UP(cell->port_count * sizeof(struct bh_cell_ports), 8) +
	       cell->irq_count * sizeof(struct bh_cell_irq) +
	       cell->link_count * sizeof(struct bh_cell_link) + BH_ARGS_SIZE;
}

bool cellinfo_fill(u8 *page, const struct config *config, u32 index, const struct machine *m,
		   const struct link_list *links, struct why *why)
{
	const struct bh_config_cell *cell = &config->cells[index];
	struct bh_cell_info *info = (struct bh_cell_info *)page;
	/* Whole cores may be more CPUs than were asked for. */
	u32 own = count_cpus(index + 1, m->cpus, m->cpu_count);
	u64 size = page_size(cell, own);
	u32 at = (u32)sizeof(*info);

	if (size > BH_PAGE_SIZE)
		return because(why, "cell %s: %u CPUs are more than its info page can list",
			       cell->name, own);
	info->magic = BH_CELL_INFO_MAGIC;
	info->version = BH_CELL_INFO_VERSION;
	info->size = (u32)size;
	memcpy(info->name, cell->name, sizeof(info->name));
	info->tsc_khz = m->tsc_khz;
	info->cpu_count = own;
	info->cpu_offset = at;
	at = (u32)ALIGN_UP(put_cpus(page, at, index + 1, m->cpus, m->cpu_count), 8);
	info->mem_count = MEM_COUNT;
	info->mem_offset = at;
	at = put_memory(page, at, cell);
	info->link_count = cell->link_count;
	info->link_offset = at;
	at = put_links(page, at, cell, links);
	info->port_count = cell->port_count;
	info->port_offset = at;
	at = (u32)ALIGN_UP(put_ports(page, at, cell), 8);
	info->irq_count = cell->irq_count;
	info->irq_offset = at;
	at = put_irqs(page, at, cell, &m->platform);
	info->args_offset = at;
	memcpy(page + at, cell->args, BH_ARGS_SIZE);
	info->console_gpa = BH_CELL_CONSOLE_GPA;
	return true;
}

void cellinfo_tables(u8 *ram, const struct bh_config_cell *cell, u64 entry_point,
		     struct bh_boot_entry *entry)
{
	u64 offset = cell->memory_size - CELL_TABLES_SIZE;
	u64 gpa = cell->memory_gpa + offset;

	paging_identity((struct table_area){(u64 *)(ram + offset), gpa}, SIZE_4G);
	flat_gdt((u64 *)(ram + offset + CELL_TABLES_GDT));
	*entry = (struct bh_boot_entry){
		.rip = entry_point,
		.rdi = BH_CELL_INFO_GPA,
		.cr3 = gpa,
		.gdt_base = gpa + CELL_TABLES_GDT,
		.gdt_limit = FLAT_GDT_SIZE - 1,
		.cs = FLAT_CS,
		.ds = FLAT_DS,
	};
}
