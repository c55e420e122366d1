// SPDX-License-Identifier: BSD-2-Clause
#include "paging.h"

#include <bulkhead/boot.h>

/* SDM vol. 3, "4-Level Paging": entry bits. */
#define PTE_PRESENT BIT64(0)
#define PTE_WRITE   BIT64(1)
#define PTE_LARGE   BIT64(7)
#define PTE_TABLE   (PTE_PRESENT | PTE_WRITE)
#define ENTRIES     512u

static u64 gib(u64 bytes)
{
	return ALIGN_UP(bytes, SIZE_1G) / SIZE_1G;
}

u64 paging_identity_size(u64 top)
{
	return (2 + gib(top)) * PAGE_SIZE;
}

void paging_identity(struct table_area area, u64 top)
{
	u64 *pml4 = area.virt;
	u64 *pdpt = pml4 + ENTRIES;
	u64 *pd = pdpt + ENTRIES;

	for (u32 i = 0; i < 2 * ENTRIES; i++)
		pml4[i] = 0;
	pml4[0] = (area.phys + PAGE_SIZE) | PTE_TABLE;
	for (u64 i = 0; i < gib(top); i++)
		pdpt[i] = (area.phys + (2 + i) * PAGE_SIZE) | PTE_TABLE;
	for (u64 i = 0; i < gib(top) * ENTRIES; i++)
		pd[i] = i * SIZE_2M | PTE_TABLE | PTE_LARGE;
}

/* PML4, then PDPT, PD and PT of the trampoline, then PDPT, PD and PTs of the hypervisor. */
u64 paging_boot_size(u64 hv_size)
{
	return (6 + ALIGN_UP(hv_size, SIZE_2M) / SIZE_2M) * PAGE_SIZE;
}

void paging_boot(struct table_area area, u64 trampoline, u64 hv_phys, u64 hv_size)
{
	u64 *pml4 = area.virt;
	u64 *hv_pd = pml4 + 5 * ENTRIES;
	u64 *hv_pt = pml4 + 6 * ENTRIES;

	for (u32 i = 0; i < 3; i++)
		pml4[i * ENTRIES] = (area.phys + (i + 1) * PAGE_SIZE) | PTE_TABLE;
	pml4[3 * ENTRIES + trampoline / PAGE_SIZE] = trampoline | PTE_TABLE;

	/* BH_HV_BASE is the last GiB: last entry of the PML4 and of its PDPT. */
	_Static_assert(BH_HV_BASE == 0 - SIZE_1G, "boot tables: BH_HV_BASE is the top GiB");
	pml4[ENTRIES - 1] = (area.phys + 4 * PAGE_SIZE) | PTE_TABLE;
	pml4[4 * ENTRIES + ENTRIES - 1] = (area.phys + 5 * PAGE_SIZE) | PTE_TABLE;
	for (u64 i = 0; i < ALIGN_UP(hv_size, SIZE_2M) / SIZE_2M; i++)
		hv_pd[i] = (area.phys + (6 + i) * PAGE_SIZE) | PTE_TABLE;
	for (u64 i = 0; i < hv_size / PAGE_SIZE; i++)
		hv_pt[i] = (hv_phys + i * PAGE_SIZE) | PTE_TABLE;
}

void flat_gdt(u64 *gdt)
{
	/* SDM vol. 3, "Segment Descriptors": flat, ring 0, accessed; code has L, data has B. */
	gdt[0] = 0;
	gdt[1] = 0;
	gdt[2] = 0x00af9b000000ffffULL;
	gdt[3] = 0x00cf93000000ffffULL;
}
