/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where memory for good is taken from: the same answer for the same machine, whatever the firmware
 * did before. Pure.
 */
#ifndef STUB_ROOM_H
#define STUB_ROOM_H

#include "efimap.h"

/* Below are the firmware's and old devices' own places, and Linux' memory for 24-bit DMA. */
#define ROOM_FLOOR 0x1000000ULL

/* What must stay free, beside what the map says is not. */
struct room_taken {
	const struct mem_range *ranges;
	u32 count;
};

/**
 * room_find - the lowest free range above 4 GiB, else the lowest above ROOM_FLOOR.
 *
 * Memory below 4 GiB is scarce, and Linux wants it for DMA. Firmware allocates from the top of a
 * region downwards, so the bottom looks the same in each boot; nothing below depends on the order
 * of the map's descriptors.
 * @size: bytes, a multiple of the page size, not 0. @align: power of two, at least a page.
 * Return: an aligned address, 0 if there is no room.
 */
u64 room_find(const struct efi_map *map, const struct room_taken *taken, u64 size, u64 align);

#endif
