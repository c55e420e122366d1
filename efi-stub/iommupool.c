// SPDX-License-Identifier: BSD-2-Clause
#include "iommupool.h"

/* VT-d specification, "Capability Register", SLLPS */
#define CAP_LEAF_2M BIT64(34)
#define CAP_LEAF_1G BIT64(35)

/* Of each cell: top tables, and large leaves that are split at the ends of its ranges. */
#define CELL_PAGES 16u

static u64 table_pages(u64 bytes, u64 caps)
{
	u64 gib = ALIGN_UP(bytes, SIZE_1G) / SIZE_1G;
	u64 pages = ALIGN_UP(gib, 512) / 512; /* directories of 512 GiB */

	if (!(caps & CAP_LEAF_1G) || !(caps & CAP_LEAF_2M))
		pages += gib;
	if (!(caps & CAP_LEAF_2M))
		pages += gib * 512;
	return pages;
}

u64 iommu_pool(const struct iommu_needs *needs)
{
	u64 pages = needs->buses + (u64)needs->cells * CELL_PAGES;

	pages += table_pages(needs->memory, needs->all_caps);
	return ALIGN_UP(needs->fixed, PAGE_SIZE) + pages * PAGE_SIZE;
}

u32 iommu_buses(const struct bh_boot_pci *pci, u32 count)
{
	u64 seen[4] = {0};
	u32 buses = 0;

	for (u32 i = 0; i < count; i++) {
		u32 bus = pci[i].bdf >> 8;

		seen[bus / 64] |= BIT64(bus % 64);
		if (pci[i].header == 1)
			seen[pci[i].secondary / 64] |= BIT64(pci[i].secondary % 64);
	}
	for (u32 i = 0; i < 256; i++)
		buses += (u32)(seen[i / 64] >> (i % 64)) & 1;
	return buses;
}
