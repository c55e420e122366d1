// SPDX-License-Identifier: BSD-2-Clause
#include "memory.h"

#include "bulk.h"
#include "core/string.h"
#include "fallback.h"
#include "gcd.h"
#include "rootbridge.h"
#include "uefi.h"
#include "x86/asm.h"

/* One block for each cell and link, and about two dozen of our own. */
#define MAX_BLOCKS (BH_CONFIG_MAX_CELLS + BH_CONFIG_MAX_LINKS + 48u)

static struct mem_range blocks[MAX_BLOCKS];
static u32 block_count;

static u64 remember(u64 address, u64 size)
{
	blocks[block_count].start = address;
	blocks[block_count].size = size;
	block_count++;
	return address;
}

static u64 allocate(EFI_ALLOCATE_TYPE how, enum efi_mem_type type, u64 size, u64 address)
{
	EFI_PHYSICAL_ADDRESS result = address;

	if (EFI_ERROR(efi_bs->AllocatePages(how, (EFI_MEMORY_TYPE)type, size / PAGE_SIZE, &result)))
		return 0;
	return result;
}

static void give_back(u64 start, u64 end)
{
	/* Nothing can be done about memory that the firmware does not take back. */
	if (end > start)
		(void)efi_bs->FreePages(start, (end - start) / PAGE_SIZE);
}

u64 memory_try(const struct memory_request *r)
{
	u64 align = r->align > PAGE_SIZE ? r->align : PAGE_SIZE;
	u64 size = ALIGN_UP(r->size, PAGE_SIZE);
	u64 whole = size + align - PAGE_SIZE;
	u64 start, aligned;

	if (block_count == MAX_BLOCKS || size < r->size || whole < size)
		return 0;
	if (r->below)
		start = allocate(AllocateMaxAddress, r->type, whole, r->below - 1);
	else
		start = allocate(AllocateAnyPages, r->type, whole, 0);
	if (!start)
		return 0;
	aligned = ALIGN_UP(start, align);
	give_back(start, aligned);
	give_back(aligned + size, start + whole);
	return remember(aligned, size);
}

u64 memory_try_at(const struct memory_request *r, u64 address)
{
	u64 size = ALIGN_UP(r->size, PAGE_SIZE);

	if (block_count == MAX_BLOCKS || !allocate(AllocateAddress, r->type, size, address))
		return 0;
	return remember(address, size);
}

u64 memory_take(const struct memory_request *r)
{
	u64 address = memory_try(r);

	if (!address)
		fail("no memory for %s (0x%lx bytes%s): give the cells less memory", r->what,
		     r->size, r->below ? " at a low address" : "");
	bulk_zero((void *)address, ALIGN_UP(r->size, PAGE_SIZE));
	return address;
}

void memory_release(void)
{
	while (block_count) {
		block_count--;
		give_back(blocks[block_count].start,
			  blocks[block_count].start + blocks[block_count].size);
	}
}

static void map_buffer(struct efi_map *map, u32 extra)
{
	UINTN size = 0, key, desc_size = 0;
	UINT32 version;

	if (efi_bs->GetMemoryMap(&size, NULL, &key, &desc_size, &version) != EFI_BUFFER_TOO_SMALL ||
	    desc_size < sizeof(struct efi_desc))
		fail("the firmware does not tell its memory map");
	/* Our own allocations and whatever drivers do meanwhile make the map longer. */
	map->capacity = size + (extra + 2 * MAX_BLOCKS + 32) * desc_size;
	map->desc = (u8 *)memory_take(&(struct memory_request){
		.what = "the memory map", .size = map->capacity, .type = EFI_MEM_LOADER_DATA});
}

void memory_map(struct efi_map *map, u32 extra, u64 *key)
{
	UINTN size, map_key, desc_size;
	EFI_STATUS status;

	if (!map->desc)
		map_buffer(map, extra);
	size = map->capacity;
	status = efi_bs->GetMemoryMap(&size, (EFI_MEMORY_DESCRIPTOR *)map->desc, &map_key,
				      &desc_size, &map->desc_version);
	if (EFI_ERROR(status))
		fail("the firmware does not tell its memory map (firmware error 0x%lx)", status);
	map->size = size;
	map->desc_size = desc_size;
	*key = map_key;
}

/* No address beyond what the CPUs can put on the bus (SDM vol. 2, CPUID leaf 80000008H). */
static u64 bus_end(void)
{
	if (cpuid(0x80000000, 0).eax < 0x80000008)
		return BIT64(36);
	return BIT64(cpuid(0x80000008, 0).eax & 0x3f);
}

u64 memory_top(void)
{
	struct efi_map map = {0};
	u64 key;

	memory_map(&map, 0, &key);
	const u64 ends[] = {efi_map_end(&map), rootbridge_end(), gcd_end()};
	u64 top = SIZE_4G;

	for (u32 i = 0; i < ARRAY_SIZE(ends); i++)
		if (ends[i] > top)
			top = ends[i];
	return ALIGN_UP(top < bus_end() ? top : bus_end(), SIZE_2M);
}
