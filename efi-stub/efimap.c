// SPDX-License-Identifier: BSD-2-Clause
#include "efimap.h"

#include "core/string.h"

u32 efi_map_count(const struct efi_map *map)
{
	/* Firmware may append fields to a descriptor, never drop one. */
	if (map->desc_size < sizeof(struct efi_desc))
		return 0;
	return (u32)(map->size / map->desc_size);
}

struct efi_desc efi_map_get(const struct efi_map *map, u32 index)
{
	struct efi_desc d;

	memcpy(&d, map->desc + index * map->desc_size, sizeof(d));
	return d;
}

u64 efi_desc_end(const struct efi_desc *d)
{
	if (d->pages > (UINT64_MAX - d->phys) / PAGE_SIZE)
		return UINT64_MAX & ~PAGE_MASK;
	return d->phys + d->pages * PAGE_SIZE;
}

u64 efi_map_end(const struct efi_map *map)
{
	u64 end = 0;

	for (u32 i = 0; i < efi_map_count(map); i++) {
		struct efi_desc d = efi_map_get(map, i);

		if (d.pages && efi_desc_end(&d) > end)
			end = efi_desc_end(&d);
	}
	return end;
}

static void set_range(struct efi_map *map, u32 index, u64 start, u64 end)
{
	struct efi_desc d = efi_map_get(map, index);

	d.phys = start;
	d.pages = (end - start) / PAGE_SIZE;
	memcpy(map->desc + index * map->desc_size, &d, sizeof(d));
}

static void delete_at(struct efi_map *map, u32 index)
{
	u8 *at = map->desc + index * map->desc_size;
	u64 behind = map->size - (index + 1) * map->desc_size;

	memmove(at, at + map->desc_size, behind);
	map->size -= map->desc_size;
}

/* Duplicate a descriptor, so that its two halves can be set. */
static bool double_at(struct efi_map *map, u32 index)
{
	u8 *at = map->desc + index * map->desc_size;

	if (map->size + map->desc_size > map->capacity)
		return false;
	memmove(at + map->desc_size, at, map->size - index * map->desc_size);
	map->size += map->desc_size;
	return true;
}

/* Cut one range out of one descriptor; *index is moved behind what is left of it. */
static bool cut_one(struct efi_map *map, u32 *index, u64 start, u64 end)
{
	struct efi_desc d = efi_map_get(map, *index);
	u64 d_end = efi_desc_end(&d);

	if (end <= d.phys || start >= d_end) {
		*index += 1;
		return true;
	}
	if (start > d.phys && end < d_end) {
		if (!double_at(map, *index))
			return false;
		set_range(map, *index, d.phys, start);
		set_range(map, *index + 1, end, d_end);
		*index += 2;
	} else if (start > d.phys) {
		set_range(map, *index, d.phys, start);
		*index += 1;
	} else if (end < d_end) {
		set_range(map, *index, end, d_end);
		*index += 1;
	} else {
		delete_at(map, *index);
	}
	return true;
}

bool efi_map_cut(struct efi_map *map, const struct mem_range *ranges, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		u32 index = 0;

		while (index < efi_map_count(map))
			if (!cut_one(map, &index, ranges[i].start,
				     ranges[i].start + ranges[i].size))
				return false;
	}
	return true;
}
