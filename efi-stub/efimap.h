/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading and cutting the UEFI memory map (UEFI specification, "GetMemoryMap()"). Pure. */
#ifndef STUB_EFIMAP_H
#define STUB_EFIMAP_H

#include "core/types.h"

/* UEFI specification, "Memory Type Usage before ExitBootServices()". */
enum efi_mem_type {
	EFI_MEM_RESERVED,
	EFI_MEM_LOADER_CODE,
	EFI_MEM_LOADER_DATA,
	EFI_MEM_BOOT_CODE,
	EFI_MEM_BOOT_DATA,
	EFI_MEM_RUNTIME_CODE,
	EFI_MEM_RUNTIME_DATA,
	EFI_MEM_CONVENTIONAL,
	EFI_MEM_UNUSABLE,
	EFI_MEM_ACPI_RECLAIM,
	EFI_MEM_ACPI_NVS,
	EFI_MEM_MMIO,
	EFI_MEM_MMIO_PORTS,
	EFI_MEM_PAL_CODE,
	EFI_MEM_PERSISTENT,
	EFI_MEM_UNACCEPTED,
};

#define EFI_ATTR_SP BIT64(18) /* memory meant for a special purpose */

struct efi_desc {
	u32 type; /* enum efi_mem_type, or a type of the firmware's maker */
	u32 pad;
	u64 phys;
	u64 virt;
	u64 pages; /* of 4 KiB */
	u64 attribute;
};

_Static_assert(sizeof(struct efi_desc) == 40, "UEFI: EFI_MEMORY_DESCRIPTOR");

struct efi_map {
	u8 *desc;     /* descriptors, desc_size bytes apart */
	u64 size;     /* bytes in use */
	u64 capacity; /* bytes of the buffer */
	u64 desc_size;
	u32 desc_version;
};

struct mem_range {
	u64 start; /* page-aligned */
	u64 size;  /* bytes, multiple of the page size */
};

/* efi_map_count - number of descriptors; 0 if desc_size is too small to be true. */
u32 efi_map_count(const struct efi_map *map);

/* efi_map_get - descriptor number @index, which must be below efi_map_count(). */
struct efi_desc efi_map_get(const struct efi_map *map, u32 index);

/* efi_desc_end - first address behind a descriptor; saturates instead of wrapping. */
u64 efi_desc_end(const struct efi_desc *d);

/* efi_map_end - highest end of any descriptor. */
u64 efi_map_end(const struct efi_map *map);

/**
 * efi_map_cut - take ranges out of the map, so that no descriptor touches them any more.
 * Each range needs room for one more descriptor in map->capacity.
 * Return: false if the buffer is too small; the map may then be cut in part.
 */
bool efi_map_cut(struct efi_map *map, const struct mem_range *ranges, u32 count);

#endif
