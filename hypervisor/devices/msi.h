/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MSI capability of a function (PCI Local Bus Specification, "MSI Capability Structure"). The
 * guest writes its own messages into a shadow; hardware holds messages of the hypervisor's making.
 */
#ifndef DEVICES_MSI_H
#define DEVICES_MSI_H

#include "core/error.h"
#include "core/types.h"

struct pci_fn;
struct vcpu;

struct msi {
	u8 cap;      /* [I] offset; 0 = none */
	bool wide;   /* [I] 64-bit address */
	bool masks;  /* [I] mask and pending bits */
	u16 control; /* as the guest sees it */
	u64 address; /* as the guest wrote it */
	u32 data;
	u32 mask;
};

/** msi_init - read the capability and switch it off. */
void msi_init(struct pci_fn *f);

/** msi_vectors - interrupts that the function may want. */
u32 msi_vectors(const struct pci_fn *f);

/** msi_has - is this dword part of the capability? */
bool msi_has(const struct pci_fn *f, u32 dword);

/** msi_read, msi_write - one dword of it. @lanes: bits of @value that are written. f->lock held. */
u32 msi_read(struct pci_fn *f, u32 dword);
void msi_write(struct vcpu *v, struct pci_fn *f, u32 dword, u32 lanes, u32 value);

#endif
