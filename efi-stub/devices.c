// SPDX-License-Identifier: BSD-2-Clause
#include "devices.h"

#include <bulkhead/cell.h>

#include "core/format.h"
#include "pciscan.h"

#define CLASS_BRIDGE  0x06u
#define BAR_IO        BIT32(0)
#define NAME_MAX      16u
#define PORT_CONFIG   0xcf8u
#define PORT_CONFIG_N 8u

/* One entry of a cell's list and what it stands for. */
struct request {
	const struct bh_config *head;
	const struct bh_config_cell *cell;
	u32 number; /* of the cell */
	struct bh_boot_pci *f;
	char name[NAME_MAX];
	struct why *why;
};

static void name_function(char *name, u16 bdf)
{
	format(name, NAME_MAX, "%02x:%02x.%x", bdf >> 8, bdf >> 3 & 0x1f, bdf & 7);
}

static struct bh_boot_pci *find_address(const struct devices *d, u16 bdf)
{
	for (u32 i = 0; i < d->pci_count; i++)
		if (d->pci[i].bdf == bdf)
			return &d->pci[i];
	return NULL;
}

static struct bh_boot_pci *find_id(const struct devices *d, const struct bh_config_device *want,
				   u32 *found)
{
	*found = 0;
	for (u32 i = 0; i < d->pci_count; i++) {
		struct bh_boot_pci *f = &d->pci[i];

		if (f->vendor == want->vendor && f->device == want->device &&
		    (*found)++ == want->index)
			return f;
	}
	return NULL;
}

static bool find(const struct devices *d, const struct bh_config_device *want, struct request *r)
{
	u32 found;

	if (want->kind == BH_DEVICE_ADDRESS) {
		name_function(r->name, want->bdf);
		r->f = find_address(d, want->bdf);
		if (!r->f)
			return because(r->why,
				       "cell %s: this machine has no PCI function %s: give another "
				       "address in its devices",
				       r->cell->name, r->name);
		return true;
	}
	r->f = find_id(d, want, &found);
	if (!r->f)
		return because(
			r->why,
			"cell %s: this machine has %u PCI functions %04x:%04x, but number %u "
			"of them (from 0) is in its devices",
			r->cell->name, found, want->vendor, want->device, want->index);
	name_function(r->name, r->f->bdf);
	return true;
}

/* Behind a bus that is not PCI Express all functions may carry the bridge's requester id. */
static bool shares_requester(const struct devices *d, const struct bh_boot_pci *f)
{
	if (f->pcie_cap)
		return false;
	for (u32 i = 0; i < d->pci_count; i++)
		if (d->pci[i].header == PCI_HEADER_BRIDGE && d->pci[i].secondary == f->bdf >> 8 &&
		    d->pci[i].bdf >> 8 < f->bdf >> 8)
			return true;
	return false;
}

static bool in_rmrr(const struct dmar_tables *dmar, u16 bdf)
{
	for (u32 i = 0; i < dmar->rmrr_count; i++)
		for (u32 k = 0; k < dmar->rmrrs[i].scope_count; k++)
			if (dmar->scopes[dmar->rmrrs[i].scope_first + k] == bdf)
				return true;
	return false;
}

static bool check_kind(const struct devices *d, const struct request *r)
{
	const struct bh_boot_pci *f = r->f;

	if (f->header != PCI_HEADER_DEVICE || f->class_code >> 16 == CLASS_BRIDGE)
		return because(r->why,
			       "cell %s: PCI function %s is a bridge, which only the root cell can "
			       "have: take it out of its devices",
			       r->cell->name, r->name);
	if (f->cell)
		return because(r->why,
			       "cell %s: PCI function %s is named twice in the system file: a "
			       "function belongs to one cell",
			       r->cell->name, r->name);
	if (r->head->iommu != BH_IOMMU_REQUIRED)
		return because(r->why,
			       "cell %s: PCI function %s could write to all memory, because the "
			       "system file says iommu: off; say required, or take it out of its "
			       "devices",
			       r->cell->name, r->name);
	if (shares_requester(d, f))
		return because(r->why,
			       "cell %s: PCI function %s is behind a conventional PCI bridge, "
			       "where the IOMMU cannot tell it from its neighbours: put it into "
			       "another slot",
			       r->cell->name, r->name);
	if (in_rmrr(d->dmar, f->bdf))
		return because(r->why,
			       "cell %s: the firmware uses PCI function %s itself (an RMRR names "
			       "it): take it out of its devices",
			       r->cell->name, r->name);
	return true;
}

/* Registers are mapped in whole pages: no other function may have some in the same page. */
static bool shares_page(const struct devices *d, const struct bh_boot_pci *self, u64 base, u64 size)
{
	u64 first = ALIGN_DOWN(base, PAGE_SIZE), end = ALIGN_UP(base + size, PAGE_SIZE);

	for (u32 i = 0; i < d->pci_count; i++) {
		const struct bh_boot_pci *f = &d->pci[i];

		for (u32 k = 0; k < 6 && f != self; k++)
			if (f->bar[k] && !(f->bar_flags[k] & BAR_IO) &&
			    ranges_meet(first, end - first, f->bar[k], f->bar_size[k]))
				return true;
	}
	return false;
}

static bool check_memory_bar(const struct devices *d, const struct request *r, u32 i)
{
	u64 base = r->f->bar[i], size = ALIGN_UP(r->f->bar_size[i], PAGE_SIZE);
	const struct bh_config_cell *cell = r->cell;

	if (ranges_meet(base, size, cell->memory_gpa, cell->memory_size))
		return because(r->why,
			       "cell %s: the registers of PCI function %s lie at 0x%lx, inside the "
			       "cell's memory: make the memory smaller or move it",
			       cell->name, r->name, base);
	if (config_meets_fixed(cell, base, size))
		return because(
			r->why,
			"cell %s: the registers of PCI function %s lie at 0x%lx, where the "
			"cell's info page, console, links or local APIC is: move them in the "
			"firmware set-up",
			cell->name, r->name, base);
	if (shares_page(d, r->f, base, size))
		return because(r->why,
			       "cell %s: registers of another PCI function are in the same page as "
			       "those of %s at 0x%lx: the two cannot be told apart",
			       cell->name, r->name, base);
	return true;
}

static bool check_bars(const struct devices *d, const struct request *r)
{
	for (u32 i = 0; i < 6; i++) {
		u64 base = r->f->bar[i], size = r->f->bar_size[i];
		bool io = r->f->bar_flags[i] & BAR_IO;

		if (!size)
			continue;
		if (!base || base + size < base ||
		    (io && (base + size > 0x10000 ||
			    ranges_meet(base, size, PORT_CONFIG, PORT_CONFIG_N))))
			return because(r->why,
				       "cell %s: the firmware gave BAR %u of PCI function %s no "
				       "usable address (0x%lx, 0x%lx bytes)",
				       r->cell->name, i, r->name, base, size);
		if (!io && !check_memory_bar(d, r, i))
			return false;
	}
	return true;
}

static bool check_msix(const struct request *r)
{
	const struct bh_boot_pci *f = r->f;

	if (!f->msix_cap)
		return true;
	if (f->msix_bir < 6 && f->bar[f->msix_bir] && !(f->bar_flags[f->msix_bir] & BAR_IO) &&
	    f->msix_offset + 16ULL * f->msix_count <= f->bar_size[f->msix_bir])
		return true;
	return because(r->why, "cell %s: PCI function %s has an MSI-X table outside its BARs",
		       r->cell->name, r->name);
}

static bool assign(const struct devices *d, const struct bh_config_device *want, struct request *r)
{
	if (!find(d, want, r) || !check_kind(d, r) || !check_bars(d, r) || !check_msix(r))
		return false;
	r->f->cell = r->number;
	return true;
}

bool devices_assign(const struct devices *d, const struct config *config, struct why *why)
{
	for (u32 i = 0; i < d->pci_count; i++)
		d->pci[i].cell = 0;
	for (u32 i = 0; i < config->head->cell_count; i++) {
		struct request r = {.head = config->head,
				    .cell = &config->cells[i],
				    .number = i + 1,
				    .why = why};

		for (u32 k = 0; k < BH_MAX_DEVICES; k++)
			if (r.cell->devices[k].kind != BH_DEVICE_NONE &&
			    !assign(d, &r.cell->devices[k], &r))
				return false;
	}
	return true;
}
