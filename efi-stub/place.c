// SPDX-License-Identifier: BSD-2-Clause
#include "place.h"

static bool named(const struct bh_config_cell *cell, u32 cpu)
{
	return cpu < BH_CPU_MASK_BITS && cell->cpu_mask[cpu / 64] >> cpu % 64 & 1;
}

/* Give the CPUs that @cell (number @index) names. Return: how many it does name. */
static u32 give_named(const struct bh_config_cell *cell, u32 index, struct bh_boot_cpu *cpus,
		      u32 count)
{
	u32 n = 0;

	for (u32 cpu = 1; cpu < count; cpu++) {
		if (!named(cell, cpu))
			continue;
		cpus[cpu].cell = index + 1;
		n++;
	}
	return n;
}

/* Give free CPUs from the end, where *next stands. There are enough: the sum was checked. */
static void give_any(const struct bh_config_cell *cell, u32 index, struct bh_boot_cpu *cpus,
		     u32 *next)
{
	for (u32 k = 0; k < cell->cpu_count; k++) {
		while (cpus[--*next].cell)
			;
		cpus[*next].cell = index + 1;
	}
}

/* The first CPU of @cell that this machine does not have. */
static u32 missing_cpu(const struct bh_config_cell *cell, u32 count)
{
	u32 cpu = count;

	while (cpu < BH_CPU_MASK_BITS && !named(cell, cpu))
		cpu++;
	return cpu;
}

static bool is_named(const struct bh_config_cell *cell)
{
	return missing_cpu(cell, 0) < BH_CPU_MASK_BITS;
}

bool place_cpus(const struct config *config, struct bh_boot_cpu *cpus, u32 count, struct why *why)
{
	const struct bh_config *head = config->head;
	u64 wanted = 0;
	u32 next = count;

	for (u32 i = 0; i < head->cell_count; i++)
		wanted += config->cells[i].cpu_count;
	if (wanted + head->root_min_cpus > count)
		return because(why,
			       "machine has %u CPU%s, cells want %lu and the root cell at least "
			       "%u: take fewer CPUs in the system file or switch more on in the "
			       "firmware set-up",
			       count, count == 1 ? "" : "s", wanted, head->root_min_cpus);
	for (u32 i = 0; i < count; i++)
		cpus[i].cell = 0;
	for (u32 i = 0; i < head->cell_count; i++) {
		const struct bh_config_cell *cell = &config->cells[i];

		if (is_named(cell) && give_named(cell, i, cpus, count) != cell->cpu_count)
			return because(why,
				       "cell %s: machine has no CPU %u, only 0 to %u: name others "
				       "in the system file",
				       cell->name, missing_cpu(cell, count), count - 1);
	}
	for (u32 i = 0; i < head->cell_count; i++)
		if (!is_named(&config->cells[i]))
			give_any(&config->cells[i], i, cpus, &next);
	return true;
}

static u64 pool_size(const struct bh_hv_header *header, u32 cpus, u32 cells, u64 phys_top,
		     bool has_1g)
{
	u64 size = header->pool_fixed;

	size += (u64)header->pool_per_cpu * cpus;
	size += (u64)header->pool_per_cell * (cells + 1u);
	/* Top-level entries cover 512 GiB each, and a 64-bit PCI window may end very high. */
	size += ALIGN_UP(phys_top, 512 * SIZE_1G) / (512 * SIZE_1G) * PAGE_SIZE;
	if (!has_1g)
		size += (u64)header->pool_per_gib * (ALIGN_UP(phys_top, SIZE_1G) / SIZE_1G);
	return ALIGN_UP(size, PAGE_SIZE);
}

bool place_hv(const struct bh_hv_header *header, u64 info_size, u32 cpus, u32 cells, u64 phys_top,
	      bool has_1g, struct hv_layout *out, struct why *why)
{
	if (header->magic != BH_HV_MAGIC || header->version != BH_BOOT_VERSION ||
	    header->image_size % PAGE_SIZE)
		return because(why, "the hypervisor inside this file is not of the same build: "
				    "build bulkhead.efi again");
	out->info_offset = header->image_size;
	out->info_size = info_size;
	out->pool_offset = out->info_offset + ALIGN_UP(info_size, PAGE_SIZE);
	out->size = out->pool_offset + pool_size(header, cpus, cells, phys_top, has_1g);
	/* phys_top may be huge where the firmware reports a window near the top of the bus. */
	if (out->size > SIZE_1G)
		return because(why,
			       "the hypervisor would need 0x%lx bytes of page tables for "
			       "addresses up to 0x%lx: make the 64-bit PCI window smaller in the "
			       "firmware set-up",
			       out->size, phys_top);
	return true;
}
