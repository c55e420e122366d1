/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which bits of PCI configuration space a cell may write, and what BARs and bridge windows mean.
 * Pure. PCI Local Bus Specification 3.0, chapter 6; PCI-to-PCI Bridge Specification 1.2, chapter 3;
 * PCI Express Base Specification, chapter 7.
 */
#ifndef DEVICES_PCI_RULES_H
#define DEVICES_PCI_RULES_H

#include "core/types.h"

#define PCI_HEADER_DEVICE 0u
#define PCI_HEADER_BRIDGE 1u

/* Registers by the dword that they are in */
#define PCI_ID              0x00u
#define PCI_COMMAND         0x04u
#define PCI_CLASS           0x08u
#define PCI_HEADER          0x0cu
#define PCI_BAR0            0x10u
#define PCI_BUSES           0x18u /* bridges */
#define PCI_IO_WINDOW       0x1cu /* bridges; secondary status above */
#define PCI_MEM_WINDOW      0x20u
#define PCI_PREF_WINDOW     0x24u
#define PCI_PREF_BASE_HI    0x28u
#define PCI_PREF_LIMIT_HI   0x2cu
#define PCI_IO_WINDOW_HI    0x30u
#define PCI_ROM             0x30u /* devices */
#define PCI_CAP_POINTER     0x34u
#define PCI_ROM_BRIDGE      0x38u
#define PCI_INTERRUPT       0x3cu /* bridges: bridge control above */
#define PCI_FIRST_CAP       0x40u
#define PCI_FIRST_EXT       0x100u
#define PCI_SPACE           0x1000u

#define PCI_COMMAND_IO      BIT32(0)
#define PCI_COMMAND_MEMORY  BIT32(1)
#define PCI_COMMAND_MASTER  BIT32(2)
#define PCI_COMMAND_NO_INTX BIT32(10)
#define PCI_STATUS          0xffff0000u /* bits are cleared by writing ones */
#define PCI_STATUS_CAPS     BIT32(20)
#define PCI_MULTI_FUNCTION  BIT32(23)

#define PCI_BAR_IO          BIT32(0)
#define PCI_BAR_64          BIT32(2)
#define PCI_ROM_ENABLE      BIT32(0)

#define PCI_EXT_ACS         0x0du

#define PCI_CLASS_HOST      0x0600u

/* Who writes. */
enum pci_writer {
	PCI_WRITER_ROOT,
	PCI_WRITER_RT,
	PCI_WRITER_FROZEN /* root, to a bridge in front of an RT cell's function */
};

/**
 * pci_header_mask - the bits of a header dword below 0x40 that reach hardware as written. BARs and
 * the windows of bridges are not among them: they have rules of their own.
 */
u32 pci_header_mask(u32 header, u32 dword, enum pci_writer writer);

/** pci_merge - @old with those bits of @value that @mask has. */
static inline u32 pci_merge(u32 old, u32 value, u32 mask)
{
	return (old & ~mask) | (value & mask);
}

/** pci_lanes - the bits of a dword that an access of @size bytes at @reg touches. */
static inline u32 pci_lanes(u32 reg, u32 size)
{
	return (size == 4 ? ~0u : BIT32(8 * size) - 1) << (8 * (reg & 3));
}

/** pci_bar_mask - the writable bits of a BAR; @upper: of the upper half of a 64-bit BAR. */
u32 pci_bar_mask(u64 size, u32 flags, bool upper);

struct pci_window {
	u64 base, size; /* size 0: closed */
};

/** pci_bridge_windows - what a bridge forwards. @reg: its header as 16 dwords.
 *  @io, @mem, @pref: filled in. */
void pci_bridge_windows(const u32 *reg, struct pci_window *io, struct pci_window *mem,
			struct pci_window *pref);

enum pci_ext_rule {
	PCI_EXT_PASS,
	PCI_EXT_READ_ONLY,
	PCI_EXT_HIDDEN
};

/** pci_ext_rule - what becomes of an extended capability. */
enum pci_ext_rule pci_ext_rule(u32 id);

static inline bool pci_ranges_meet(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a < b + b_size && b < a + a_size;
}

#endif
