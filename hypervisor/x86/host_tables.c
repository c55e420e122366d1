/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/host_tables.h"

#include "core/cpu.h"
#include "x86/asm.h"
#include "x86/ptable.h"
#include "x86/regs.h"

#define TEMP_USED 1u
#define PTE_TEMP  (BIT64(0) | BIT64(1) | BIT64(5) | BIT64(6) | BIT64(63)) /* P, W, A, D, NX */

extern const u8 text_start[], text_end[], rodata_start[], rodata_end[], data_start[];

static struct ptable shared; /* the block, mapped once; each CPU's PML4 points into it */

static enum bh_err map_block(u64 hv_phys, const u8 *from, const u8 *to, u32 access)
{
	struct map_req req = {(u64)from, hv_phys + ((u64)from - BH_HV_BASE), (u64)(to - from),
			      access, MT_WB};

	return ptable_map(&shared, &req);
}

/* Image and pool. The CPUs' private pages come last in the pool and are left out here. */
static enum bh_err map_shared(const struct bh_boot_info *info, const struct page_pool *pool,
			      u64 private_bytes)
{
	const u8 *end = pool->base + (u64)pool->pages * PAGE_SIZE - private_bytes;
	enum bh_err err = map_block(info->hv_phys, text_start, text_end, PT_READ | PT_EXEC);

	if (!err)
		err = map_block(info->hv_phys, rodata_start, rodata_end, PT_READ);
	if (!err)
		err = map_block(info->hv_phys, data_start, end, PT_READ | PT_WRITE);
	return err;
}

static enum bh_err map_window(struct ptable *pt, u64 va, u64 pa, u32 pages, enum mem_type type)
{
	struct map_req req = {va, pa, (u64)pages * PAGE_SIZE, PT_READ | PT_WRITE, type};

	return ptable_map(pt, &req);
}

/* A CPU's window; its private pages lie at @pa. */
static enum bh_err map_private(struct ptable *pt, u64 pa)
{
	static const struct {
		u64 va;
		u32 pages;
	} parts[] = {
		{CPU_STRUCT,     1             },
		{CPU_STACK,      2             },
		{CPU_NMI_STACK,  1             },
		{CPU_DF_STACK,   1             },
		{CPU_VIRT_PAGES, CPU_VIRT_COUNT}
        };
	enum bh_err err;

	for (u32 i = 0; i < ARRAY_SIZE(parts); i++) {
		err = map_window(pt, parts[i].va, pa, parts[i].pages, MT_WB);
		if (err)
			return err;
		pa += parts[i].pages * PAGE_SIZE;
	}
	return map_window(pt, CPU_LAPIC, APIC_DEFAULT_PHYS, 1, MT_UC);
}

/*
 * The private window and the block share PML4 entry 511 but not their PDPT entries (510 and 511),
 * so each CPU has its own PML4 and PDPT, and entry 511 of that PDPT is the shared one.
 */
static enum bh_err build_cpu(struct page_pool *pool, struct cpu_shared *cpu)
{
	struct ptable pt;
	enum bh_err err = ptable_init(&pt, PT_HOST, false, pool);
	u64 *pdpt, *shared_pdpt, *pd;

	if (!err)
		err = map_private(&pt, cpu->private_phys);
	if (err)
		return err;
	pdpt = pool_virt(pool, pt.root[511] & ~PAGE_MASK);
	shared_pdpt = pool_virt(pool, shared.root[511] & ~PAGE_MASK);
	pdpt[511] = shared_pdpt[511];
	cpu->cr3 = pool_phys(pool, pt.root);
	pd = pool_virt(pool, pdpt[510] & ~PAGE_MASK);
	cpu->temp_pte = (u64 *)pool_virt(pool, pd[0] & ~PAGE_MASK) +
			(CPU_TEMP - CPU_WINDOW) / PAGE_SIZE;
	return BH_OK;
}

enum bh_err host_tables_build(const struct bh_boot_info *info, struct page_pool *pool)
{
	u64 private_bytes = (u64)cpu_count * CPU_PRIVATE_PAGES * PAGE_SIZE;
	u64 private_phys = pool->phys + (u64)pool->pages * PAGE_SIZE - private_bytes;
	struct map_req trampoline = {CPU_TRAMPOLINE, info->trampoline_phys, PAGE_SIZE,
				     PT_READ | PT_WRITE, MT_WB};
	enum bh_err err = ptable_init(&shared, PT_HOST, false, pool);

	if (!err)
		err = map_shared(info, pool, private_bytes);
	pool->pages -= cpu_count * CPU_PRIVATE_PAGES;
	for (u32 i = 0; i < cpu_count && !err; i++) {
		cpus[i].private_phys = private_phys + (u64)i * CPU_PRIVATE_PAGES * PAGE_SIZE;
		err = build_cpu(pool, &cpus[i]);
	}
	if (!err) {
		struct ptable boot = {PT_HOST, false, pool, pool_virt(pool, cpus[0].cr3)};

		err = ptable_map(&boot, &trampoline);
	}
	return err;
}

/* Inside the 1 GiB that all CPUs share. 2 MiB alignment lets large regions use large leaves. */
void *host_map(u64 pa, u64 size, enum mem_type type)
{
	static u64 next = HOST_MAP_BASE;
	u64 align = size >= SIZE_2M ? SIZE_2M : PAGE_SIZE;
	u64 first = ALIGN_DOWN(pa, align), end = ALIGN_UP(pa + size, PAGE_SIZE);
	u64 va = ALIGN_UP(next, align);
	struct map_req req = {va, first, end - first, PT_READ | PT_WRITE, type};

	if (end <= first || end - first > HOST_MAP_END - va || ptable_map(&shared, &req))
		return NULL;
	next = va + (end - first);
	return (u8 *)va + (pa - first);
}

void *temp_map(u32 slot, u64 pa)
{
	struct cpu *cpu = this_cpu();
	u8 *va = (u8 *)CPU_TEMP + (u64)slot * PAGE_SIZE;

	if (cpu->temp_page[slot] != (pa | TEMP_USED)) { /* a fresh slot is 0: not page 0 */
		cpus[cpu->vcpu.cpu].temp_pte[slot] = pa | PTE_TEMP;
		cpu->temp_page[slot] = pa | TEMP_USED;
		invlpg(va);
	}
	return va;
}
