// SPDX-License-Identifier: BSD-2-Clause
#include "layout.h"

#include <bulkhead/cell.h>

#include "devices.h"
#include "e820.h"
#include "fingerprint.h"
#include "iommupool.h"
#include "lines.h"
#include "pcipool.h"
#include "room.h"
#include "iommu/vtd.h"

#define MAX_CPUS 256u /* of the hypervisor: core/cpuset.h */
#define MAX_PINS 512u /* devices/ioapic.h */

#define MAX_RESERVED                                                                               \
	64u /* regions of the DMAR that are walked around; the hypervisor checks all               \
	     */

struct solver {
	struct machine *m;
	const struct layout_wish *wish;
	struct layout *out;
	struct why *why;
	struct vtd_caps caps; /* of all units together */
};

static bool required(const struct solver *s)
{
	return s->wish->config->head->iommu == BH_IOMMU_REQUIRED;
}

struct info_layout layout_info(const struct machine *m, const struct config *config)
{
	u32 cells = config->head->cell_count;
	const struct platform *p = &m->platform;
	struct info_layout l = {.cpus = sizeof(struct bh_boot_info)};

	l.cells = l.cpus + m->cpu_count * sizeof(struct bh_boot_cpu);
	l.mem = l.cells + (cells + 1u) * sizeof(struct bh_boot_cell);
	l.ioapics = l.mem + (cells + links_members(config)) * sizeof(struct bh_boot_mem);
	l.units = l.ioapics + p->ioapic_count * sizeof(struct bh_boot_ioapic);
	l.rmrrs = l.units + p->dmar.unit_count * sizeof(struct bh_boot_iommu);
	l.pci = l.rmrrs + p->dmar.rmrr_count * sizeof(struct bh_boot_rmrr);
	l.scopes = l.pci + p->pci_count * sizeof(struct bh_boot_pci);
	l.templates = ALIGN_UP(l.scopes + p->dmar.scope_count * sizeof(u16), PAGE_SIZE);
	l.size = l.templates + (u64)cells * BH_PAGE_SIZE;
	return l;
}

static bool check_machine(const struct solver *s)
{
	u64 wanted = s->wish->config->head->fingerprint, found = fingerprint(s->m);

	if (!wanted || wanted == found)
		return true;
	return because(s->why,
		       "this is another machine than the system file was made for, or it was "
		       "changed: its fingerprint is hw-%016lx, the system file says hw-%016lx",
		       found, wanted);
}

static bool check_cpus(const struct solver *s)
{
	if (s->m->faults)
		return because(s->why, "%s", fault_text(s->m->faults));
	if (s->m->cpu_count > MAX_CPUS)
		return because(s->why,
			       "machine has %u CPUs, Bulkhead drives %u: switch some off in the "
			       "firmware set-up",
			       s->m->cpu_count, MAX_CPUS);
	return true;
}

/* DMA can only be fenced by an IOMMU; DMAR and IVRS are how Intel and AMD firmware tell of one. */
static bool check_iommu(const struct solver *s)
{
	const struct platform *p = &s->m->platform;

	if (!required(s))
		return true;
	if (p->dmar.unit_count)
		return true;
	if (p->has_dmar)
		return because(s->why, "%s", p->dmar_why.text);
	if (p->has_ivrs)
		return because(s->why,
			       "the IOMMU is an AMD-Vi, which this version does not drive: say "
			       "iommu: off in the system file, for development only");
	return because(s->why,
		       "no IOMMU (the firmware has neither a DMAR nor an IVRS table): enable VT-d "
		       "in the firmware set-up, or say iommu: off in the system file, for "
		       "development only");
}

/* The hypervisor would refuse, too, but then it is too late for on_failure: linux. */
static bool check_units(struct solver *s)
{
	const struct platform *p = &s->m->platform;

	s->caps = VTD_CAPS_ALL;
	for (u32 i = 0; i < p->dmar.unit_count && required(s); i++) {
		const struct unit_caps *c = &p->caps[i];
		const char *lack = c->cap == UINT64_MAX ? "has no registers"
							: vtd_caps_and(&s->caps, c->cap, c->ecap);

		if (lack)
			return because(s->why, "iommu: required, but the unit at 0x%lx %s",
				       p->dmar.units[i].phys, lack);
	}
	if (required(s) && s->wish->config->head->cell_count + 1 >= s->caps.domains)
		return because(s->why,
			       "the IOMMU has %u domains, fewer than there are cells: merge cells",
			       s->caps.domains);
	return true;
}

static bool check_ioapics(const struct solver *s)
{
	const struct platform *p = &s->m->platform;
	u32 pins = 0;

	for (u32 i = 0; i < p->ioapic_count; i++) {
		if (required(s) && !p->ioapics[i].has_source)
			return because(s->why,
				       "the I/O APIC at 0x%lx cannot be fenced: no IOMMU unit of "
				       "the firmware's DMAR names it",
				       p->ioapics[i].phys);
		pins += p->ioapics[i].pins;
	}
	if (pins > MAX_PINS)
		return because(s->why, "the I/O APICs have %u pins, Bulkhead drives %u", pins,
			       MAX_PINS);
	return true;
}

/* As the hypervisor reserves them: MSI and MSI-X of a function are never on at the same time. */
static void count_interrupts(struct solver *s)
{
	const struct platform *p = &s->m->platform;

	s->out->interrupts_max = required(s) ? VTD_IRTE_COUNT : 0;
	for (u32 i = 0; i < p->ioapic_count && required(s); i++)
		s->out->interrupts += p->ioapics[i].pins;
	for (u32 i = 0; i < p->pci_count && required(s); i++)
		s->out->interrupts += p->pci[i].msix_cap &&
						      p->pci[i].msix_count > p->pci[i].msi_count
					      ? p->pci[i].msix_count
					      : p->pci[i].msi_count;
}

static bool place_devices(const struct solver *s)
{
	const struct platform *p = &s->m->platform;
	const struct devices devices = {p->pci, p->pci_count, &p->dmar};

	return devices_assign(&devices, s->wish->config, s->why);
}

/* Page tables for the range of the links, in each cell's address space. */
static u64 links_tables(const struct solver *s)
{
	u64 first = ALIGN_DOWN(BH_CELL_LINKS_GPA, SIZE_2M);
	u64 end = ALIGN_UP(BH_CELL_LINKS_GPA + (u64)BH_CELL_LINKS_SIZE, SIZE_2M);

	return s->out->links.count
		       ? s->wish->config->head->cell_count * (end - first) / SIZE_2M * PAGE_SIZE
		       : 0;
}

/* Tables for DMA: their size depends on the leaves that all units support. */
static u64 iommu_size(const struct solver *s)
{
	const struct platform *p = &s->m->platform;
	const struct config *c = s->wish->config;
	struct iommu_needs needs = {.fixed = s->wish->header->pool_iommu,
				    .memory = s->m->phys_top,
				    .buses = iommu_buses(p->pci, p->pci_count),
				    .cells = c->head->cell_count + 1,
				    .all_caps = ~0ULL};

	for (u32 i = 0; i < p->dmar.unit_count; i++)
		needs.all_caps &= p->caps[i].cap;
	for (u32 i = 0; i < c->head->cell_count; i++)
		needs.memory += c->cells[i].memory_size;
	return iommu_pool(&needs) + links_tables(s);
}

static bool size_block(const struct solver *s)
{
	const struct bh_hv_header *header = s->wish->header;
	const struct platform *p = &s->m->platform;
	struct hv_layout *block = &s->out->block;
	u32 cells = s->wish->config->head->cell_count;

	if (!place_hv(header, layout_info(s->m, s->wish->config).size, s->m->cpu_count, cells,
		      s->m->phys_top, s->m->has_1g, block, s->why))
		return false;
	block->size += links_tables(s);
	block->size += pci_pool(p->pci, p->pci_count, header->pool_per_pci);
	if (required(s))
		block->size += iommu_size(s);
	if (block->size > SIZE_1G) /* behind BH_HV_BASE */
		return because(s->why,
			       "the IOMMU has only small pages and would need 0x%lx bytes of "
			       "tables for addresses up to 0x%lx: make the 64-bit PCI window "
			       "smaller in the firmware set-up",
			       block->size, s->m->phys_top);
	return true;
}

/* What firmware reserves for a device must stay root's, even if its memory map calls it free. */
static void avoid_reserved(const struct solver *s, struct mem_range *ranges,
			   struct room_taken *taken)
{
	const struct dmar_tables *t = &s->m->platform.dmar;

	for (u32 i = 0; i < t->rmrr_count && i < MAX_RESERVED && required(s); i++)
		ranges[taken->count++] = (struct mem_range){
			t->rmrrs[i].base, t->rmrrs[i].limit - t->rmrrs[i].base + 1};
}

static bool place_links(const struct solver *s, struct mem_range *ranges, struct room_taken *taken)
{
	for (u32 i = 0; i < s->out->links.count; i++) {
		const struct bh_config_link *link = s->out->links.links[i].first;
		u64 at = room_find(&s->m->map, taken, link->size, PAGE_SIZE);

		if (!at)
			return because(s->why,
				       "no memory for the link %s (0x%lx bytes): make it smaller",
				       link->name, link->size);
		ranges[taken->count++] = (struct mem_range){at, link->size};
		s->out->link_at[i] = at;
	}
	return true;
}

static bool place_memory(const struct solver *s)
{
	const struct config *c = s->wish->config;
	struct mem_range ranges[MAX_RESERVED + 2 + BH_CONFIG_MAX_CELLS + BH_CONFIG_MAX_LINKS] = {
		s->wish->kernel};
	struct room_taken taken = {ranges, 1};

	avoid_reserved(s, ranges, &taken);
	for (u32 i = 0; i <= c->head->cell_count; i++) {
		/* Large cells get large pages; the block gets them to be found where it was. */
		bool large = i == 0 || c->cells[i - 1].memory_size >= SIZE_2M;
		u64 size = i == 0 ? s->out->block.size : c->cells[i - 1].memory_size;
		u64 at = room_find(&s->m->map, &taken, size, large ? SIZE_2M : PAGE_SIZE);

		if (!at)
			return because(s->why,
				       "no memory for %s (0x%lx bytes): give the cells "
				       "less memory",
				       i == 0 ? "the hypervisor" : c->cells[i - 1].name, size);
		ranges[taken.count++] = (struct mem_range){at, size};
		*(i == 0 ? &s->out->hv : &s->out->cells[i - 1]) = at;
	}
	return place_links(s, ranges, &taken);
}

static bool check_root_memory(const struct solver *s)
{
	const struct config *c = s->wish->config;
	u64 given = s->out->block.size;

	for (u32 i = 0; i < c->head->cell_count; i++)
		given += c->cells[i].memory_size;
	for (u32 i = 0; i < s->out->links.count; i++)
		given += s->out->links.links[i].first->size;
	s->out->root_ram = e820_ram(&s->m->map) - given; /* they lie in this RAM */
	if (s->out->root_ram < c->head->root_min_memory)
		return because(s->why,
			       "the root cell would get %lu MiB of memory, the system file wants "
			       "%lu: give the cells less",
			       s->out->root_ram >> 20, c->head->root_min_memory >> 20);
	return true;
}

bool layout_solve(struct machine *m, const struct layout_wish *wish, struct layout *out,
		  struct why *why)
{
	struct solver s = {.m = m, .wish = wish, .out = out, .why = why};

	*out = (struct layout){.hv = 0};
	if (!check_machine(&s) || !place_cpus(wish->config, m->cpus, m->seats, m->cpu_count, why) ||
	    !check_cpus(&s) || !check_iommu(&s) || !check_units(&s) || !check_ioapics(&s) ||
	    !links_collect(wish->config, &out->links, why) || !place_devices(&s) ||
	    !lines_check(&m->platform, wish->config, why))
		return false;
	count_interrupts(&s);
	return size_block(&s) && place_memory(&s) && check_root_memory(&s);
}
