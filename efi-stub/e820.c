// SPDX-License-Identifier: BSD-2-Clause
#include "e820.h"

u32 e820_type(const struct efi_desc *d)
{
	switch (d->type) {
	case EFI_MEM_LOADER_CODE:
	case EFI_MEM_LOADER_DATA:
	case EFI_MEM_BOOT_CODE:
	case EFI_MEM_BOOT_DATA:
		return E820_RAM;
	case EFI_MEM_CONVENTIONAL:
		return d->attribute & EFI_ATTR_SP ? E820_SOFT_RESERVED : E820_RAM;
	case EFI_MEM_UNUSABLE:
		return E820_UNUSABLE;
	case EFI_MEM_ACPI_RECLAIM:
		return E820_ACPI;
	case EFI_MEM_ACPI_NVS:
		return E820_NVS;
	case EFI_MEM_PERSISTENT:
		return E820_PMEM;
	default:
		return E820_RESERVED;
	}
}

/* Insert by address: firmware need not sort its map, and kernels differ in what they forgive. */
static void insert(struct e820_entry *out, u32 count, struct e820_entry e)
{
	u32 at = count;

	for (; at > 0 && out[at - 1].addr > e.addr; at--)
		out[at] = out[at - 1];
	out[at] = e;
}

static u32 join(struct e820_entry *out, u32 count)
{
	u32 last = 0;

	for (u32 i = 1; i < count; i++) {
		if (out[i].type == out[last].type && out[i].addr == out[last].addr + out[last].size)
			out[last].size += out[i].size;
		else
			out[++last] = out[i];
	}
	return count ? last + 1 : 0;
}

u32 e820_build(const struct efi_map *map, struct e820_entry *out, u32 max)
{
	u32 count = 0;

	for (u32 i = 0; i < efi_map_count(map) && max; i++) {
		struct efi_desc d = efi_map_get(map, i);
		struct e820_entry e = {d.phys, efi_desc_end(&d) - d.phys, e820_type(&d)};

		if (e.size == 0)
			continue;
		if (count == max)
			count = join(out, count);
		if (count < max)
			insert(out, count++, e);
	}
	return join(out, count);
}

u64 e820_ram(const struct efi_map *map)
{
	u64 sum = 0;

	for (u32 i = 0; i < efi_map_count(map); i++) {
		struct efi_desc d = efi_map_get(map, i);

		if (e820_type(&d) == E820_RAM)
			sum += efi_desc_end(&d) - d.phys;
	}
	return sum;
}
