/* SPDX-License-Identifier: BSD-2-Clause */
/* Page pool that the hypervisor needs for PCI functions. Pure. */
#ifndef STUB_PCIPOOL_H
#define STUB_PCIPOOL_H

#include <bulkhead/boot.h>

#include "core/types.h"

/**
 * pci_pool - bytes of pool for @count functions, whose owners are known.
 * @each: bytes for one function (bh_hv_header.pool_per_pci).
 */
u64 pci_pool(const struct bh_boot_pci *pci, u32 count, u32 each);

#endif
