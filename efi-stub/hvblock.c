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

static const struct bh_hv_header *header(void)
{
	return (const struct bh_hv_header *)hv_image;
}

/* Offsets in the boot info: header, CPUs, cells, memory, then page-aligned templates. */
static u64 offset_cells(u32 cpus)
{
	return sizeof(struct bh_boot_info) + cpus * sizeof(struct bh_boot_cpu);
}

static u64 offset_mem(u32 cpus, u32 cells)
{
	return offset_cells(cpus) + (cells + 1u) * sizeof(struct bh_boot_cell);
}

static u64 offset_template(u32 cpus, u32 cells, u32 index)
{
	u64 end = offset_mem(cpus, cells) + cells * sizeof(struct bh_boot_mem);

	return ALIGN_UP(end, PAGE_SIZE) + (u64)index * BH_PAGE_SIZE;
}

static u64 take(const char *what, u64 size, u64 below, enum efi_mem_type type)
{
	return memory_take(
		&(struct memory_request){.what = what, .size = size, .below = below, .type = type});
}

/* For good: the firmware forgets this memory, and the root cell never hears of it. */
static u64 take_for_good(const char *what, u64 size, u64 align)
{
	return memory_take(&(struct memory_request){.what = what,
						    .size = size,
						    .align = align,
						    .high = true,
						    .type = EFI_MEM_RESERVED});
}

static void add_taken(struct hvblock *b, u64 start, u64 size)
{
	b->taken[b->taken_count++] = (struct mem_range){start, size};
}

static void take_block(struct hvblock *b, const struct sections *s, const struct machine *m,
		       u64 phys_top, u64 *ticks)
{
	u32 cells = s->config.head->cell_count;
	u64 info_size = offset_template(m->cpu_count, cells, cells);
	u64 start;
	struct why why;

	if (!place_hv(header(), info_size, m->cpu_count, cells, phys_top, m->has_1g, &b->layout,
		      &why))
		fail("%s", why.text);
	b->phys = take_for_good("the hypervisor", b->layout.size, 0);
	add_taken(b, b->phys, b->layout.size);
	start = rdtsc();
	bulk_copy((void *)b->phys, hv_image, (u64)(hv_image_end - hv_image));
	*ticks += rdtsc() - start;
}

static void fill_info(struct hvblock *b, const struct sections *s, const struct machine *m,
		      u64 phys_top)
{
	const struct bh_config *head = s->config.head;
	u32 cpus = m->cpu_count, cells = head->cell_count;

	b->info = (struct bh_boot_info *)(b->phys + b->layout.info_offset);
	*b->info = (struct bh_boot_info){
		.magic = BH_BOOT_MAGIC,
		.version = BH_BOOT_VERSION,
		.size = (u32)b->layout.info_size,
		.hv_phys = b->phys,
		.hv_size = b->layout.size,
		.pool_offset = b->layout.pool_offset,
		.trampoline_phys = b->trampoline,
		.phys_top = phys_top,
		.tsc_khz = m->tsc_khz,
		.iommu = head->iommu,
		.on_failure = head->on_failure,
		.console_port = head->console_port,
		.cpu_count = cpus,
		.cpu_offset = sizeof(struct bh_boot_info),
		.cell_count = cells + 1,
		.cell_offset = (u32)offset_cells(cpus),
		.mem_count = cells,
		.mem_offset = (u32)offset_mem(cpus, cells),
	};
	memcpy(b->info + 1, m->cpus, cpus * sizeof(*m->cpus));
	memcpy(hvblock_cells(b)->name, "root", 5);
}

struct bh_boot_cell *hvblock_cells(const struct hvblock *b)
{
	return (struct bh_boot_cell *)((u8 *)b->info + b->info->cell_offset);
}

/* Load a cell's program into new memory. */
static u64 load_cell(const struct sections *s, const struct bh_config_cell *cell,
		     struct bh_boot_entry *entry, u64 *ticks)
{
	u64 align = cell->memory_size >= SIZE_2M ? SIZE_2M : PAGE_SIZE;
	u64 ram = take_for_good(cell->name, cell->memory_size, align);
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

static void fill_cell(struct hvblock *b, const struct sections *s, const struct machine *m, u32 i,
		      u64 *ticks)
{
	const struct bh_config_cell *cell = &s->config.cells[i];
	struct bh_boot_cell *out = hvblock_cells(b) + i + 1;
	struct bh_boot_mem *mem = (struct bh_boot_mem *)((u8 *)b->info + b->info->mem_offset) + i;
	struct why why;

	memcpy(out->name, cell->name, sizeof(out->name));
	mem->hpa = load_cell(s, cell, &out->entry, ticks);
	mem->gpa = cell->memory_gpa;
	mem->size = cell->memory_size;
	mem->cell = i + 1;
	mem->flags = BH_MEM_FLAG_WRITE | BH_MEM_FLAG_EXEC;
	add_taken(b, mem->hpa, mem->size);
	out->info_offset = (u32)offset_template(m->cpu_count, s->config.head->cell_count, i);
	out->info_size = BH_PAGE_SIZE;
	if (!cellinfo_fill((u8 *)b->info + out->info_offset, &s->config, i, m->cpus, m->cpu_count,
			   m->tsc_khz, &why))
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

	memcpy(page, hv_image + header()->trampoline_offset, BH_PAGE_SIZE);
	*params = (struct bh_trampoline){
		.boot_cr3 = b->tables,
		.entry = header()->entry,
		.arg = BH_HV_BASE + b->layout.info_offset,
	};
	paging_boot((struct table_area){(u64 *)b->tables, b->tables}, b->trampoline, b->phys,
		    b->layout.size);
	b->jump = b->trampoline + header()->trampoline_bsp;
}

void hvblock_build(struct hvblock *b, const struct sections *s, const struct machine *m, u64 *ticks)
{
	u64 phys_top = memory_top();

	take_block(b, s, m, phys_top, ticks);
	take_trampoline(b);
	fill_info(b, s, m, phys_top);
	fill_trampoline(b);
	for (u32 i = 0; i < s->config.head->cell_count; i++)
		fill_cell(b, s, m, i, ticks);
}
