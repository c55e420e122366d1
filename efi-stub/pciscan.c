// SPDX-License-Identifier: BSD-2-Clause
#include "pciscan.h"

/* PCI Local Bus Specification, "Configuration Space Organization" */
#define REG_ID          0x00u
#define REG_COMMAND     0x04u /* status in the upper half */
#define REG_CLASS       0x08u
#define REG_HEADER      0x0cu
#define REG_BAR0        0x10u
#define REG_BUSES       0x18u /* of bridges */
#define REG_CAP_POINTER 0x34u
#define COMMAND_DECODE  0x3u /* I/O space, memory space */
#define STATUS_CAPS     BIT32(20)
#define HEADER_MULTI    BIT32(23)
#define CLASS_HOST      0x0600u

#define BAR_IO          BIT32(0)
#define BAR_TYPE_MASK   (3u << 1)
#define BAR_TYPE_64     (2u << 1)
#define BAR_IO_FLAGS    0x3u
#define BAR_MEM_FLAGS   0xfu

#define CAP_FIRST       0x40u
#define CAP_MAX         48u /* 192 bytes hold no more */
#define CAP_MSI         0x05u
#define CAP_PCIE        0x10u
#define CAP_MSIX        0x11u
#define MSIX_BIR_MASK   0x7u
#define MSI_64BIT       BIT32(23)
#define MSI_MASKS       BIT32(24)

/* PCI Express Base Specification, "Extended Capabilities List", "Access Control Services" */
#define EXT_FIRST    0x100u
#define EXT_MAX      480u /* 3840 bytes hold no more */
#define EXT_ACS      0x000du
#define ACS_REDIRECT (BIT32(2) | BIT32(3)) /* P2P Request Redirect, P2P Completion Redirect */

/* Sizes of the capabilities, which must not reach beyond the 256 bytes */
#define MSIX_SIZE 12u
#define PCIE_SIZE 12u /* as far as it is used: device control */

struct function {
	const struct pci_access *access;
	u16 bdf;
};

static u32 rd(const struct function *f, u32 reg)
{
	return f->access->read(f->access->ctx, f->bdf, reg);
}

static void wr(const struct function *f, u32 reg, u32 value)
{
	f->access->write(f->access->ctx, f->bdf, reg, value);
}

/* Write all ones, see which bits stay, restore. Return: the bits, without the flags below. */
static u32 probe(const struct function *f, u32 reg)
{
	u32 old = rd(f, reg), bits;

	wr(f, reg, UINT32_MAX);
	bits = rd(f, reg);
	wr(f, reg, old);
	return bits;
}

static u64 lowest_bit(u64 v)
{
	return v & (~v + 1);
}

static void size_io(const struct function *f, struct bh_boot_pci *p, u32 i, u32 value)
{
	p->bar_flags[i] = value & BAR_IO_FLAGS;
	p->bar[i] = value & ~BAR_IO_FLAGS;
	p->bar_size[i] = lowest_bit(probe(f, REG_BAR0 + 4 * i) & ~BAR_IO_FLAGS);
}

/* Return: BARs used, 1 or 2. */
static u32 size_memory(const struct function *f, struct bh_boot_pci *p, u32 i, u32 value, u32 count)
{
	u32 reg = REG_BAR0 + 4 * i;
	bool wide = (value & BAR_TYPE_MASK) == BAR_TYPE_64 && i + 1 < count;
	u64 mask = probe(f, reg) & ~BAR_MEM_FLAGS;

	p->bar_flags[i] = value & BAR_MEM_FLAGS;
	p->bar[i] = value & ~BAR_MEM_FLAGS;
	if (wide) {
		p->bar[i] |= (u64)rd(f, reg + 4) << 32;
		mask |= (u64)probe(f, reg + 4) << 32;
	}
	p->bar_size[i] = lowest_bit(mask);
	return wide ? 2 : 1;
}

static void size_bars(const struct function *f, struct bh_boot_pci *p)
{
	u32 count = p->header == PCI_HEADER_DEVICE ? 6 : p->header == PCI_HEADER_BRIDGE ? 2 : 0;
	u32 command = rd(f, REG_COMMAND) & 0xffff;
	/* Memory itself may be behind a host bridge's decoder. */
	bool quiet = p->class_code >> 8 != CLASS_HOST;

	/* Status bits are cleared by writing ones: the upper half is written as zero. */
	if (quiet)
		wr(f, REG_COMMAND, command & ~COMMAND_DECODE);
	for (u32 i = 0; i < count;) {
		u32 value = rd(f, REG_BAR0 + 4 * i);

		if (value & BAR_IO) {
			size_io(f, p, i, value);
			i++;
		} else {
			i += size_memory(f, p, i, value, count);
		}
	}
	if (quiet)
		wr(f, REG_COMMAND, command);
	for (u32 i = 0; i < 6; i++)
		if (!p->bar_size[i])
			p->bar[i] = p->bar_flags[i] = 0;
}

/* "MSI Capability Structure": four variants */
static u32 msi_size(u32 head)
{
	return 10u + (head & MSI_64BIT ? 4u : 0u) + (head & MSI_MASKS ? 10u : 0u);
}

/* "Message Control for MSI": log2 in bits 3:1, of which 6 and 7 are reserved */
static u8 msi_messages(u32 head)
{
	u32 log2 = head >> 17 & 7;

	return (u8)BIT32(log2 < 5 ? log2 : 5);
}

static void use_capability(const struct function *f, struct bh_boot_pci *p, u8 at, u32 head)
{
	u32 table, room = 256u - at;

	switch (head & 0xff) {
	case CAP_MSI:
		if (room < msi_size(head))
			break;
		p->msi_cap = at;
		p->msi_count = msi_messages(head);
		break;
	case CAP_PCIE:
		if (room >= PCIE_SIZE)
			p->pcie_cap = at;
		break;
	case CAP_MSIX:
		if (room < MSIX_SIZE)
			break;
		table = rd(f, at + 4u);
		p->msix_cap = at;
		p->msix_count = (head >> 16 & 0x7ff) + 1;
		p->msix_bir = table & MSIX_BIR_MASK;
		p->msix_offset = table & ~MSIX_BIR_MASK;
		break;
	default:
		break;
	}
}

static void find_capabilities(const struct function *f, struct bh_boot_pci *p)
{
	u32 at;

	if (p->header > PCI_HEADER_BRIDGE || !(rd(f, REG_COMMAND) & STATUS_CAPS))
		return;
	at = rd(f, REG_CAP_POINTER) & 0xfc;
	for (u32 n = 0; n < CAP_MAX && at >= CAP_FIRST; n++) {
		u32 head = rd(f, at);

		use_capability(f, p, (u8)at, head);
		at = head >> 8 & 0xfc;
	}
}

/* Can the function be made to send what is for its neighbours past the IOMMU? */
static bool has_acs(const struct function *f)
{
	u32 at = EXT_FIRST;

	for (u32 n = 0; n < EXT_MAX && at >= EXT_FIRST; n++) {
		u32 head = rd(f, at);

		if (head == 0 || head == UINT32_MAX)
			return false;
		if ((head & 0xffff) == EXT_ACS)
			return (rd(f, at + 4) & ACS_REDIRECT) == ACS_REDIRECT;
		at = head >> 20 & 0xffc;
	}
	return false;
}

static void describe(const struct function *f, struct bh_boot_pci *p)
{
	u32 id = rd(f, REG_ID), header = rd(f, REG_HEADER) >> 16 & 0x7f, buses;

	*p = (struct bh_boot_pci){
		.bdf = f->bdf,
		.vendor = (u16)id,
		.device = (u16)(id >> 16),
		.header = (u8)header,
		.class_code = rd(f, REG_CLASS) >> 8,
	};
	if (header == PCI_HEADER_BRIDGE) {
		buses = rd(f, REG_BUSES);
		p->secondary = (u8)(buses >> 8);
		p->subordinate = (u8)(buses >> 16);
	}
	find_capabilities(f, p);
	p->acs = p->pcie_cap && has_acs(f);
	size_bars(f, p);
}

struct scan {
	const struct pci_access *access;
	struct bh_boot_pci *out;
	u32 max, count;
	u16 end[256]; /* of buses to look at: first bus behind those of the same root; else 0 */
};

/* A bridge leads to a bus that is looked at later, because it has a higher number. */
static void follow_bridge(struct scan *s, const struct function *f)
{
	u32 bus = f->bdf >> 8, secondary = rd(f, REG_BUSES) >> 8 & 0xff;

	if (secondary > bus && secondary < s->end[bus])
		s->end[secondary] = s->end[bus];
}

/* Return: false if there is no such function. */
static bool scan_function(struct scan *s, u16 bdf, bool *multi)
{
	struct function f = {s->access, bdf};
	u16 vendor = (u16)rd(&f, REG_ID);
	u32 header;

	if (vendor == 0xffff || vendor == 0)
		return false;
	header = rd(&f, REG_HEADER);
	*multi = header & HEADER_MULTI;
	if ((header >> 16 & 0x7f) == PCI_HEADER_BRIDGE)
		follow_bridge(s, &f);
	if (s->count < s->max)
		describe(&f, &s->out[s->count]);
	s->count++;
	return true;
}

static void scan_bus(struct scan *s, u32 bus)
{
	for (u32 dev = 0; dev < 32; dev++) {
		bool multi = false, ignored;

		if (!scan_function(s, BH_BDF(bus, dev, 0), &multi) || !multi)
			continue;
		for (u32 fn = 1; fn < 8; fn++)
			scan_function(s, BH_BDF(bus, dev, fn), &ignored);
	}
}

u32 pci_scan(const struct pci_access *access, const struct pci_root *roots, u32 root_count,
	     struct bh_boot_pci *out, u32 max)
{
	struct scan s = {.access = access, .out = out, .max = max};

	for (u32 i = 0; i < root_count; i++)
		s.end[roots[i].first] = roots[i].last + 1;
	for (u32 bus = 0; bus < 256; bus++)
		if (s.end[bus])
			scan_bus(&s, bus);
	return s.count;
}
