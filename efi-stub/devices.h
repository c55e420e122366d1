/* SPDX-License-Identifier: BSD-2-Clause */
/* Which PCI function belongs to which cell. Pure. */
#ifndef STUB_DEVICES_H
#define STUB_DEVICES_H

#include "config.h"
#include "dmar.h"

struct devices {
	struct bh_boot_pci *pci; /* cell is written, all else read */
	u32 pci_count;
	const struct dmar_tables *dmar;
};

/**
 * devices_assign - give every function its owner: the cell whose `devices:` name it, else root.
 * Return: false and the sentence if a cell names a function that the machine does not have, that
 * another entry names, or that cannot be walled off.
 */
bool devices_assign(const struct devices *d, const struct config *config, struct why *why);

#endif
