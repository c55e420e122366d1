// SPDX-License-Identifier: BSD-2-Clause
#include "room.h"

/* A stretch of addresses: from start to before end. */
struct span {
	u64 start, end;
};

static bool align_up(u64 *at, u64 align)
{
	if (*at > UINT64_MAX - (align - 1))
		return false;
	*at = ALIGN_UP(*at, align);
	return true;
}

/* The end of a taken range that [at, at + size) runs into, 0 if there is none. */
static u64 obstacle(const struct room_taken *taken, u64 at, u64 size)
{
	for (u32 i = 0; i < taken->count; i++) {
		u64 start = taken->ranges[i].start, bytes = taken->ranges[i].size;

		if (bytes && at < start + bytes && start < at + size)
			return start + bytes;
	}
	return 0;
}

/* The lowest place inside @span, 0 if there is none. */
static u64 fit(const struct span *span, const struct room_taken *taken, u64 size, u64 align)
{
	u64 at = span->start, next = at;

	do {
		at = next;
		if (!align_up(&at, align) || at >= span->end || span->end - at < size)
			return 0;
		next = obstacle(taken, at, size);
	} while (next);
	return at;
}

static bool usable(const struct efi_desc *d)
{
	return d->type == EFI_MEM_CONVENTIONAL && !(d->attribute & EFI_ATTR_SP);
}

/* The lowest place inside @limits, 0 if there is none. */
static u64 lowest(const struct efi_map *map, const struct span *limits,
		  const struct room_taken *taken, u64 size, u64 align)
{
	u64 best = 0;

	for (u32 i = 0; i < efi_map_count(map); i++) {
		struct efi_desc d = efi_map_get(map, i);
		struct span s = {d.phys, efi_desc_end(&d)};
		u64 at;

		if (!usable(&d))
			continue;
		if (s.start < limits->start)
			s.start = limits->start;
		if (s.end > limits->end)
			s.end = limits->end;
		at = s.start < s.end ? fit(&s, taken, size, align) : 0;
		if (at && (!best || at < best))
			best = at;
	}
	return best;
}

u64 room_find(const struct efi_map *map, const struct room_taken *taken, u64 size, u64 align)
{
	const struct span high = {SIZE_4G, UINT64_MAX}, low = {ROOM_FLOOR, SIZE_4G};
	u64 at = lowest(map, &high, taken, size, align);

	return at ? at : lowest(map, &low, taken, size, align);
}
