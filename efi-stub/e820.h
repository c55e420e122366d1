/* SPDX-License-Identifier: BSD-2-Clause */
/* The root cell's e820 map, made from a UEFI memory map. Pure. */
#ifndef STUB_E820_H
#define STUB_E820_H

#include "efimap.h"

/* ACPI specification, "Address Range Types", and Linux' own number for special-purpose memory. */
#define E820_RAM           1u
#define E820_RESERVED      2u
#define E820_ACPI          3u
#define E820_NVS           4u
#define E820_UNUSABLE      5u
#define E820_PMEM          7u
#define E820_SOFT_RESERVED 0xefffffffu

struct e820_entry {
	u64 addr;
	u64 size;
	u32 type; /* E820_x */
} __attribute__((packed));

_Static_assert(sizeof(struct e820_entry) == 20, "Linux boot protocol: e820 entry");

/* e820_type - what an operating system may do with a UEFI memory descriptor: E820_x. */
u32 e820_type(const struct efi_desc *d);

/**
 * e820_build - entries in ascending order, neighbours of the same type joined.
 * @max: entries that fit into @out; efi_map_count(map) is always enough.
 * Return: number of entries; entries that do not fit are left out.
 */
u32 e820_build(const struct efi_map *map, struct e820_entry *out, u32 max);

/* e820_ram - bytes of E820_RAM in a UEFI memory map. */
u64 e820_ram(const struct efi_map *map);

#endif
