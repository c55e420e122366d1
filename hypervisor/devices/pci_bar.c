// SPDX-License-Identifier: BSD-2-Clause
/*
 * Base addresses. What the guest writes goes into a shadow, so that sizing works; hardware follows
 * only to places that are the owner's: an RT cell's BARs stay where they were at boot, root's may
 * move to where nothing of anybody else is.
 */
#include "core/cell.h"
#include "core/cpu.h"
#include "devices/pci.h"
#include "devices/pci_hw.h"

#define SIZING     0xffffffffu
#define ROM_SIZING 0xfffff800u /* bits above the reserved ones */

static bool is_wide(const struct pci_fn *f, u32 i)
{
	return f->info->bar_size[i] && i + 1 < PCI_BARS &&
	       (f->info->bar_flags[i] & (PCI_BAR_IO | PCI_BAR_64)) == PCI_BAR_64;
}

static bool is_upper(const struct pci_fn *f, u32 i)
{
	return i > 0 && is_wide(f, i - 1);
}

static bool is_io(const struct pci_fn *f, u32 i)
{
	return f->info->bar_flags[i] & PCI_BAR_IO;
}

static u64 mask_of(const struct pci_fn *f, u32 i)
{
	u64 mask = pci_bar_mask(f->info->bar_size[i], f->info->bar_flags[i], false);

	if (is_wide(f, i))
		mask |= (u64)pci_bar_mask(f->info->bar_size[i], 0, true) << 32;
	return mask;
}

static u64 wanted(const struct pci_fn *f, u32 i)
{
	u64 address = f->bar[i];

	if (is_wide(f, i))
		address |= (u64)f->bar[i + 1] << 32;
	return address & mask_of(f, i);
}

static void show(struct pci_fn *f, u32 i, u64 address)
{
	f->bar[i] = (u32)address | f->info->bar_flags[i];
	if (is_wide(f, i))
		f->bar[i + 1] = (u32)(address >> 32);
}

static void program(struct pci_fn *f, u32 i, u64 address)
{
	f->bar_at[i] = address;
	pci_hw_write(f->info->bdf, PCI_BAR0 + 4 * i, 4, (u32)address);
	if (is_wide(f, i))
		pci_hw_write(f->info->bdf, PCI_BAR0 + 4 * i + 4, 4, (u32)(address >> 32));
}

/* The trapped pages of an MSI-X table stay where they are, and with them their BAR. */
static bool may_be_at(const struct pci_fn *f, u32 i, u64 address)
{
	if (address == f->info->bar[i])
		return true;
	if (f->writer == PCI_WRITER_RT || (f->msix.cap && f->info->msix_bir == i))
		return false;
	return !pci_place_taken(address, f->info->bar_size[i], is_io(f, i));
}

/* Return: false if hardware stays where it was. */
static bool follow(struct pci_fn *f, u32 i)
{
	u64 address = wanted(f, i);

	if (address != f->bar_at[i] && !may_be_at(f, i, address))
		return false;
	program(f, i, address); /* also where nothing changed: a reset may have cleared it */
	return true;
}

u32 pci_bar_read(const struct pci_fn *f, u32 i)
{
	return f->bar[i];
}

static bool decodes(const struct pci_fn *f, u32 i)
{
	u32 bit = is_io(f, i) ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;

	return pci_hw_read(f->info->bdf, PCI_COMMAND, 4) & bit;
}

static void refuse(struct vcpu *v, const struct pci_fn *f, u32 i)
{
	cell_refused(f->cell, v->cpu, BH_REFUSED_PCI,
		     "BAR %u of PCI function %02x:%02x.%x at 0x%lx", i, f->info->bdf >> 8,
		     f->info->bdf >> 3 & 0x1f, f->info->bdf & 7, wanted(f, i));
}

void pci_bar_write(struct vcpu *v, struct pci_fn *f, u32 i, u32 lanes, u32 value)
{
	u32 low = is_upper(f, i) ? i - 1 : i;
	bool upper = low != i;
	u32 mask = pci_bar_mask(f->info->bar_size[low], f->info->bar_flags[low], upper);

	f->bar[i] = pci_merge(f->bar[i], value, lanes & mask);
	if (!mask || pci_merge(0, value, lanes) == SIZING || !decodes(f, low))
		return;
	/* Half of a 64-bit BAR may be waiting for the other half: no complaint yet. */
	if (!follow(f, low) && !is_wide(f, low))
		refuse(v, f, low);
}

void pci_bar_settle(struct vcpu *v, struct pci_fn *f, u32 kinds)
{
	for (u32 i = 0; i < PCI_BARS; i++) {
		if (!f->info->bar_size[i] ||
		    !(kinds & (is_io(f, i) ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY)) || follow(f, i))
			continue;
		refuse(v, f, i);
		show(f, i, f->bar_at[i]);
	}
}

void pci_bar_reset(struct pci_fn *f)
{
	for (u32 i = 0; i < PCI_BARS; i++) {
		if (!f->info->bar_size[i])
			continue;
		program(f, i, f->info->bar[i]);
		show(f, i, f->info->bar[i]);
	}
}

/* An expansion ROM decodes only while its own enable bit is set. */
void pci_rom_write(struct vcpu *v, struct pci_fn *f, u32 lanes, u32 value)
{
	u32 dword = f->info->header == PCI_HEADER_BRIDGE ? PCI_ROM_BRIDGE : PCI_ROM;
	u32 address, size = ~f->rom_mask + 1;

	if (f->writer == PCI_WRITER_RT || !f->rom_mask)
		return;
	f->rom = pci_merge(f->rom, value, lanes & (f->rom_mask | PCI_ROM_ENABLE));
	address = f->rom & f->rom_mask;
	if (!(f->rom & PCI_ROM_ENABLE)) {
		pci_hw_write(f->info->bdf, dword, 4, address);
	} else if (address != (ROM_SIZING & f->rom_mask) &&
		   !pci_place_taken(address, size, false)) {
		pci_hw_write(f->info->bdf, dword, 4, f->rom);
	} else {
		pci_hw_write(f->info->bdf, dword, 4, 0);
		cell_refused(f->cell, v->cpu, BH_REFUSED_PCI, "expansion ROM at 0x%x", address);
	}
}

struct windows {
	struct pci_window io, mem, pref;
};

/* What was open before stays so: its neighbours may change without it. */
static bool covers_rt(const struct pci_window *w, const struct pci_window *old, bool io)
{
	return w->size && (w->base != old->base || w->size != old->size) &&
	       pci_rt_taken(w->base, w->size, io);
}

/* A bridge that forwards an RT cell's addresses would take them away from it. */
void pci_window_write(struct vcpu *v, struct pci_fn *f, u32 dword, u32 lanes, u32 value)
{
	u32 w1c = dword == PCI_IO_WINDOW ? PCI_STATUS : 0;
	struct windows old, new;
	u32 reg[16];

	for (u32 i = 0; i < 16; i++)
		reg[i] = pci_hw_read(f->info->bdf, 4 * i, 4);
	pci_bridge_windows(reg, &old.io, &old.mem, &old.pref);
	reg[dword / 4] = pci_merge(reg[dword / 4], value, lanes);
	pci_bridge_windows(reg, &new.io, &new.mem, &new.pref);
	if (f->writer != PCI_WRITER_ROOT || covers_rt(&new.io, &old.io, true) ||
	    covers_rt(&new.mem, &old.mem, false) || covers_rt(&new.pref, &old.pref, false)) {
		cell_refused(f->cell, v->cpu, BH_REFUSED_PCI,
			     "window of bridge %02x:%02x.%x (register 0x%x)", f->info->bdf >> 8,
			     f->info->bdf >> 3 & 0x1f, f->info->bdf & 7, dword);
		return;
	}
	pci_config_masked(f, dword, lanes, value, w1c);
}
