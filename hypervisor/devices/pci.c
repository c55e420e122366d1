// SPDX-License-Identifier: BSD-2-Clause
#include "devices/pci.h"

#include "core/cell.h"
#include "core/console.h"
#include "core/cpu.h"
#include "core/main.h"
#include "devices/pci_hw.h"
#include "devices/pci_ports.h"
#include "iommu/iommu.h"
#include "x86/lapic.h"

#define LAPIC_RANGE   0xfee00000ULL /* interrupt messages: SDM vol. 3, "Message Address Register" */
#define LAPIC_SIZE    0x100000ULL
#define PORT_CONFIG   0xcf8u
#define PORT_CONFIG_N 8u
#define UART_PORTS    8u

/* PCI Express Base Specification, "PCI Express Capability Structure" */
#define PCIE_CAPS     4u
#define PCIE_HAS_FLR  BIT32(28)
#define PCIE_CONTROL  8u
#define PCIE_FLR      BIT32(15)
#define PCIE_PENDING  BIT32(21)
#define FLR_WAIT_US   100000u /* "Function Level Reset": ready after 100 ms */
#define PENDING_POLLS 100u

static const struct bh_boot_info *info; /* [I] */
static struct pci_fn *fns;              /* [I] ascending by bdf */
static u32 fn_count;                    /* [I] */

static const void *array_at(u32 offset)
{
	return (const u8 *)info + offset;
}

static struct pci_fn *find(u16 bdf)
{
	u32 low = 0, high = fn_count;

	while (low < high) {
		u32 middle = (low + high) / 2;

		if (fns[middle].info->bdf == bdf)
			return &fns[middle];
		if (fns[middle].info->bdf < bdf)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/*
 * Scanning a device begins at function 0: if that is somebody else's while another function is
 * the cell's, the cell finds a function there that no driver knows.
 */
static bool stands_in(const struct cell *cell, u16 bdf, const struct pci_fn *zero)
{
	for (u32 fn = 1; zero && !(bdf & 7) && fn < 8; fn++) {
		const struct pci_fn *f = find((u16)(bdf | fn));

		if (f && f->cell == cell)
			return true;
	}
	return false;
}

static u32 read_stand_in(const struct pci_fn *zero, u32 reg, u32 size)
{
	u32 value = 0;

	if ((reg & ~3u) == PCI_ID)
		value = 0xffff0000u | zero->info->vendor;
	else if ((reg & ~3u) == PCI_CLASS)
		value = 0xff000000u; /* "device does not fit in any defined class" */
	else if ((reg & ~3u) == PCI_HEADER)
		value = PCI_MULTI_FUNCTION;
	value >>= 8 * (reg & 3);
	return size == 4 ? value : value & (BIT32(8 * size) - 1);
}

void pci_access(struct vcpu *v, u16 bdf, u32 reg, struct bus_access *a)
{
	struct pci_fn *f = find(bdf);
	bool own = f && f->cell == v->cell;

	if (a->size > 4 || reg % a->size)
		return;
	if (own && a->write)
		pci_config_write(v, f, reg, a->size, (u32)a->value);
	else if (own)
		a->value = pci_config_read(f, reg, a->size);
	else if (a->write)
		cell_refused(v->cell, v->cpu, BH_REFUSED_PCI,
			     "configuration of PCI function %02x:%02x.%x", bdf >> 8,
			     bdf >> 3 & 0x1f, bdf & 7);
	else if (stands_in(v->cell, bdf, f))
		a->value = read_stand_in(f, reg, a->size);
}

static bool bar_taken(const struct pci_fn *f, u64 base, u64 size)
{
	for (u32 i = 0; i < PCI_BARS; i++) {
		u64 own = ALIGN_UP(f->info->bar_size[i], PAGE_SIZE);

		if (own && !(f->info->bar_flags[i] & PCI_BAR_IO) &&
		    pci_ranges_meet(base, size, f->info->bar[i], own))
			return true;
	}
	return false;
}

bool pci_rt_taken(u64 base, u64 size, bool io)
{
	if (io)
		return cell_rt_has_port(base, size);
	for (u32 i = 0; i < fn_count; i++)
		if (fns[i].writer == PCI_WRITER_RT && bar_taken(&fns[i], base, size))
			return true;
	return false;
}

static bool units_taken(u64 base, u64 size)
{
	const struct bh_boot_ioapic *ioapics = array_at(info->ioapic_offset);
	const struct bh_boot_iommu *units = array_at(info->unit_offset);

	for (u32 i = 0; i < info->ioapic_count; i++)
		if (pci_ranges_meet(base, size, ioapics[i].phys, PAGE_SIZE))
			return true;
	for (u32 i = 0; i < info->unit_count; i++)
		if (pci_ranges_meet(base, size, units[i].phys, PAGE_SIZE))
			return true;
	return false;
}

static bool memory_taken(u64 base, u64 size)
{
	const struct bh_boot_mem *mem = array_at(info->mem_offset);

	for (u32 i = 0; i < info->mem_count; i++)
		if (pci_ranges_meet(base, size, mem[i].hpa, mem[i].size))
			return true;
	return pci_ranges_meet(base, size, info->hv_phys, info->hv_size) ||
	       pci_ranges_meet(base, size, LAPIC_RANGE, LAPIC_SIZE) ||
	       pci_ranges_meet(base, size, info->mmconfig_phys, (u64)info->mmconfig_buses << 20);
}

bool pci_place_taken(u64 base, u64 size, bool io)
{
	u64 end = io ? 0x10000 : info->phys_top;

	if (base >= end || size > end - base || pci_rt_taken(base, size, io))
		return true;
	if (io)
		return pci_ranges_meet(base, size, PORT_CONFIG, PORT_CONFIG_N) ||
		       (info->console_port &&
			pci_ranges_meet(base, size, info->console_port, UART_PORTS));
	return units_taken(base, size) || memory_taken(base, size);
}

/* Does a bridge lead to a function of an RT cell? */
static bool leads_to_rt(const struct bh_boot_pci *bridge)
{
	const struct bh_boot_pci *p = array_at(info->pci_offset);

	for (u32 i = 0; i < info->pci_count; i++)
		if (p[i].cell && p[i].bdf >> 8 >= bridge->secondary &&
		    p[i].bdf >> 8 <= bridge->subordinate)
			return true;
	return false;
}

static enum pci_writer writer_of(const struct bh_boot_pci *p)
{
	if (p->cell)
		return PCI_WRITER_RT;
	if (p->header == PCI_HEADER_BRIDGE && p->secondary > p->bdf >> 8 && leads_to_rt(p))
		return PCI_WRITER_FROZEN;
	return PCI_WRITER_ROOT;
}

/*
 * Whose id a function's interrupt requests carry. Conventional bridges put their own there: the
 * secondary bus with number 0, or that of the bridge if it is conventional itself.
 */
static u16 requester(const struct bh_boot_pci *p)
{
	const struct bh_boot_pci *all = array_at(info->pci_offset);

	for (u32 i = 0; i < info->pci_count && !p->pcie_cap; i++) {
		const struct bh_boot_pci *b = &all[i];

		if (b->header != PCI_HEADER_BRIDGE || b->secondary != p->bdf >> 8 ||
		    b->secondary <= b->bdf >> 8)
			continue;
		if (!b->pcie_cap)
			return b->bdf;
		return BH_BDF(b->secondary, 0, 0);
	}
	return p->bdf;
}

/* Function level reset, which also forgets every register. */
static void reset_function(const struct pci_fn *f)
{
	u32 at = f->info->pcie_cap;

	if (!at || !(pci_hw_read(f->info->bdf, at + PCIE_CAPS, 4) & PCIE_HAS_FLR))
		return;
	for (u32 i = 0; i < PENDING_POLLS; i++) {
		if (!(pci_hw_read(f->info->bdf, at + PCIE_CONTROL, 4) & PCIE_PENDING))
			break;
		delay_us(tsc_khz, 1000);
	}
	pci_config_masked(f, at + PCIE_CONTROL, PCIE_FLR, PCIE_FLR, 0xffff0000);
	delay_us(tsc_khz, FLR_WAIT_US);
}

/* The first state of an RT cell's function: silent, but with its addresses. */
static void reset_for_rt(struct pci_fn *f)
{
	const u32 quiet = PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	u32 cache = pci_hw_read(f->info->bdf, PCI_HEADER, 2);

	pci_config_masked(f, PCI_COMMAND, quiet, 0, PCI_STATUS);
	reset_function(f);
	pci_hw_write(f->info->bdf, PCI_HEADER, 2, cache);
	pci_config_masked(f, PCI_COMMAND, quiet | PCI_COMMAND_NO_INTX, PCI_COMMAND_NO_INTX,
			  PCI_STATUS);
}

/* Registers of an RT cell's function: into its address space, out of root's. */
static enum bh_err map_bars(const struct pci_fn *f)
{
	enum bh_err err = BH_OK;

	for (u32 i = 0; i < PCI_BARS && !err; i++) {
		u64 base = f->info->bar[i], size = f->info->bar_size[i];

		if (!size)
			continue;
		if (f->info->bar_flags[i] & PCI_BAR_IO) {
			cell_pass_ports(f->cell, (u32)base, (u32)size);
			cell_trap_ports(&cells[0], (u32)base, (u32)size);
			continue;
		}
		size = ALIGN_UP(size, PAGE_SIZE);
		err = cell_map_mmio(f->cell, base, base, size);
		if (!err)
			err = cell_trap_memory(&cells[0], base, size);
	}
	return err;
}

/* MSI and MSI-X are never on at the same time, so they share. */
static bool reserve_interrupts(struct pci_fn *f)
{
	u32 count = msi_vectors(f);

	if (f->info->msix_cap && f->info->msix_count > count)
		count = f->info->msix_count;
	return !count || !iommu_irq_alloc(requester(f->info), count, &f->first_irq);
}

static enum bh_err setup(struct pci_fn *f, const struct bh_boot_pci *p, struct page_pool *pool)
{
	enum bh_err err = BH_OK;

	f->info = p;
	f->cell = &cells[p->cell];
	f->writer = writer_of(p);
	if (f->writer == PCI_WRITER_RT)
		reset_for_rt(f);
	pci_setup_config(f);
	pci_bar_reset(f);
	msi_init(f);
	if (f->writer == PCI_WRITER_RT)
		err = map_bars(f);
	f->no_interrupts = !reserve_interrupts(f);
	if (f->no_interrupts)
		say("PCI function %02x:%02x.%x gets no message interrupts: there are too many in "
		    "this machine",
		    p->bdf >> 8, p->bdf >> 3 & 0x1f, p->bdf & 7);
	if (!err && p->msix_cap)
		err = msix_init(f, pool);
	return err;
}

static bool owns_functions(u32 cell)
{
	const struct bh_boot_pci *p = array_at(info->pci_offset);

	for (u32 i = 0; i < info->pci_count; i++)
		if (p[i].cell == cell)
			return true;
	return cell == 0;
}

static enum bh_err open_doors(struct page_pool *pool)
{
	enum bh_err err = pci_ports_init(pool);

	for (u32 i = 0; i < cell_count && !err; i++)
		if (owns_functions(i))
			err = pci_ports_open(&cells[i], info);
	return err;
}

enum bh_err pci_init(const struct bh_boot_info *boot_info, struct page_pool *pool)
{
	const struct bh_boot_pci *p;
	enum bh_err err;

	info = boot_info;
	/* Nothing to protect and nothing known: root keeps what there may be. */
	if (!info->pci_count)
		return BH_OK;
	fns = pool_alloc(pool,
			 (u32)(ALIGN_UP(info->pci_count * sizeof(*fns), PAGE_SIZE) / PAGE_SIZE));
	if (!fns)
		return BH_ERR_NOMEM;
	err = pci_hw_init(info);
	p = array_at(info->pci_offset);
	for (u32 i = 0; i < info->pci_count && !err; i++) {
		if (p[i].cell >= cell_count)
			return BH_ERR_RANGE;
		err = setup(&fns[i], &p[i], pool);
	}
	fn_count = info->pci_count;
	return err ? err : open_doors(pool);
}
