/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine of PCI functions below hypervisor/devices/pci*.c: registers with their writable bits,
 * two cells, a table of interrupts. Included once by the program that links those files.
 */
#ifndef TEST_FAKE_PCI_H
#define TEST_FAKE_PCI_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cell.h"
#include "core/console.h"
#include "core/cpu.h"
#include "core/main.h"
#include "devices/pci.h"
#include "devices/pci_hw.h"
#include "devices/pci_ports.h"
#include "iommu/iommu.h"
#include "x86/host_tables.h"
#include "x86/lapic.h"
#include "x86/vlapic.h"

#define F_HOST       0 /* 00:00.0 */
#define F_RT         1 /* 00:02.0 of cell 1: BARs in memory and ports, MSI */
#define F_ROOT       2 /* 00:03.0 of root: MSI-X, MSI, ROM, extended capabilities */
#define F_FROZEN     3 /* 00:1c.0, bridge to bus 1 */
#define F_BRIDGE     4 /* 00:1d.0, bridge to bus 2 */
#define F_ZERO       5 /* 01:00.0 of root */
#define F_ONE        6 /* 01:00.1 of cell 1 */
#define F_COUNT      7

#define HV_PHYS      0x40000000u
#define CELL_RAM     0x50000000u
#define MMCONFIG     0xb0000000u
#define IOAPIC       0xfec00000u
#define UNIT         0xfed90000u
#define RT_BAR       0xe0000000u
#define RT_PORTS     0x6000u
#define ROOT_BAR     0xe0200000u
#define ROOT_WIDE    0x800000000ull
#define ROOT_TABLE   0x800010000ull
#define TABLE_OFFSET 0x800u
#define TABLE_COUNT  4u
#define ROOT_ROM     0xe0300000u
#define ONE_BAR      0xe1000000u

struct fake_hw {
	u32 reg[1024], writable[1024], w1c[1024];
};

struct fake_irq {
	bool live;
	struct irq_target target;
};

struct fake_machine {
	struct {
		struct bh_boot_info info;
		struct bh_boot_pci pci[F_COUNT];
		struct bh_boot_ioapic ioapic;
		struct bh_boot_iommu unit;
		struct bh_boot_mem mem;
	} boot;
	struct fake_hw hw[F_COUNT];
	struct cell cell[2];
	struct vcpu vcpu[2];
	struct apic_dest_cpu cpu[4]; /* 0..2 root's, 3 the cell's */
	struct fake_irq irq[64];
	u32 irq_count, irq_max;
	u32 refused;
	u32 traps, maps, resets;
	u8 table_page[4096] __attribute__((aligned(4096)));
	u8 memory[8 * 4096] __attribute__((aligned(4096)));
	struct page_pool pool;
};

static struct fake_machine *fake;

struct cell *cells;
u32 cell_count;
u32 tsc_khz = 1000;

/* Hardware */

static int fake_index(u16 bdf)
{
	for (int i = 0; i < F_COUNT; i++)
		if (fake->boot.pci[i].bdf == bdf)
			return i;
	return -1;
}

enum bh_err pci_hw_init(const struct bh_boot_info *info)
{
	(void)info;
	return BH_OK;
}

bool pci_hw_extended(u16 bdf)
{
	(void)bdf;
	return true;
}

static void fake_check(u32 reg, u32 size)
{
	if (reg >= 4096 || (size != 1 && size != 2 && size != 4) || reg % size)
		abort();
}

u32 pci_hw_read(u16 bdf, u32 reg, u32 size)
{
	int i = fake_index(bdf);
	u32 v = i < 0 ? ~0u : fake->hw[i].reg[reg / 4];

	fake_check(reg, size);
	v >>= 8 * (reg & 3);
	return size == 4 ? v : v & (BIT32(8 * size) - 1);
}

void pci_hw_write(u16 bdf, u32 reg, u32 size, u32 value)
{
	int i = fake_index(bdf);
	u32 lanes = pci_lanes(reg, size), lifted = value << (8 * (reg & 3));
	struct fake_hw *h;

	fake_check(reg, size);
	if (i < 0)
		return;
	h = &fake->hw[i];
	if (fake->boot.pci[i].pcie_cap && reg / 4 == fake->boot.pci[i].pcie_cap / 4 + 2u &&
	    lifted & lanes & 0x8000)
		fake->resets |= BIT32(i);
	h->reg[reg / 4] = pci_merge(h->reg[reg / 4], lifted, lanes & h->writable[reg / 4]);
	h->reg[reg / 4] &= ~(lifted & lanes & h->w1c[reg / 4]);
}

/* The rest of the hypervisor */

void *host_map(u64 pa, u64 size, enum mem_type type)
{
	(void)type;
	if (pa != ROOT_TABLE || size != 4096)
		abort();
	return fake->table_page;
}

void delay_us(u32 khz, u64 us)
{
	(void)khz;
	(void)us;
}

void say(const char *fmt, ...)
{
	(void)fmt;
}

void cell_refused(struct cell *cell, u32 cpu, enum bh_refusal class, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	(void)cell;
	(void)cpu;
	(void)class;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap); /* the sanitizer sees wrong arguments */
	va_end(ap);
	fake->refused++;
}

enum bh_err cell_trap_memory(struct cell *cell, u64 gpa, u64 size)
{
	if (gpa % PAGE_SIZE || size % PAGE_SIZE || !size)
		return BH_ERR_ALIGN;
	if (cell->id == 0)
		fake->traps++;
	return BH_OK;
}

enum bh_err cell_map_mmio(struct cell *cell, u64 gpa, u64 hpa, u64 size)
{
	if (gpa % PAGE_SIZE || size % PAGE_SIZE || !size || gpa != hpa || cell->id != 1)
		return BH_ERR_ALIGN;
	fake->maps++;
	return BH_OK;
}

static u8 fake_io[2][8192];

void cell_trap_ports(struct cell *cell, u32 first, u32 count)
{
	for (u32 port = first; port < first + count; port++)
		fake_io[cell->id][port / 8] |= (u8)BIT32(port % 8);
}

void cell_pass_ports(struct cell *cell, u32 first, u32 count)
{
	for (u32 port = first; port < first + count; port++)
		fake_io[cell->id][port / 8] &= (u8)~BIT32(port % 8);
}

static inline bool fake_port_traps(u32 cell, u32 port)
{
	return fake_io[cell][port / 8] & BIT32(port % 8);
}

bool cell_rt_has_port(u64 first, u64 count)
{
	for (u64 port = first; port < first + count && port < 0x10000; port++)
		if (!fake_port_traps(1, (u32)port))
			return true;
	return false;
}

enum irq_verdict vlapic_route(struct vcpu *v, const struct irq_wish *wish, struct irq_target *out)
{
	struct apic_dest_ctx ctx = {&v->cell->cpus, fake->cpu, false};

	return irq_resolve(wish, &ctx, v->cell->is_root, out);
}

enum bh_err iommu_irq_alloc(u16 source_id, u32 count, u32 *first)
{
	(void)source_id;
	if (fake->irq_count + count > fake->irq_max)
		return BH_ERR_NOMEM;
	*first = fake->irq_count;
	fake->irq_count += count;
	return BH_OK;
}

void iommu_irq_set(u32 index, const struct irq_target *target)
{
	if (index >= fake->irq_count)
		abort();
	fake->irq[index].live = target;
	if (target)
		fake->irq[index].target = *target;
}

bool iommu_active(void)
{
	return true;
}

/* Hardware must never hold a message that does not look like this. */
#define FAKE_MESSAGE 0xfeed0000u

void iommu_msi_message(u32 index, u32 count, const struct irq_target *target,
		       struct msi_message *out)
{
	(void)target;
	if (index + count > fake->irq_count)
		abort();
	out->address = FAKE_MESSAGE | index << 4;
	out->data = 0x100 + index;
}

/* The machine */

static void fake_bar(int f, u32 i, u64 address, u64 size, u32 flags)
{
	struct bh_boot_pci *p = &fake->boot.pci[f];

	p->bar[i] = address;
	p->bar_size[i] = size;
	p->bar_flags[i] = flags;
	fake->hw[f].reg[4 + i] = (u32)address | flags;
	fake->hw[f].writable[4 + i] = pci_bar_mask(size, flags, false);
	if (!(flags & 4))
		return;
	fake->hw[f].reg[5 + i] = (u32)(address >> 32);
	fake->hw[f].writable[5 + i] = pci_bar_mask(size, flags, true);
}

static void fake_function(int f, u16 bdf, u32 cell, u32 class_code, u32 header)
{
	fake->boot.pci[f] = (struct bh_boot_pci){.bdf = bdf,
						 .vendor = 0x8086,
						 .device = (u16)(0x1000 + f),
						 .cell = cell,
						 .class_code = class_code,
						 .header = (u8)header};
	fake->hw[f].reg[0] = (0x1000u + (u32)f) << 16 | 0x8086;
	fake->hw[f].reg[1] = 0xf9100007;
	fake->hw[f].writable[1] = 0x07ff;
	fake->hw[f].w1c[1] = 0xf9000000;
	fake->hw[f].reg[2] = class_code << 8;
	fake->hw[f].reg[3] = header << 16;
	fake->hw[f].writable[3] = 0xff00ffff;
	fake->hw[f].reg[15] = 0x010b;
	fake->hw[f].writable[15] = header ? 0x0fff00ff : 0xff;
	/* device-specific registers */
	for (u32 i = 0xc0 / 4; i < 1024; i++)
		fake->hw[f].writable[i] = ~0u;
}

static void fake_caps(int f, const u32 *reg, u32 count)
{
	fake->hw[f].reg[0x34 / 4] = 0x40;
	for (u32 i = 0; i < count; i++) {
		fake->hw[f].reg[0x40 / 4 + i] = reg[i];
		fake->hw[f].writable[0x40 / 4 + i] = i % 4 ? ~0u : 0x00710000; /* MSI */
	}
}

static void fake_rt_function(void)
{
	/* MSI, 64 bits, 4 messages; PM; PCI Express with FLR */
	static const u32 caps[16] = {0x00845005, 0xfee00000, 0, 0x33, 0x00036001, 0x0008, 0, 0,
				     0x00020010, 0x10000000, 0};

	fake_function(F_RT, BH_BDF(0, 2, 0), 1, 0xff0000, 0);
	fake->hw[F_RT].reg[1] |= 0x7;
	fake_bar(F_RT, 0, RT_BAR, 0x100000, 0);
	fake_bar(F_RT, 1, RT_PORTS, 0x20, 1);
	fake_caps(F_RT, caps, 16);
	fake->boot.pci[F_RT].msi_cap = 0x40;
	fake->boot.pci[F_RT].pcie_cap = 0x60;
	fake->hw[F_RT].w1c[0x54 / 4] = 0x8000;
	fake->hw[F_RT].writable[0x54 / 4] = 0x0103;
	fake->hw[F_RT].writable[0x68 / 4] = 0x7fff;
	fake->hw[F_RT].w1c[0x68 / 4] = 0x000f0000;
}

static void fake_root_function(void)
{
	/* MSI-X, 4 entries in BAR 2, on; MSI, 32 bits, masks; PCI Express */
	static const u32 caps[20] = {0xc0035011, 0x802, 0x802, 0, 0x01017005, 0,          0, 0,
				     0,          0,     0,     0, 0x00020010, 0x10000000, 0};
	struct fake_hw *h = &fake->hw[F_ROOT];

	fake_function(F_ROOT, BH_BDF(0, 3, 0), 0, 0x020000, 0);
	fake_bar(F_ROOT, 0, ROOT_BAR, 0x10000, 0);
	fake_bar(F_ROOT, 1, 0x7000, 0x20, 1);
	fake_bar(F_ROOT, 2, ROOT_TABLE - TABLE_OFFSET / 0x1000, 0x4000, 0xc);
	fake_bar(F_ROOT, 4, ROOT_WIDE, 0x10000, 0xc);
	h->reg[0x30 / 4] = ROOT_ROM;
	h->writable[0x30 / 4] = 0xffff0001;
	fake_caps(F_ROOT, caps, 20);
	h->writable[0x40 / 4] = 0xc0000000; /* MSI-X */
	fake->boot.pci[F_ROOT].msix_cap = 0x40;
	fake->boot.pci[F_ROOT].msix_bir = 2;
	fake->boot.pci[F_ROOT].msix_offset = TABLE_OFFSET;
	fake->boot.pci[F_ROOT].msix_count = TABLE_COUNT;
	fake->boot.pci[F_ROOT].msi_cap = 0x50;
	fake->boot.pci[F_ROOT].pcie_cap = 0x70;
	/* the list of extended capabilities is not in order: AER, SR-IOV, ACS, vendor */
	h->reg[0x100 / 4] = 0x16010001;
	h->reg[0x160 / 4] = 0x14010010;
	h->reg[0x164 / 4] = 0x12345678;
	h->reg[0x140 / 4] = 0x1a01000d;
	h->reg[0x144 / 4] = 0x0000005f;
	h->reg[0x1a0 / 4] = 0x0001000b;
}

static void fake_bridge(int f, u16 bdf, u8 secondary)
{
	fake_function(f, bdf, 0, 0x060400, 1);
	fake->boot.pci[f].secondary = fake->boot.pci[f].subordinate = secondary;
	fake->boot.pci[f].pcie_cap = 0x40;
	fake->hw[f].reg[6] = (u32)secondary << 16 | (u32)secondary << 8;
	fake->hw[f].writable[6] = ~0u;
	fake->hw[f].reg[7] = 0x01f1;     /* I/O closed, 32 bits */
	fake->hw[f].reg[8] = 0x0000fff0; /* memory closed */
	fake->hw[f].reg[9] = 0x0001fff1; /* prefetchable closed, 64 bits */
	for (int i = 7; i <= 12; i++)
		fake->hw[f].writable[i] = i == 7 ? 0xf0f0 : ~0u;
	fake->hw[f].w1c[7] = 0xf9000000;
	fake->hw[f].writable[9] = 0xfff0fff0;
	for (u32 i = 0x40 / 4; i < 1024; i++)
		fake->hw[f].writable[i] = ~0u;
}

static void fake_functions(void)
{
	fake_function(F_HOST, 0, 0, 0x060000, 0);
	fake_rt_function();
	fake_root_function();
	fake_bridge(F_FROZEN, BH_BDF(0, 0x1c, 0), 1);
	fake_bridge(F_BRIDGE, BH_BDF(0, 0x1d, 0), 2);
	fake_function(F_ZERO, BH_BDF(1, 0, 0), 0, 0x020000, 0);
	fake->hw[F_ZERO].reg[3] |= PCI_MULTI_FUNCTION;
	fake_function(F_ONE, BH_BDF(1, 0, 1), 1, 0x020000, 0);
	fake->hw[F_ONE].reg[3] |= PCI_MULTI_FUNCTION;
	fake_bar(F_ONE, 0, ONE_BAR, 0x800, 0);
}

static void fake_boot_info(void)
{
	struct bh_boot_info *i = &fake->boot.info;

	*i = (struct bh_boot_info){
		.hv_phys = HV_PHYS,
		.hv_size = 0x100000,
		.phys_top = 0x1000000000,
		.console_port = 0x3f8,
		.mem_count = 1,
		.mem_offset = (u32)((u8 *)&fake->boot.mem - (u8 *)i),
		.mmconfig_phys = MMCONFIG,
		.mmconfig_buses = 256,
		.ioapic_count = 1,
		.ioapic_offset = (u32)((u8 *)&fake->boot.ioapic - (u8 *)i),
		.unit_count = 1,
		.unit_offset = (u32)((u8 *)&fake->boot.unit - (u8 *)i),
		.pci_count = F_COUNT,
		.pci_offset = (u32)((u8 *)&fake->boot.pci - (u8 *)i),
	};
	fake->boot.mem = (struct bh_boot_mem){0, CELL_RAM, 0x1000000, 1, 0};
	fake->boot.ioapic.phys = IOAPIC;
	fake->boot.unit.phys = UNIT;
}

static void fake_cells(void)
{
	cells = fake->cell;
	cell_count = 2;
	memset(fake_io[0], 0, sizeof(fake_io[0]));
	memset(fake_io[1], 0xff, sizeof(fake_io[1]));
	for (u32 i = 0; i < 2; i++) {
		fake->cell[i].id = i;
		fake->cell[i].is_root = i == 0;
		fake->vcpu[i].cell = &fake->cell[i];
		fake->vcpu[i].cpu = i * 3;
	}
	for (u32 i = 0; i < 4; i++) {
		cpuset_set(&fake->cell[i / 3].cpus, i);
		fake->cpu[i] = (struct apic_dest_cpu){i, BIT32(24 + i), ~0u};
	}
}

/* Everything as after power-on, before pci_init(). */
static void fake_build(void)
{
	free(fake);
	fake = aligned_alloc(4096, ALIGN_UP(sizeof(*fake), 4096));
	memset(fake, 0, sizeof(*fake));
	fake->irq_max = 64;
	fake->pool = (struct page_pool){fake->memory, 0x10000000, 8, 0};
	fake_boot_info();
	fake_functions();
	fake_cells();
	memset(fake->table_page, 0xaa, sizeof(fake->table_page));
}

/* Accesses as they come from the guests */

static inline u64 fake_mmio(u32 cell, u64 address, u8 size, bool write, u64 value)
{
	struct bus_access a = {.size = size, .write = write, .value = write ? value : ~0ull};

	if (!bus_do(&fake->cell[cell].mmio, &fake->vcpu[cell], address, &a) && !write)
		return ~0ull;
	return a.value;
}

static inline u32 fake_pio(u32 cell, u16 port, u8 size, bool write, u32 value)
{
	struct bus_access a = {.size = size, .write = write, .value = write ? value : ~0ull};

	bus_do(&fake->cell[cell].pio, &fake->vcpu[cell], port, &a);
	return (u32)a.value;
}

static inline u32 fake_get(u32 cell, int f, u32 reg)
{
	return (u32)fake_mmio(cell, MMCONFIG + ((u64)fake->boot.pci[f].bdf << 12) + reg, 4, false,
			      0);
}

static inline void fake_set(u32 cell, int f, u32 reg, u32 value)
{
	fake_mmio(cell, MMCONFIG + ((u64)fake->boot.pci[f].bdf << 12) + reg, 4, true, value);
}

#endif
