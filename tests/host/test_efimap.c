/* SPDX-License-Identifier: BSD-2-Clause */
#include "efimap.h"
#include "e820.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "efi_maps.h"

#define MAX_DESC 256u

/* A map with firmware's stride, in a buffer of its own so that overruns are seen. */
static struct efi_map make_map(const struct efi_desc *d, u32 count, u32 room)
{
	struct efi_map map = {
		.size = (u64)count * MAP_STRIDE,
		.capacity = (u64)(count + room) * MAP_STRIDE,
		.desc_size = MAP_STRIDE,
		.desc_version = 1,
	};

	map.desc = calloc(1, map.capacity);
	for (u32 i = 0; i < count; i++)
		memcpy(map.desc + i * MAP_STRIDE, &d[i], sizeof(d[i]));
	return map;
}

static void expect_range(const struct efi_map *map, u32 index, u64 start, u64 end)
{
	struct efi_desc d = efi_map_get(map, index);

	assert_int_equal(d.phys, start);
	assert_int_equal(efi_desc_end(&d), end);
}

static const struct efi_desc three[] = {
	{EFI_MEM_CONVENTIONAL, 0, 0x10000, 0, 0x10, 0xf},
	{EFI_MEM_RESERVED,     0, 0x20000, 0, 0x10, 0xf},
	{EFI_MEM_LOADER_DATA,  0, 0x30000, 0, 0x10, 0xf},
};

/* Cut [start, end) out of `three`; the caller frees map.desc. */
static struct efi_map cut_three(u64 start, u64 end, u32 room, bool *done)
{
	struct efi_map map = make_map(three, 3, room);
	struct mem_range range = {start, end - start};

	*done = efi_map_cut(&map, &range, 1);
	return map;
}

static void cut_removes_a_whole_descriptor(void **state)
{
	bool done;
	struct efi_map map = cut_three(0x20000, 0x30000, 0, &done);

	(void)state;
	assert_true(done);
	assert_int_equal(efi_map_count(&map), 2);
	expect_range(&map, 0, 0x10000, 0x20000);
	expect_range(&map, 1, 0x30000, 0x40000);
	free(map.desc);
}

static void cut_at_the_start_keeps_the_end(void **state)
{
	bool done;
	struct efi_map map = cut_three(0x20000, 0x21000, 0, &done);

	(void)state;
	assert_true(done);
	assert_int_equal(efi_map_count(&map), 3);
	expect_range(&map, 1, 0x21000, 0x30000);
	free(map.desc);
}

static void cut_at_the_end_keeps_the_start(void **state)
{
	bool done;
	struct efi_map map = cut_three(0x2f000, 0x30000, 0, &done);

	(void)state;
	assert_true(done);
	assert_int_equal(efi_map_count(&map), 3);
	expect_range(&map, 1, 0x20000, 0x2f000);
	expect_range(&map, 2, 0x30000, 0x40000);
	free(map.desc);
}

static void cut_in_the_middle_splits(void **state)
{
	bool done;
	struct efi_map map = cut_three(0x24000, 0x26000, 1, &done);

	(void)state;
	assert_true(done);
	assert_int_equal(efi_map_count(&map), 4);
	expect_range(&map, 1, 0x20000, 0x24000);
	expect_range(&map, 2, 0x26000, 0x30000);
	expect_range(&map, 3, 0x30000, 0x40000);
	assert_int_equal(efi_map_get(&map, 2).type, EFI_MEM_RESERVED);
	free(map.desc);
}

static void cut_across_descriptors_trims_both_neighbours(void **state)
{
	bool done;
	struct efi_map map = cut_three(0x1f000, 0x31000, 0, &done);

	(void)state;
	assert_true(done);
	assert_int_equal(efi_map_count(&map), 2);
	expect_range(&map, 0, 0x10000, 0x1f000);
	expect_range(&map, 1, 0x31000, 0x40000);
	free(map.desc);
}

static void cut_outside_changes_nothing(void **state)
{
	bool done;
	struct efi_map map = cut_three(0x40000, 0x50000, 0, &done);

	(void)state;
	assert_true(done);
	assert_int_equal(efi_map_count(&map), 3);
	expect_range(&map, 2, 0x30000, 0x40000);
	free(map.desc);
}

static void split_without_room_is_reported(void **state)
{
	bool done;
	struct efi_map map = cut_three(0x24000, 0x26000, 0, &done);

	(void)state;
	assert_false(done);
	free(map.desc);
}

static void descriptor_that_wraps_saturates(void **state)
{
	const struct efi_desc d = {EFI_MEM_MMIO, 0, 0xfffffffffffff000ULL, 0, 5, 0};

	(void)state;
	assert_true(efi_desc_end(&d) > d.phys - 1);
	assert_int_equal(efi_desc_end(&d) % PAGE_SIZE, 0);
}

static void short_descriptors_are_not_read(void **state)
{
	struct efi_map map = make_map(three, 3, 0);

	(void)state;
	map.desc_size = 39;
	assert_int_equal(efi_map_count(&map), 0);
	free(map.desc);
}

static u64 pages_of(const struct efi_map *map)
{
	u64 sum = 0;

	for (u32 i = 0; i < efi_map_count(map); i++)
		sum += efi_map_get(map, i).pages;
	return sum;
}

static bool overlaps(const struct efi_desc *d, const struct mem_range *r)
{
	return d->phys < r->start + r->size && r->start < efi_desc_end(d);
}

/* What the root cell gets must not touch what was taken, and nothing else may be missing. */
static void check_real_cut(const struct efi_desc *d, u32 count, const struct mem_range *taken,
			   u32 taken_count)
{
	struct efi_map map = make_map(d, count, taken_count);
	u64 before = pages_of(&map), taken_pages = 0;

	assert_true(efi_map_cut(&map, taken, taken_count));
	for (u32 k = 0; k < taken_count; k++) {
		taken_pages += taken[k].size / PAGE_SIZE;
		for (u32 i = 0; i < efi_map_count(&map); i++) {
			struct efi_desc left = efi_map_get(&map, i);

			assert_false(overlaps(&left, &taken[k]));
			assert_true(left.pages > 0);
		}
	}
	assert_int_equal(pages_of(&map), before - taken_pages);
	free(map.desc);
}

#define CHECK_REAL(check, name)                                                                    \
	check(name, ARRAY_SIZE(name), name##_taken, ARRAY_SIZE(name##_taken))

static void real_maps_lose_exactly_what_was_taken(void **state)
{
	(void)state;
	CHECK_REAL(check_real_cut, qemu_1g);
	CHECK_REAL(check_real_cut, qemu_6g);
	CHECK_REAL(check_real_cut, bochs_1g);
}

static void real_map_ends_where_its_last_range_ends(void **state)
{
	struct efi_map map = make_map(qemu_6g, ARRAY_SIZE(qemu_6g), 0);

	(void)state;
	assert_int_equal(efi_map_end(&map), 0x200000000ULL);
	free(map.desc);
}

static void check_e820(const struct e820_entry *e, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		assert_true(e[i].size > 0);
		if (i == 0)
			continue;
		assert_true(e[i - 1].addr + e[i - 1].size <= e[i].addr);
		if (e[i - 1].addr + e[i - 1].size == e[i].addr)
			assert_int_not_equal(e[i - 1].type, e[i].type);
	}
}

static u64 e820_bytes(const struct e820_entry *e, u32 count, u32 type)
{
	u64 sum = 0;

	for (u32 i = 0; i < count; i++)
		sum += e[i].type == type ? e[i].size : 0;
	return sum;
}

static void check_real_e820(const struct efi_desc *d, u32 count, const struct mem_range *taken,
			    u32 taken_count)
{
	struct efi_map map = make_map(d, count, taken_count);
	struct e820_entry e[MAX_DESC];
	u32 entries;

	assert_true(efi_map_cut(&map, taken, taken_count));
	entries = e820_build(&map, e, MAX_DESC);
	check_e820(e, entries);
	assert_true(entries > 5 && entries < 40);
	assert_int_equal(e820_bytes(e, entries, E820_RAM), e820_ram(&map));
	for (u32 i = 0; i < entries; i++)
		for (u32 k = 0; k < taken_count; k++)
			assert_true(e[i].addr + e[i].size <= taken[k].start ||
				    e[i].addr >= taken[k].start + taken[k].size);
	free(map.desc);
}

static void real_maps_give_a_sorted_merged_e820(void **state)
{
	(void)state;
	CHECK_REAL(check_real_e820, qemu_1g);
	CHECK_REAL(check_real_e820, qemu_6g);
	CHECK_REAL(check_real_e820, bochs_1g);
}

static void real_map_has_the_memory_of_its_machine(void **state)
{
	struct efi_map map = make_map(qemu_1g, ARRAY_SIZE(qemu_1g), 0);
	u64 ram = e820_ram(&map);

	(void)state;
	/* 1 GiB less the VGA hole, the firmware's own memory and 33 MiB taken for other cells. */
	assert_true(ram > 975 * 0x100000ULL && ram < 991 * 0x100000ULL);
	free(map.desc);
}

static void unsorted_descriptors_come_out_sorted(void **state)
{
	const struct efi_desc d[] = {
		{EFI_MEM_LOADER_DATA,  0, 0x30000, 0, 0x10, 0xf},
		{EFI_MEM_CONVENTIONAL, 0, 0x10000, 0, 0x10, 0xf},
		{EFI_MEM_BOOT_DATA,    0, 0x20000, 0, 0x10, 0xf},
	};
	struct efi_map map = make_map(d, 3, 0);
	struct e820_entry e[3];

	(void)state;
	assert_int_equal(e820_build(&map, e, 3), 1);
	assert_int_equal(e[0].addr, 0x10000);
	assert_int_equal(e[0].size, 0x30000);
	free(map.desc);
}

static void entries_that_do_not_fit_are_left_out(void **state)
{
	struct efi_map map = make_map(three, 3, 0);
	struct e820_entry e[2] = {{0}, {0}};

	(void)state;
	assert_int_equal(e820_build(&map, e, 1), 1);
	assert_int_equal(e[0].addr, 0x10000);
	assert_int_equal(e[1].size, 0);
	assert_int_equal(e820_build(&map, e, 0), 0);
	free(map.desc);
}

static void types_follow_the_uefi_specification(void **state)
{
	static const struct {
		u32 efi, e820;
		u64 attribute;
	} pairs[] = {
		{EFI_MEM_RESERVED,     E820_RESERVED,      0          },
		{EFI_MEM_LOADER_CODE,  E820_RAM,           0          },
		{EFI_MEM_LOADER_DATA,  E820_RAM,           0          },
		{EFI_MEM_BOOT_CODE,    E820_RAM,           0          },
		{EFI_MEM_BOOT_DATA,    E820_RAM,           0          },
		{EFI_MEM_RUNTIME_CODE, E820_RESERVED,      0          },
		{EFI_MEM_RUNTIME_DATA, E820_RESERVED,      0          },
		{EFI_MEM_CONVENTIONAL, E820_RAM,           0          },
		{EFI_MEM_CONVENTIONAL, E820_SOFT_RESERVED, EFI_ATTR_SP},
		{EFI_MEM_UNUSABLE,     E820_UNUSABLE,      0          },
		{EFI_MEM_ACPI_RECLAIM, E820_ACPI,          0          },
		{EFI_MEM_ACPI_NVS,     E820_NVS,           0          },
		{EFI_MEM_MMIO,         E820_RESERVED,      0          },
		{EFI_MEM_MMIO_PORTS,   E820_RESERVED,      0          },
		{EFI_MEM_PAL_CODE,     E820_RESERVED,      0          },
		{EFI_MEM_PERSISTENT,   E820_PMEM,          0          },
		{EFI_MEM_UNACCEPTED,   E820_RESERVED,      0          },
		{0x80000000u,          E820_RESERVED,      0          },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct efi_desc d = {.type = pairs[i].efi, .attribute = pairs[i].attribute};

		assert_int_equal(e820_type(&d), pairs[i].e820);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_removes_a_whole_descriptor),
		cmocka_unit_test(cut_at_the_start_keeps_the_end),
		cmocka_unit_test(cut_at_the_end_keeps_the_start),
		cmocka_unit_test(cut_in_the_middle_splits),
		cmocka_unit_test(cut_across_descriptors_trims_both_neighbours),
		cmocka_unit_test(cut_outside_changes_nothing),
		cmocka_unit_test(split_without_room_is_reported),
		cmocka_unit_test(descriptor_that_wraps_saturates),
		cmocka_unit_test(short_descriptors_are_not_read),
		cmocka_unit_test(real_maps_lose_exactly_what_was_taken),
		cmocka_unit_test(real_map_ends_where_its_last_range_ends),
		cmocka_unit_test(real_maps_give_a_sorted_merged_e820),
		cmocka_unit_test(real_map_has_the_memory_of_its_machine),
		cmocka_unit_test(unsorted_descriptors_come_out_sorted),
		cmocka_unit_test(entries_that_do_not_fit_are_left_out),
		cmocka_unit_test(types_follow_the_uefi_specification),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
