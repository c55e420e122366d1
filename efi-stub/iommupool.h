/* SPDX-License-Identifier: BSD-2-Clause */
/* How much memory the tables of the IOMMUs need at most. Pure. */
#ifndef STUB_IOMMUPOOL_H
#define STUB_IOMMUPOOL_H

#include <bulkhead/boot.h>

#include "core/types.h"

struct iommu_needs {
	u64 fixed;    /* bh_hv_header.pool_iommu */
	u64 memory;   /* bytes that devices may reach, all cells together */
	u32 buses;    /* PCI buses with functions on them */
	u32 cells;    /* root included */
	u64 all_caps; /* Capability Registers of all units, ANDed */
};

/** iommu_pool - bytes, a multiple of BH_PAGE_SIZE. */
u64 iommu_pool(const struct iommu_needs *needs);

/** iommu_buses - buses on which @pci's functions or what hides behind their bridges send. */
u32 iommu_buses(const struct bh_boot_pci *pci, u32 count);

#endif
