/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Enumeration of PCI functions: headers, capabilities, BARs and their sizes (PCI Local Bus
 * Specification 3.0, chapter 6). Pure: configuration space is reached through struct pci_access.
 */
#ifndef STUB_PCISCAN_H
#define STUB_PCISCAN_H

#include <bulkhead/boot.h>

#include "core/types.h"

#define PCI_HEADER_DEVICE 0u
#define PCI_HEADER_BRIDGE 1u

/* How configuration space is reached. @reg: multiple of 4, below 4096; all ones if not there. */
struct pci_access {
	u32 (*read)(void *ctx, u16 bdf, u32 reg);
	void (*write)(void *ctx, u16 bdf, u32 reg, u32 value);
	void *ctx;
};

/* The buses of one root bridge. */
struct pci_root {
	u8 first, last;
};

/**
 * pci_scan - list the functions on and below the root buses, ascending by bdf.
 * @max: entries that fit into @out; 0 only counts and writes nothing to the functions.
 *
 * Sizing writes all ones to the BARs with decoding off and then restores both; nobody else may use
 * the devices meanwhile. Owners are left 0.
 * Return: number of functions, which may exceed @max.
 */
u32 pci_scan(const struct pci_access *access, const struct pci_root *roots, u32 root_count,
	     struct bh_boot_pci *out, u32 max);

#endif
