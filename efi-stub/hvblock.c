// SPDX-License-Identifier: BSD-2-Clause
#include "hvblock.h"

#include "bulk.h"
#include "cellinfo.h"
#include "core/string.h"
#include "elf.h"
#include "fallback.h"
#include "memory.h"
#include "paging.h"
#include "uefi.h"
#include "x86/asm.h"

#define TRAMPOLINE_BELOW 0x9f000u /* the last page below 640 KiB may be the firmware's EBDA */

extern const u8 hv_image[], hv_image_end[];

const struct bh_hv_header *hvblock_header(void)
{
	return (const struct bh_hv_header *)hv_image;
}

static u64 take(const char *what, u64 size, u64 below, enum efi_mem_type type)
{
	return memory_take(
		&(struct memory_request){.what = what, .size = size, .below = below, .type = type});
}

/* For good: the firmware forgets this memory, and the root cell never hears of it. */
static u64 take_for_good(const char *what, u64 address, u64 size)
{
	struct memory_request r = {.what = what, .size = size, .type = EFI_MEM_RESERVED};

	/* The layout is made of what was free a moment ago. */
	if (!memory_try_at(&r, address))
		fail("the firmware does not give the memory at 0x%lx (0x%lx bytes) for %s, which "
		     "its own map says is free",
		     address, size, what);
	bulk_zero((void *)address, size);
	return address;
}

static void add_taken(struct hvblock *b, u64 start, u64 size)
{
	b->taken[b->taken_count++] = (struct mem_range){start, size};
}

static void take_block(struct hvblock *b, const struct layout *l, u64 *ticks)
{
	u64 start;

	b->layout = l->block;
	b->phys = take_for_good("the hypervisor", l->hv, l->block.size);
	add_taken(b, b->phys, b->layout.size);
	start = rdtsc();
	bulk_copy((void *)b->phys, hv_image, (u64)(hv_image_end - hv_image));
	*ticks += rdtsc() - start;
}

static void fill_arrays(struct bh_boot_info *info, const struct info_layout *l,
			const struct machine *m)
{
	const struct platform *p = &m->platform;
	u8 *base = (u8 *)info;

	memcpy(base + l->cpus, m->cpus, m->cpu_count * sizeof(*m->cpus));
	memcpy(base + l->ioapics, p->ioapics, p->ioapic_count * sizeof(*p->ioapics));
	memcpy(base + l->units, p->dmar.units, p->dmar.unit_count * sizeof(*p->dmar.units));
	memcpy(base + l->rmrrs, p->dmar.rmrrs, p->dmar.rmrr_count * sizeof(*p->dmar.rmrrs));
	memcpy(base + l->pci, p->pci, p->pci_count * sizeof(*p->pci));
	memcpy(base + l->scopes, p->dmar.scopes, p->dmar.scope_count * sizeof(u16));
}

static void fill_info(struct hvblock *b, const struct sections *s, const struct machine *m)
{
	const struct bh_config *head = s->config.head;
	const struct platform *p = &m->platform;
	const struct info_layout l = layout_info(m, &s->config);

	b->info = (struct bh_boot_info *)(b->phys + b->layout.info_offset);
	*b->info = (struct bh_boot_info){
		.magic = BH_BOOT_MAGIC,
		.version = BH_BOOT_VERSION,
		.size = (u32)b->layout.info_size,
		.hv_phys = b->phys,
		.hv_size = b->layout.size,
		.pool_offset = b->layout.pool_offset,
		.trampoline_phys = b->trampoline,
		.phys_top = m->phys_top,
		.tsc_khz = m->tsc_khz,
		.iommu = head->iommu,
		.on_failure = head->on_failure,
		.console_port = head->console_port,
		.cpu_count = m->cpu_count,
		.cpu_offset = (u32)l.cpus,
		.cell_count = head->cell_count + 1,
		.cell_offset = (u32)l.cells,
		.mem_count = head->cell_count + links_members(&s->config),
		.mem_offset = (u32)l.mem,
		.mmconfig_phys = p->mmconfig_phys,
		.mmconfig_buses = p->mmconfig_buses,
		.pm_timer_port = p->pm_timer_port,
		.ioapic_count = p->ioapic_count,
		.ioapic_offset = (u32)l.ioapics,
		.unit_count = p->dmar.unit_count,
		.unit_offset = (u32)l.units,
		.rmrr_count = p->dmar.rmrr_count,
		.rmrr_offset = (u32)l.rmrrs,
		.pci_count = p->pci_count,
		.pci_offset = (u32)l.pci,
		.scope_count = p->dmar.scope_count,
		.scope_offset = (u32)l.scopes,
	};
	fill_arrays(b->info, &l, m);
	memcpy(hvblock_cells(b)->name, "root", 5);
}

struct bh_boot_cell *hvblock_cells(const struct hvblock *b)
{
	return (struct bh_boot_cell *)((u8 *)b->info + b->info->cell_offset);
}

/* Load a cell's program into new memory. */
static u64 load_cell(const struct sections *s, const struct bh_config_cell *cell, u64 at,
		     struct bh_boot_entry *entry, u64 *ticks)
{
	u64 ram = take_for_good(cell->name, at, cell->memory_size);
	struct elf_target target = {
		.ram = (u8 *)ram,
		.gpa = cell->memory_gpa,
		.size = cell->memory_size - CELL_TABLES_SIZE,
	};
	u64 start = rdtsc();
	struct why why;

	if (!elf_load(&target, s->cells.data + cell->image_offset, cell->image_size, cell->name,
		      &why))
		fail("%s", why.text);
	*ticks += rdtsc() - start;
	cellinfo_tables(target.ram, cell, target.entry, entry);
	return ram;
}

static struct bh_boot_mem *mems(const struct hvblock *b)
{
	return (struct bh_boot_mem *)((u8 *)b->info + b->info->mem_offset);
}

static void take_links(struct hvblock *b, const struct layout *l)
{
	for (u32 i = 0; i < l->links.count; i++) {
		const struct bh_config_link *link = l->links.links[i].first;

		take_for_good(link->name, l->link_at[i], link->size);
		add_taken(b, l->link_at[i], link->size);
	}
}

/* One entry for each cell that has a link, behind those of the cells' own memory. */
static void fill_links(struct hvblock *b, const struct config *config, const struct layout *l)
{
	struct bh_boot_mem *mem = mems(b) + config->head->cell_count;

	take_links(b, l);
	for (u32 i = 0; i < config->head->cell_count; i++)
		for (u32 k = 0; k < config->cells[i].link_count; k++) {
			const struct bh_config_link *own = &config->cells[i].links[k];
			const struct link *link = links_find(&l->links, own->name);

			*mem++ = (struct bh_boot_mem){
				.gpa = link->gpa,
				.hpa = l->link_at[link - l->links.links],
				.size = own->size,
				.cell = i + 1,
				.flags = own->flags & BH_LINK_WRITE ? BH_MEM_FLAG_WRITE : 0,
			};
		}
}

static void fill_cell(struct hvblock *b, const struct sections *s, const struct machine *m,
		      const struct layout *l, u32 i, u64 *ticks)
{
	const struct bh_config_cell *cell = &s->config.cells[i];
	struct bh_boot_cell *out = hvblock_cells(b) + i + 1;
	struct bh_boot_mem *mem = mems(b) + i;
	struct why why;

	memcpy(out->name, cell->name, sizeof(out->name));
	mem->hpa = load_cell(s, cell, l->cells[i], &out->entry, ticks);
	mem->gpa = cell->memory_gpa;
	mem->size = cell->memory_size;
	mem->cell = i + 1;
	mem->flags = BH_MEM_FLAG_WRITE | BH_MEM_FLAG_EXEC;
	add_taken(b, mem->hpa, mem->size);
	out->info_offset = (u32)layout_info(m, &s->config).templates + i * BH_PAGE_SIZE;
	out->info_size = BH_PAGE_SIZE;
	out->flags = cell->flags;
	if (!cellinfo_fill((u8 *)b->info + out->info_offset, &s->config, i, m, &l->links, &why))
		fail("%s", why.text);
}

/* Firmware with strict memory protection maps new memory without execute permission. */
static void make_executable(u64 page)
{
	struct memory_attribute *ma = uefi_locate(&guid_memory_attribute);
	EFI_STATUS status;

	if (!ma)
		return;
	status = ma->clear(ma, page, PAGE_SIZE, MEMORY_XP);
	if (EFI_ERROR(status))
		fail("the firmware does not let the start page be executed (firmware error 0x%lx)",
		     status);
}

static void take_trampoline(struct hvblock *b)
{
	b->trampoline = take("the page from which CPUs start", PAGE_SIZE, TRAMPOLINE_BELOW,
			     EFI_MEM_LOADER_CODE);
	make_executable(b->trampoline);
	b->tables = take("the boot page tables", paging_boot_size(b->layout.size), SIZE_4G,
			 EFI_MEM_BOOT_DATA);
}

static void fill_trampoline(struct hvblock *b)
{
	u8 *page = (u8 *)b->trampoline;
	struct bh_trampoline *params = (struct bh_trampoline *)(page + BH_TRAMPOLINE_PARAMS);

	memcpy(page, hv_image + hvblock_header()->trampoline_offset, BH_PAGE_SIZE);
	*params = (struct bh_trampoline){
		.boot_cr3 = b->tables,
		.entry = hvblock_header()->entry,
		.arg = BH_HV_BASE + b->layout.info_offset,
	};
	paging_boot((struct table_area){(u64 *)b->tables, b->tables}, b->trampoline, b->phys,
		    b->layout.size);
	b->jump = b->trampoline + hvblock_header()->trampoline_bsp;
}

void hvblock_build(struct hvblock *b, const struct sections *s, const struct machine *m,
		   const struct layout *l, u64 *ticks)
{
	take_block(b, l, ticks);
	take_trampoline(b);
	fill_info(b, s, m);
	fill_trampoline(b);
	for (u32 i = 0; i < s->config.head->cell_count; i++)
		fill_cell(b, s, m, l, i, ticks);
	fill_links(b, &s->config, l);
}
