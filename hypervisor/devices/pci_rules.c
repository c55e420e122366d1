// SPDX-License-Identifier: BSD-2-Clause
#include "devices/pci_rules.h"

/* Fast back-to-back, SERR#, parity, snooping and MWI are the platform's business: root's. */
#define COMMAND_ROOT   0x077fu
#define COMMAND_RT     0x0047u /* I/O, memory, bus master, parity */
#define COMMAND_DECODE 0x0007u
#define STATUS_CLEAR   0xf9000000u
#define CACHE_LATENCY  0x0000ffffu /* not BIST, which may take the function away */
#define LINE           0x000000ffu
#define BRIDGE_CONTROL 0x0fff0000u

/* PCI Code and ID Assignment Specification, "Extended Capability IDs" */
#define EXT_ARI       0x0eu
#define EXT_ATS       0x0fu
#define EXT_SRIOV     0x10u
#define EXT_MRIOV     0x11u
#define EXT_MULTICAST 0x12u
#define EXT_PRI       0x13u
#define EXT_REBAR     0x15u
#define EXT_PASID     0x1bu
#define EXT_VF_REBAR  0x24u

static u32 command_mask(enum pci_writer writer)
{
	switch (writer) {
	case PCI_WRITER_ROOT:
		return COMMAND_ROOT;
	case PCI_WRITER_RT:
		return COMMAND_RT;
	default: /* closing the bridge would cut the cell's function off */
		return COMMAND_ROOT & ~COMMAND_DECODE;
	}
}

u32 pci_header_mask(u32 header, u32 dword, enum pci_writer writer)
{
	switch (dword) {
	case PCI_COMMAND:
		return command_mask(writer) | STATUS_CLEAR;
	case PCI_HEADER:
		return CACHE_LATENCY;
	case PCI_INTERRUPT:
		if (writer == PCI_WRITER_RT)
			return 0;
		/* Bridge control holds the secondary bus reset. */
		return header == PCI_HEADER_BRIDGE && writer == PCI_WRITER_ROOT
			       ? LINE | BRIDGE_CONTROL
			       : LINE;
	default:
		return 0;
	}
}

u32 pci_bar_mask(u64 size, u32 flags, bool upper)
{
	u64 bits = ~(size - 1);

	if (!size)
		return 0;
	if (upper)
		return (u32)(bits >> 32);
	return (u32)bits & (flags & PCI_BAR_IO ? ~3u : ~15u);
}

static struct pci_window window(u64 base, u64 limit)
{
	if (base > limit)
		return (struct pci_window){0, 0};
	return (struct pci_window){base, limit - base + 1};
}

void pci_bridge_windows(const u32 *reg, struct pci_window *io, struct pci_window *mem,
			struct pci_window *pref)
{
	u32 i = reg[PCI_IO_WINDOW / 4], ih = reg[PCI_IO_WINDOW_HI / 4];
	u32 m = reg[PCI_MEM_WINDOW / 4], p = reg[PCI_PREF_WINDOW / 4];
	bool wide_io = (i & 0xf) == 1, wide_pref = (p & 0xf) == 1;
	u64 pref_base = (u64)(p & 0xfff0) << 16, pref_limit = (p & 0xfff00000) | 0xfffff;

	*io = window((i & 0xf0) << 8 | (wide_io ? ih << 16 : 0),
		     (i & 0xf000) | 0xfff | (wide_io ? ih & 0xffff0000 : 0));
	*mem = window((u64)(m & 0xfff0) << 16, (m & 0xfff00000) | 0xfffff);
	if (wide_pref) {
		pref_base |= (u64)reg[PCI_PREF_BASE_HI / 4] << 32;
		pref_limit |= (u64)reg[PCI_PREF_LIMIT_HI / 4] << 32;
	}
	*pref = window(pref_base, pref_limit);
}

enum pci_ext_rule pci_ext_rule(u32 id)
{
	switch (id) {
	case EXT_ARI:   /* changes how function numbers are routed */
	case EXT_ATS:   /* lets a device claim that an address is translated already */
	case EXT_SRIOV: /* makes functions that nobody owns */
	case EXT_MRIOV:
	case EXT_MULTICAST: /* copies writes to further places */
	case EXT_PRI:
	case EXT_REBAR: /* changes sizes that were measured at boot */
	case EXT_PASID:
	case EXT_VF_REBAR:
		return PCI_EXT_HIDDEN;
	case PCI_EXT_ACS: /* keeps requests between functions on their way through the IOMMU */
		return PCI_EXT_READ_ONLY;
	default:
		return PCI_EXT_PASS;
	}
}
