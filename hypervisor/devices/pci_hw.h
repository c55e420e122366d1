/* SPDX-License-Identifier: BSD-2-Clause */
/* Real configuration space, through MMCONFIG or the ports 0xcf8 and 0xcfc. */
#ifndef DEVICES_PCI_HW_H
#define DEVICES_PCI_HW_H

#include <bulkhead/boot.h>

#include "core/error.h"
#include "core/types.h"

/** pci_hw_init - map MMCONFIG, if there is one. Boot CPU. */
enum bh_err pci_hw_init(const struct bh_boot_info *info);

/** pci_hw_extended - are registers from 0x100 on reachable for this function? */
bool pci_hw_extended(u16 bdf);

/**
 * pci_hw_read - 1, 2 or 4 bytes, naturally aligned. Any CPU.
 * Return: the value; all ones for what is not reachable.
 */
u32 pci_hw_read(u16 bdf, u32 reg, u32 size);
void pci_hw_write(u16 bdf, u32 reg, u32 size, u32 value);

#endif
