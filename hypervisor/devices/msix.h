/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MSI-X (PCI Local Bus Specification, "MSI-X Capability and Table Structures"). The pages of the
 * table trap. The guest's entries are a shadow; the real ones hold the hypervisor's messages and
 * are unmasked only while the guest's entry is sound.
 */
#ifndef DEVICES_MSIX_H
#define DEVICES_MSIX_H

#include "core/error.h"
#include "core/page_pool.h"

struct pci_fn;
struct vcpu;

struct msix_entry {
	u32 word[4]; /* address, upper address, data, control */
};

struct msix {
	u8 cap;                    /* [I] offset; 0 = none or hidden */
	u16 count;                 /* [I] entries */
	u32 offset;                /* [I] of the table from the first trapped page */
	u64 size;                  /* [I] of the trapped pages */
	u8 *page;                  /* [I] the first of them in the hypervisor's address space */
	struct msix_entry *shadow; /* as the guest wrote them */
};

/**
 * msix_init - trap and shadow the table, mask all entries, switch MSI-X off. f->cell is known, its
 * interrupts are reserved. A table that cannot be trapped is hidden instead, which is no error.
 */
enum bh_err msix_init(struct pci_fn *f, struct page_pool *pool);

/** msix_hidden - does the function have MSI-X that its owner must not see? */
bool msix_hidden(const struct pci_fn *f);

/** msix_has - is this dword part of the capability, hidden or not? */
bool msix_has(const struct pci_fn *f, u32 dword);

/** msix_write - write a dword of the capability: where the table is cannot be changed. f->lock
 * held. */
void msix_write(struct pci_fn *f, u32 dword, u32 lanes, u32 value);

#endif
