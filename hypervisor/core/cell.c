/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/cell.h"

#include "core/cpu.h"
#include "core/msr_policy.h"
#include "core/port_policy.h"
#include "core/string.h"
#include "devices/uart16550.h"
#include "x86/mtrr.h"
#include "x86/regs.h"

struct cell *cells;
u32 cell_count;

#define IO_PORTS 0x10000u

static struct mtrr_state mtrr;

static const struct bh_boot_cell *boot_cells(const struct bh_boot_info *info)
{
	return (const void *)((const u8 *)info + info->cell_offset);
}

static const struct bh_boot_mem *boot_mems(const struct bh_boot_info *info)
{
	return (const void *)((const u8 *)info + info->mem_offset);
}

/* Map a range with the memory types that the MTRRs give its host addresses. */
static enum bh_err map_typed(struct ptable *pt, u64 gpa, u64 hpa, u64 size, u32 access)
{
	u64 done = 0, end, next;

	while (done < size) {
		enum mem_type type = mtrr_type(&mtrr, hpa + done, &end);
		struct map_req req = {gpa + done, hpa + done, 0, access, type};
		enum bh_err err;

		/* join neighbours of the same type, so that leaves can be large */
		while (end < hpa + size && mtrr_type(&mtrr, end, &next) == type)
			end = next;
		req.size = end < hpa + size ? end - (hpa + done) : size - done;
		err = ptable_map(pt, &req);
		if (err)
			return err;
		done += req.size;
	}
	return BH_OK;
}

static enum bh_err map_fixed(struct ptable *pt, u64 gpa, u64 hpa, u64 size, u32 access,
			     enum mem_type type)
{
	struct map_req req = {gpa, hpa, size, access, type};

	return ptable_map(pt, &req);
}

/* Root: the whole machine, minus the hypervisor and the RT cells. */
static enum bh_err map_root(struct cell *root, const struct bh_boot_info *info)
{
	const struct bh_boot_mem *mem = boot_mems(info);
	struct ptable *pt = &root->memory;
	enum bh_err err = map_typed(pt, 0, 0, info->phys_top, PT_READ | PT_WRITE | PT_EXEC);

	if (!err)
		err = map_fixed(pt, info->hv_phys, 0, info->hv_size, 0, MT_UC);
	if (!err) /* a CPU's write there is an interrupt message to any CPU on some machines */
		err = map_fixed(pt, MSI_WINDOW_BASE, 0, MSI_WINDOW_SIZE, 0, MT_UC);
	for (u32 i = 0; i < info->mem_count && !err; i++)
		err = map_fixed(pt, mem[i].hpa, 0, mem[i].size, 0, MT_UC);
	return err;
}

static enum bh_err map_rt_memory(struct cell *cell, const struct bh_boot_info *info)
{
	const struct bh_boot_mem *mem = boot_mems(info);
	enum bh_err err = BH_OK;

	for (u32 i = 0; i < info->mem_count && !err; i++) {
		u32 access = PT_READ | (mem[i].flags & BH_MEM_FLAG_WRITE ? PT_WRITE : 0) |
			     (mem[i].flags & BH_MEM_FLAG_EXEC ? PT_EXEC : 0);

		if (mem[i].cell == cell->id)
			err = map_typed(&cell->memory, mem[i].gpa, mem[i].hpa, mem[i].size, access);
	}
	return err;
}

/* The cell info page (read-only for the cell) and its console ring. */
static enum bh_err map_rt_info(struct cell *cell, const struct bh_boot_info *info,
			       struct page_pool *pool)
{
	const struct bh_boot_cell *bc = &boot_cells(info)[cell->id];
	struct bh_cell_info *page = pool_alloc(pool, 1);
	enum bh_err err;

	cell->console = pool_alloc(pool, BH_CELL_CONSOLE_SIZE / PAGE_SIZE);
	if (!page || !cell->console)
		return BH_ERR_NOMEM;
	if (bc->info_size > PAGE_SIZE || bc->info_size < sizeof(*page) ||
	    bc->info_offset > info->size - bc->info_size)
		return BH_ERR_RANGE;
	memcpy(page, (const u8 *)info + bc->info_offset, bc->info_size);
	cell->info = page;
	err = map_fixed(&cell->memory, BH_CELL_INFO_GPA, pool_phys(pool, page), PAGE_SIZE, PT_READ,
			MT_WB);
	if (err)
		return err;
	return map_fixed(&cell->memory, BH_CELL_CONSOLE_GPA, pool_phys(pool, cell->console),
			 BH_CELL_CONSOLE_SIZE, PT_READ | PT_WRITE, MT_WB);
}

void cell_trap_ports(struct cell *cell, u32 first, u32 count)
{
	for (u32 port = first; port < first + count; port++)
		cell->io_bitmap[port / 8] |= (u8)BIT32(port % 8);
}

void cell_pass_ports(struct cell *cell, u32 first, u32 count)
{
	for (u32 port = first; port < first + count; port++)
		cell->io_bitmap[port / 8] &= (u8)~BIT32(port % 8);
}

bool cell_rt_has_port(u64 first, u64 count)
{
	for (u32 i = 1; i < cell_count; i++)
		for (u64 port = first; port < first + count && port < IO_PORTS; port++)
			if (!(cells[i].io_bitmap[port / 8] & BIT32(port % 8)))
				return true;
	return false;
}

const void *cell_info_list(const struct cell *cell, u32 offset, u32 count, u32 size)
{
	if (offset > PAGE_SIZE || count > (PAGE_SIZE - offset) / size)
		return NULL;
	return (const u8 *)cell->info + offset;
}

/* Ports of the system file; those of devices follow in pci.c. Root, built before, loses them. */
static enum bh_err give_ports(struct cell *cell)
{
	u32 n = cell->info->port_count;
	const struct bh_cell_ports *p = cell_info_list(cell, cell->info->port_offset, n,
						       sizeof(*p));

	if (!p)
		return BH_ERR_RANGE;
	for (; n--; p++) {
		if (p->last < p->first)
			return BH_ERR_RANGE;
		cell_pass_ports(cell, p->first, p->last - p->first + 1u);
		cell_trap_ports(&cells[0], p->first, p->last - p->first + 1u);
	}
	return BH_OK;
}

enum bh_err cell_trap_memory(struct cell *cell, u64 gpa, u64 size)
{
	return map_fixed(&cell->memory, gpa, 0, size, 0, MT_UC);
}

enum bh_err cell_map_mmio(struct cell *cell, u64 gpa, u64 hpa, u64 size)
{
	return map_typed(&cell->memory, gpa, hpa, size, PT_READ | PT_WRITE);
}

static enum bh_err build_bitmaps(struct cell *cell, u16 console_port, struct page_pool *pool)
{
	u32 io_bytes = vcpu_ops->io_bitmap_pages * PAGE_SIZE;
	u32 msr_bytes = vcpu_ops->msr_bitmap_pages * PAGE_SIZE;

	cell->io_bitmap = pool_alloc(pool, vcpu_ops->io_bitmap_pages);
	cell->msr_bitmap = pool_alloc(pool, vcpu_ops->msr_bitmap_pages);
	if (!cell->io_bitmap || !cell->msr_bitmap)
		return BH_ERR_NOMEM;
	cell->io_bitmap_phys = pool_phys(pool, cell->io_bitmap);
	cell->msr_bitmap_phys = pool_phys(pool, cell->msr_bitmap);
	memset(cell->msr_bitmap, 0xff, msr_bytes);
	msr_policy_apply(cell->msr_bitmap, cell->is_root, vcpu_ops->allow_msr);
	port_policy_build(cell->io_bitmap, io_bytes, cell->is_root);
	if (cell->is_root && console_port)
		cell_trap_ports(cell, console_port, UART_PORTS);
	return BH_OK;
}

static void collect_cpus(struct cell *cell)
{
	cell->boot_cpu = BH_MAX_CPUS;
	for (u32 i = cpu_count; i-- > 0;) {
		if (cpus[i].cell_id != cell->id)
			continue;
		cpuset_set(&cell->cpus, i);
		cell->boot_cpu = i;
	}
}

static enum bh_err build(struct cell *cell, const struct bh_boot_info *info, struct page_pool *pool)
{
	enum bh_err err;

	collect_cpus(cell);
	if (cell->boot_cpu == BH_MAX_CPUS)
		return BH_ERR_RANGE;
	err = ptable_init(&cell->memory, vcpu_ops->table_kind, vcpu_ops->has_1g(), pool);
	if (!err)
		err = cell->is_root ? map_root(cell, info) : map_rt_memory(cell, info);
	if (!err && !cell->is_root)
		err = map_rt_info(cell, info, pool);
	if (!err) /* reads go to this CPU's own APIC, writes are trapped and filtered */
		err = map_fixed(&cell->memory, APIC_DEFAULT_PHYS, APIC_DEFAULT_PHYS, PAGE_SIZE,
				PT_READ, MT_UC);
	if (!err)
		err = build_bitmaps(cell, info->console_port, pool);
	if (!err && !cell->is_root)
		err = give_ports(cell);
	cell->memory_root_phys = pool_phys(pool, cell->memory.root);
	return err;
}

enum bh_err cell_build_all(const struct bh_boot_info *info, struct page_pool *pool)
{
	const struct bh_boot_cell *bc = boot_cells(info);
	enum bh_err err = BH_OK;

	mtrr_read(&mtrr);
	for (u32 i = 0; i < cell_count && !err; i++) {
		memcpy(cells[i].name, bc[i].name, sizeof(cells[i].name) - 1);
		cells[i].id = i;
		cells[i].is_root = i == 0;
		cells[i].entry = bc[i].entry;
		cells[i].flags = bc[i].flags;
		err = build(&cells[i], info, pool);
	}
	return err;
}
