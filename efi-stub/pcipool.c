// SPDX-License-Identifier: BSD-2-Clause
#include "pcipool.h"

#define BAR_IO     BIT32(0)
#define MSIX_ENTRY 16u /* bytes of its shadow */

/*
 * Page tables, at worst. Each range that is cut out of a large leaf needs a PD and a PT; a new
 * range in a cell a PDPT, too. MMCONFIG needs a PD in root's tables.
 */
#define PAGES_FIXED  4u
#define PAGES_TRAP   2u
#define PAGES_MAP    3u
#define PAGES_MSIX   (PAGES_TRAP + 1u) /* straddles two PTs at most */
#define PAGES_WINDOW 1u                /* of the hypervisor's own tables */

static u64 pages_of(const struct bh_boot_pci *f)
{
	u64 pages = 0;

	if (f->msix_cap)
		pages += ALIGN_UP((u64)f->msix_count * MSIX_ENTRY, PAGE_SIZE) / PAGE_SIZE +
			 PAGES_MSIX + PAGES_WINDOW;
	for (u32 i = 0; i < 6 && f->cell; i++)
		if (f->bar_size[i] && !(f->bar_flags[i] & BAR_IO))
			pages += PAGES_TRAP + PAGES_MAP;
	return pages;
}

u64 pci_pool(const struct bh_boot_pci *pci, u32 count, u32 each)
{
	u64 pages = PAGES_FIXED;

	if (!count)
		return 0;
	for (u32 i = 0; i < count; i++)
		pages += pages_of(&pci[i]);
	return pages * PAGE_SIZE + ALIGN_UP((u64)count * each, PAGE_SIZE);
}
