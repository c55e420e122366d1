/* SPDX-License-Identifier: BSD-2-Clause */
/* The doors to configuration space: the ports 0xcf8 and 0xcfc, and MMCONFIG. */
#ifndef DEVICES_PCI_PORTS_H
#define DEVICES_PCI_PORTS_H

#include <bulkhead/boot.h>

#include "core/bus.h"
#include "core/page_pool.h"

struct cell;

/** pci_ports_init - memory for the cells' address registers. Boot CPU. */
enum bh_err pci_ports_init(struct page_pool *pool);

/** pci_ports_open - let a cell's accesses go to pci_access. While cells are built. */
enum bh_err pci_ports_open(struct cell *cell, const struct bh_boot_info *info);

/**
 * pci_access - an access to the configuration space of a function, through any door. What is not
 * the cell's reads as all ones and swallows writes. @reg: 0 .. 0xfff; a->offset is not used.
 */
void pci_access(struct vcpu *v, u16 bdf, u32 reg, struct bus_access *a);

#endif
