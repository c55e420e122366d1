// SPDX-License-Identifier: BSD-2-Clause
#include "place.h"

static bool named(const struct bh_config_cell *cell, u32 cpu)
{
	return cpu < BH_CPU_MASK_BITS && cell->cpu_mask[cpu / 64] >> cpu % 64 & 1;
}

struct placer {
	const struct config *config;
	struct bh_boot_cpu *cpus;
	const struct cpu_seat *seats;
	u32 count;
	u32 next; /* free CPUs are below */
	struct why *why;
};

static bool whole_cores(const struct bh_config_cell *cell)
{
	return cell->flags & BH_CELL_WHOLE_CORES;
}

/* Give the CPUs that cell number @index names. Return: how many it does name. */
static u32 give_named(struct placer *p, u32 index)
{
	u32 n = 0;

	for (u32 cpu = 1; cpu < p->count; cpu++) {
		if (!named(&p->config->cells[index], cpu))
			continue;
		p->cpus[cpu].cell = index + 1;
		n++;
	}
	return n;
}

/* Give free CPUs from the end. Return: how many of those that it wants there were not. */
static u32 give_any(struct placer *p, u32 index)
{
	u32 missing = p->config->cells[index].cpu_count;

	while (missing && p->next > 1) {
		if (p->cpus[--p->next].cell)
			continue;
		p->cpus[p->next].cell = index + 1;
		missing--;
	}
	return missing;
}

/* Nobody has a thread of this core yet, and the boot CPU is not one of them. */
static bool core_is_free(const struct placer *p, u32 cpu)
{
	for (u32 i = 0; i < p->count; i++)
		if (topology_shares_core(&p->seats[i], &p->seats[cpu]) &&
		    (i == 0 || p->cpus[i].cell))
			return false;
	return true;
}

/* Give whole cores from the end. */
static bool give_cores(struct placer *p, u32 index)
{
	const struct bh_config_cell *cell = &p->config->cells[index];
	u32 got = 0;

	for (u32 cpu = p->count; cpu-- > 1 && got < cell->cpu_count;) {
		if (!core_is_free(p, cpu))
			continue;
		for (u32 i = 1; i < p->count; i++) {
			if (!topology_shares_core(&p->seats[i], &p->seats[cpu]))
				continue;
			p->cpus[i].cell = index + 1;
			got++;
		}
	}
	if (got >= cell->cpu_count)
		return true;
	return because(
		p->why,
		"cell %s: machine has %u CPUs on cores that nobody else uses, isolated: core "
		"wants %u: take fewer CPUs in the system file",
		cell->name, got, cell->cpu_count);
}

/* A list of CPUs that are to be whole cores must name all threads of them. */
static bool check_named_cores(const struct placer *p, u32 index)
{
	const struct bh_config_cell *cell = &p->config->cells[index];

	for (u32 a = 0; a < p->count; a++)
		for (u32 b = 0; b < p->count && p->cpus[a].cell == index + 1; b++)
			if (p->cpus[b].cell != index + 1 &&
			    topology_shares_core(&p->seats[a], &p->seats[b]))
				return because(p->why,
					       "cell %s: CPU %u shares its core with CPU %u, which "
					       "isolated: core wants in the cell, too: name whole "
					       "cores in the system file",
					       cell->name, a, b);
	return true;
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

static bool too_few(const struct placer *p, u64 wanted)
{
	return because(p->why,
		       "machine has %u CPU%s, cells want %lu and the root cell at least "
		       "%u: take fewer CPUs in the system file or switch more on in the "
		       "firmware set-up",
		       p->count, p->count == 1 ? "" : "s", wanted, p->config->head->root_min_cpus);
}

static bool check_count(const struct placer *p)
{
	const struct bh_config *head = p->config->head;
	u64 wanted = 0;

	for (u32 i = 0; i < head->cell_count; i++)
		wanted += p->config->cells[i].cpu_count;
	return wanted + head->root_min_cpus <= p->count || too_few(p, wanted);
}

static bool place_named(struct placer *p)
{
	const struct bh_config_cell *cells = p->config->cells;

	for (u32 i = 0; i < p->config->head->cell_count; i++)
		if (is_named(&cells[i]) && give_named(p, i) != cells[i].cpu_count)
			return because(p->why,
				       "cell %s: machine has no CPU %u, only 0 to %u: name others "
				       "in the system file",
				       cells[i].name, missing_cpu(&cells[i], p->count),
				       p->count - 1);
	for (u32 i = 0; i < p->config->head->cell_count; i++)
		if (is_named(&cells[i]) && whole_cores(&cells[i]) && !check_named_cores(p, i))
			return false;
	return true;
}

static bool place_cores(struct placer *p)
{
	const struct bh_config_cell *cells = p->config->cells;

	for (u32 i = 0; i < p->config->head->cell_count; i++)
		if (!is_named(&cells[i]) && whole_cores(&cells[i]) && !give_cores(p, i))
			return false;
	return true;
}

/* Whole cores may have taken more than was counted beforehand. */
static bool place_any(struct placer *p)
{
	const struct bh_config *head = p->config->head;
	u32 missing = 0, left = 0;

	for (u32 i = 0; i < head->cell_count; i++)
		if (!is_named(&p->config->cells[i]) && !whole_cores(&p->config->cells[i]))
			missing += give_any(p, i);
	for (u32 i = 0; i < p->count; i++)
		left += p->cpus[i].cell == 0;
	if (!missing && left >= head->root_min_cpus)
		return true;
	return too_few(p, (u64)p->count - left + missing);
}

bool place_cpus(const struct config *config, struct bh_boot_cpu *cpus, const struct cpu_seat *seats,
		u32 count, struct why *why)
{
	struct placer p = {config, cpus, seats, count, count, why};

	for (u32 i = 0; i < count; i++)
		cpus[i].cell = 0;
	return check_count(&p) && place_named(&p) && place_cores(&p) && place_any(&p);
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
