// SPDX-License-Identifier: BSD-2-Clause
/* One function's configuration space: what its owner reads there and what its writes do. */
#include "core/cell.h"
#include "core/cpu.h"
#include "devices/pci.h"
#include "devices/pci_hw.h"
#include "iommu/iommu.h"

#define CAP_PM  0x01u
#define CAP_MAX 48u
#define EXT_MAX ((PCI_SPACE - PCI_FIRST_EXT) / 8)

/* What an RT cell may write of its function's capabilities, as dwords from their start */
#define PM_STATUS    4u
#define PM_STATE     0x0003u /* D0 .. D3hot */
#define PM_W1C       0x8000u /* PME status */
#define PCIE_CONTROL 8u
#define PCIE_FLR     0x8000u /* "Initiate Function Level Reset": of its own function */
#define PCIE_W1C     0x000f0000u

/* "ACS Extended Capability": source validation, redirection of peers' requests and completions,
 * upstream forwarding - what leads requests between functions to the IOMMU */
#define ACS_CAPABLE  4u
#define ACS_CONTROL  6u
#define ACS_REDIRECT 0x001du

#define ROM_MASK     0xfffff800u

static u32 rd(const struct pci_fn *f, u32 dword)
{
	return pci_hw_read(f->info->bdf, dword, 4);
}

void pci_config_masked(const struct pci_fn *f, u32 dword, u32 mask, u32 value, u32 w1c)
{
	pci_hw_write(f->info->bdf, dword, 4, pci_merge(rd(f, dword) & ~w1c, value, mask));
}

static u32 bar_count(const struct pci_fn *f)
{
	return f->info->header == PCI_HEADER_DEVICE   ? PCI_BARS
	       : f->info->header == PCI_HEADER_BRIDGE ? 2
						      : 0;
}

static bool is_bar(const struct pci_fn *f, u32 dword)
{
	return dword >= PCI_BAR0 && dword < PCI_BAR0 + 4 * bar_count(f);
}

static bool is_rom(const struct pci_fn *f, u32 dword)
{
	return (f->info->header == PCI_HEADER_DEVICE && dword == PCI_ROM) ||
	       (f->info->header == PCI_HEADER_BRIDGE && dword == PCI_ROM_BRIDGE);
}

static bool is_window(const struct pci_fn *f, u32 dword)
{
	return f->info->header == PCI_HEADER_BRIDGE && dword >= PCI_IO_WINDOW &&
	       dword <= PCI_IO_WINDOW_HI;
}

static const struct pci_area *area_of(const struct pci_fn *f, u32 reg)
{
	for (u32 i = 0; i < f->area_count; i++)
		if (reg >= f->area[i].start && reg < f->area[i].end)
			return &f->area[i];
	return NULL;
}

/* A hidden extended capability keeps its place in the list, as id 0 and empty. */
static u32 read_extended(const struct pci_fn *f, u32 dword)
{
	const struct pci_area *area = area_of(f, dword);

	if (!area || !area->hidden)
		return rd(f, dword);
	return dword == area->start ? rd(f, dword) & 0xfff00000 : 0;
}

static u32 read_dword(struct pci_fn *f, u32 dword)
{
	if (dword >= PCI_FIRST_EXT)
		return read_extended(f, dword);
	if (is_bar(f, dword))
		return pci_bar_read(f, (dword - PCI_BAR0) / 4);
	if (is_rom(f, dword))
		return f->rom;
	if (msi_has(f, dword))
		return msi_read(f, dword);
	if (f->info->msix_cap && dword == f->info->msix_cap && msix_hidden(f))
		return rd(f, dword) & 0xff00; /* "Null Capability" */
	if (dword == PCI_INTERRUPT && f->writer == PCI_WRITER_RT)
		return 0; /* its INTx is switched off */
	return rd(f, dword);
}

u32 pci_config_read(struct pci_fn *f, u32 reg, u32 size)
{
	u32 value;

	spin_lock(&f->lock);
	value = read_dword(f, reg & ~3u);
	spin_unlock(&f->lock);
	value >>= 8 * (reg & 3);
	return size == 4 ? value : value & (BIT32(8 * size) - 1);
}

static void write_command(struct vcpu *v, struct pci_fn *f, u32 lanes, u32 value)
{
	u32 mask = lanes & pci_header_mask(f->info->header, PCI_COMMAND, f->writer);
	u32 old = rd(f, PCI_COMMAND);

	pci_bar_settle(v, f, value & mask & ~old);
	pci_config_masked(f, PCI_COMMAND, mask, value, PCI_STATUS);
}

static void write_header(struct vcpu *v, struct pci_fn *f, u32 dword, u32 lanes, u32 value)
{
	u32 mask;

	if (dword == PCI_COMMAND) {
		write_command(v, f, lanes, value);
	} else if (is_bar(f, dword)) {
		pci_bar_write(v, f, (dword - PCI_BAR0) / 4, lanes, value);
	} else if (is_rom(f, dword)) {
		pci_rom_write(v, f, lanes, value);
	} else if (is_window(f, dword)) {
		pci_window_write(v, f, dword, lanes, value);
	} else {
		mask = lanes & pci_header_mask(f->info->header, dword, f->writer);
		if (mask)
			pci_config_masked(f, dword, mask, value, 0);
	}
}

/* Root knows its devices; an RT cell gets what cannot concern anybody else. */
static void write_other(struct pci_fn *f, u32 reg, u32 size, u32 value)
{
	u32 dword = reg & ~3u, lanes = pci_lanes(reg, size), lifted = value << (8 * (reg & 3));

	if (f->writer == PCI_WRITER_ROOT && f->info->class_code >> 8 != PCI_CLASS_HOST)
		pci_hw_write(f->info->bdf, reg, size, value);
	else if (f->writer != PCI_WRITER_RT)
		return; /* host bridges hold the memory map; see also PCI_WRITER_FROZEN */
	else if (f->pm_cap && dword == f->pm_cap + PM_STATUS)
		pci_config_masked(f, dword, lanes & (PM_STATE | PM_W1C), lifted, PM_W1C);
	else if (f->info->pcie_cap && dword == f->info->pcie_cap + PCIE_CONTROL)
		pci_config_masked(f, dword, lanes & (PCIE_FLR | PCIE_W1C), lifted, PCIE_W1C);
}

static void write_dword(struct vcpu *v, struct pci_fn *f, u32 reg, u32 size, u32 value)
{
	u32 dword = reg & ~3u, lanes = pci_lanes(reg, size), lifted = value << (8 * (reg & 3));

	if (dword < PCI_FIRST_CAP)
		write_header(v, f, dword, lanes, lifted);
	else if (msi_has(f, dword))
		msi_write(v, f, dword, lanes, lifted);
	else if (msix_has(f, dword))
		msix_write(f, dword, lanes, lifted);
	else if (dword >= PCI_FIRST_EXT && (f->writer == PCI_WRITER_RT || area_of(f, dword)))
		return;
	else
		write_other(f, reg, size, value);
}

void pci_config_write(struct vcpu *v, struct pci_fn *f, u32 reg, u32 size, u32 value)
{
	spin_lock(&f->lock);
	write_dword(v, f, reg, size, value);
	spin_unlock(&f->lock);
}

static void find_power_management(struct pci_fn *f)
{
	u32 at = rd(f, PCI_CAP_POINTER) & 0xfc;

	if (!(rd(f, PCI_COMMAND) & PCI_STATUS_CAPS) || f->info->header > PCI_HEADER_BRIDGE)
		return;
	for (u32 n = 0; n < CAP_MAX && at >= PCI_FIRST_CAP; n++) {
		u32 head = rd(f, at);

		if ((head & 0xff) == CAP_PM)
			f->pm_cap = (u8)at;
		at = head >> 8 & 0xfc;
	}
}

/* An area ends where the next capability begins. */
static void end_areas(struct pci_fn *f, u32 start)
{
	for (u32 i = 0; i < f->area_count; i++)
		if (start > f->area[i].start && start < f->area[i].end)
			f->area[i].end = (u16)start;
}

static void redirect_requests(const struct pci_fn *f, u32 at)
{
	u32 capable = pci_hw_read(f->info->bdf, at + ACS_CAPABLE, 2);
	u32 control = pci_hw_read(f->info->bdf, at + ACS_CONTROL, 2);

	if (iommu_active())
		pci_hw_write(f->info->bdf, at + ACS_CONTROL, 2, control | (capable & ACS_REDIRECT));
}

/* Two rounds over the list, because it need not be in order: find areas, then their ends. */
static void find_areas(struct pci_fn *f, bool ends)
{
	u32 at = PCI_FIRST_EXT;

	for (u32 n = 0; n < EXT_MAX && at >= PCI_FIRST_EXT; n++) {
		u32 head = rd(f, at);
		enum pci_ext_rule rule = pci_ext_rule(head & 0xffff);

		if (head == 0 || head == ~0u)
			return;
		if (ends)
			end_areas(f, at);
		else if (rule != PCI_EXT_PASS && f->area_count < PCI_MAX_AREAS)
			f->area[f->area_count++] = (struct pci_area){(u16)at, PCI_SPACE,
								     rule == PCI_EXT_HIDDEN};
		if (!ends && (head & 0xffff) == PCI_EXT_ACS)
			redirect_requests(f, at);
		at = head >> 20 & 0xffc;
	}
}

static void size_rom(struct pci_fn *f)
{
	u32 dword = f->info->header == PCI_HEADER_BRIDGE ? PCI_ROM_BRIDGE : PCI_ROM;
	u32 old;

	if (f->info->header > PCI_HEADER_BRIDGE)
		return;
	old = rd(f, dword) & ~PCI_ROM_ENABLE;
	pci_hw_write(f->info->bdf, dword, 4, ROM_MASK);
	f->rom_mask = rd(f, dword) & ROM_MASK;
	pci_hw_write(f->info->bdf, dword, 4, old);
	f->rom = f->writer == PCI_WRITER_RT ? 0 : old;
}

void pci_setup_config(struct pci_fn *f)
{
	find_power_management(f);
	if (f->info->pcie_cap && pci_hw_extended(f->info->bdf)) {
		find_areas(f, false);
		find_areas(f, true);
	}
	size_rom(f);
}
