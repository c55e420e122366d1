/* SPDX-License-Identifier: BSD-2-Clause */
#include "windows.h"

#include <bulkhead/cell.h>

#include "apic.h"
#include "cell.h"
#include "cpu.h"
#include "prng.h"

#define SIZE_2M    0x200000ULL
#define SIZE_1G    0x40000000ULL
#define PTE_TYPES  (BIT(3) | BIT(4)) /* PWT, PCD */
#define ADDRESS    0x000ffffffffff000ULL
#define RAM_LEAVES 512u

static u64 table_entry(const u64 *table)
{
	return (uintptr_t)table | PTE_P | PTE_W | PTE_U;
}

static void invlpg(u64 linear)
{
	__asm__ volatile("invlpg (%0)" : : "r"(linear) : "memory");
}

static u64 ram_end(void)
{
	const struct bh_cell_mem *mem = cell_memory();
	u64 end = 0;

	for (u32 i = 0; i < cell_info->mem_count; i++)
		if (mem[i].kind == BH_MEM_RAM && mem[i].gpa + mem[i].size > end)
			end = mem[i].gpa + mem[i].size;
	return end;
}

u64 windows_init(struct area *area)
{
	struct attack *a = &area->attack;

	/* PDPTE bits that PAE paging reserves stay 0 there: paging_off of op_control.c */
	area->pml4[0] = table_entry(area->pdpt);
	area->pdpt[0] = table_entry(area->pd_ram);
	area->pdpt[1] = table_entry(area->pd_window);
	area->pdpt[3] = table_entry(area->pd_top);
	area->pae_pdpt[0] = (uintptr_t)area->pd_ram | PTE_P;
	area->pd_window[0] = table_entry(area->pt_window);
	for (u64 at = 0; at < ram_end() && at < SIZE_1G; at += SIZE_2M)
		area->pd_ram[at / SIZE_2M] = at | PTE_P | PTE_W | PTE_LARGE;
	area->pd_top[(BH_CELL_INFO_GPA & (SIZE_1G - 1)) / SIZE_2M] = BH_CELL_INFO_GPA | PTE_P |
								     PTE_W | PTE_LARGE;
	area->pd_top[(APIC_XAPIC_BASE & (SIZE_1G - 1)) / SIZE_2M] = APIC_XAPIC_BASE | PTE_P |
								    PTE_W | PTE_LARGE;
	window_slot(a, SLOT_USER_CODE, (uintptr_t)area->code, PTE_U);
	window_slot(a, SLOT_USER_DATA, (uintptr_t)area->scratch, PTE_U | PTE_W);
	window_slot(a, SLOT_GDT, (uintptr_t)area->gdt_page, PTE_W);
	window_slot(a, SLOT_TSS, (uintptr_t)area->tss_page, PTE_W);
	return (uintptr_t)area->pml4;
}

void window_slot(struct attack *a, u32 slot, u64 gpa, u64 flags)
{
	area_of(a)->pt_window[slot] = (gpa & ADDRESS) | PTE_P | flags;
	invlpg(WINDOW_SLOT(slot));
}

u64 window_pair(struct attack *a, u64 first, u64 second)
{
	u64 flags = PTE_W | (rnd(a) & (PTE_U | PTE_TYPES));

	window_slot(a, SLOT_ANY, first, flags);
	window_slot(a, SLOT_ANY + 1, second, flags);
	return WINDOW_SLOT(SLOT_ANY);
}

static u64 open_large(struct attack *a, u64 gpa, u64 flags)
{
	struct area *area = area_of(a);

	flags |= PTE_P | PTE_LARGE;
	if (one_in(a, 2)) {
		area->pd_window[1] = (gpa & ADDRESS & ~(SIZE_2M - 1)) | flags;
		invlpg(WINDOW_2M + (gpa & (SIZE_2M - 1)));
		return WINDOW_2M + (gpa & (SIZE_2M - 1));
	}
	area->pdpt[2] = (gpa & ADDRESS & ~(SIZE_1G - 1)) | flags;
	invlpg(WINDOW_1G + (gpa & (SIZE_1G - 1)));
	return WINDOW_1G + (gpa & (SIZE_1G - 1));
}

u64 window_open(struct attack *a, u64 gpa, bool user)
{
	u64 flags = PTE_W | (rnd(a) & (PTE_U | PTE_TYPES)) | (user ? PTE_U : 0);

	if (one_in(a, 4))
		return open_large(a, gpa, flags);
	window_slot(a, SLOT_ANY, gpa, flags);
	window_slot(a, SLOT_ANY + 1, gpa + PAGE_SIZE, flags);
	return WINDOW_SLOT(SLOT_ANY) + gpa % PAGE_SIZE;
}

u64 window_table(struct attack *a, u64 gpa, u32 level)
{
	struct area *area = area_of(a);
	u64 entry = (gpa & ADDRESS) | PTE_P | PTE_W | PTE_U, linear;

	if (level == 1) {
		area->pd_window[2] = entry;
		linear = WINDOW_TABLE + (rnd(a) & (SIZE_2M - 1));
	} else if (level == 2) {
		area->pdpt[2] = entry;
		linear = WINDOW_1G + (rnd(a) & (SIZE_1G - 1));
	} else {
		area->pml4[1] = entry;
		linear = WINDOW_PDPT + (rnd(a) & (512 * SIZE_1G - 1));
	}
	invlpg(linear);
	return linear;
}
