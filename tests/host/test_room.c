// SPDX-License-Identifier: BSD-2-Clause
#include "room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "efi_maps.h"

#define MIB(n)   ((u64)(n) << 20)
#define PAGES(n) ((u64)(n) / PAGE_SIZE)

static u8 buffer[256 * MAP_STRIDE];

static struct efi_map map_of(const struct efi_desc *list, u32 count)
{
	struct efi_map map = {buffer, (u64)count * MAP_STRIDE, sizeof(buffer), MAP_STRIDE, 1};

	for (u32 i = 0; i < count; i++)
		*(struct efi_desc *)(buffer + i * MAP_STRIDE) = list[i];
	return map;
}

static const struct room_taken nothing = {NULL, 0};

static void low_memory_begins_at_the_floor(void **state)
{
	const struct efi_desc list[] = {
		{7, 0, 0x100000, 0, PAGES(MIB(511)), 0xf}
        };
	struct efi_map map = map_of(list, 1);

	(void)state;
	assert_int_equal(room_find(&map, &nothing, MIB(16), SIZE_2M), ROOM_FLOOR);
}

static void memory_above_4_gib_comes_first(void **state)
{
	const struct efi_desc list[] = {
		{7, 0, SIZE_4G + 0x1000, 0, PAGES(MIB(64)),  0xf},
		{7, 0, 0x100000,         0, PAGES(MIB(511)), 0xf},
	};
	struct efi_map map = map_of(list, 2);

	(void)state;
	assert_int_equal(room_find(&map, &nothing, MIB(16), SIZE_2M), SIZE_4G + SIZE_2M);
	assert_int_equal(room_find(&map, &nothing, MIB(16), PAGE_SIZE), SIZE_4G + 0x1000);
	/* What does not fit there goes below. */
	assert_int_equal(room_find(&map, &nothing, MIB(128), SIZE_2M), ROOM_FLOOR);
}

static void a_range_across_4_gib_is_used_on_both_sides(void **state)
{
	const struct efi_desc list[] = {
		{7, 0, SIZE_4G - MIB(64), 0, PAGES(MIB(96)), 0xf}
        };
	struct efi_map map = map_of(list, 1);

	(void)state;
	assert_int_equal(room_find(&map, &nothing, MIB(32), SIZE_2M), SIZE_4G);
	assert_int_equal(room_find(&map, &nothing, MIB(34), SIZE_2M), SIZE_4G - MIB(64));
	assert_int_equal(room_find(&map, &nothing, MIB(66), SIZE_2M), 0);
}

static void order_of_descriptors_does_not_matter(void **state)
{
	const struct efi_desc list[] = {
		{7, 0, MIB(256), 0, PAGES(MIB(64)), 0xf},
		{4, 0, MIB(64),  0, PAGES(MIB(64)), 0xf},
		{7, 0, MIB(128), 0, PAGES(MIB(64)), 0xf},
		{7, 0, MIB(32),  0, PAGES(MIB(1)),  0xf},
	};
	struct efi_map map = map_of(list, 4);

	(void)state;
	assert_int_equal(room_find(&map, &nothing, MIB(2), SIZE_2M), MIB(128));
	assert_int_equal(room_find(&map, &nothing, MIB(1), PAGE_SIZE), MIB(32));
}

static void taken_ranges_are_walked_around(void **state)
{
	const struct efi_desc list[] = {
		{7, 0, MIB(16), 0, PAGES(MIB(64)), 0xf}
        };
	const struct mem_range ranges[] = {
		{MIB(24),          MIB(8) },
                {MIB(16),          0x1000 },
                {MIB(32) + 0x1000, MIB(2) },
                {0,                0      },
		{MIB(15),          SIZE_4G},
	};
	struct room_taken taken = {ranges, 4};
	struct efi_map map = map_of(list, 1);

	(void)state;
	assert_int_equal(room_find(&map, &taken, MIB(2), SIZE_2M), MIB(18));
	assert_int_equal(room_find(&map, &taken, MIB(8), SIZE_2M), MIB(36));
	assert_int_equal(room_find(&map, &taken, 0x1000, PAGE_SIZE), MIB(16) + 0x1000);
	assert_int_equal(room_find(&map, &taken, MIB(44), SIZE_2M), MIB(36));
	assert_int_equal(room_find(&map, &taken, MIB(46), SIZE_2M), 0);
	taken.count = 5;
	assert_int_equal(room_find(&map, &taken, 0x1000, PAGE_SIZE), 0);
}

static void only_conventional_memory_is_room(void **state)
{
	for (u32 type = 0; type < 16; type++) {
		const struct efi_desc list[] = {
			{type, 0, MIB(16), 0, PAGES(MIB(16)), 0xf}
                };
		struct efi_map map = map_of(list, 1);

		(void)state;
		assert_int_equal(room_find(&map, &nothing, MIB(2), SIZE_2M),
				 type == EFI_MEM_CONVENTIONAL ? MIB(16) : 0);
	}
	const struct efi_desc special = {7, 0, MIB(16), 0, PAGES(MIB(16)), EFI_ATTR_SP};
	struct efi_map map = map_of(&special, 1);

	assert_int_equal(room_find(&map, &nothing, MIB(2), SIZE_2M), 0);
}

static void addresses_at_the_end_do_not_wrap(void **state)
{
	const struct efi_desc list[] = {
		{7, 0, UINT64_MAX - 0x5fff, 0, UINT64_MAX, 0xf}
        };
	struct efi_map map = map_of(list, 1);

	(void)state;
	assert_int_equal(room_find(&map, &nothing, 0x4000, PAGE_SIZE), UINT64_MAX - 0x5fff);
	assert_int_equal(room_find(&map, &nothing, 0x8000, PAGE_SIZE), 0);
	assert_int_equal(room_find(&map, &nothing, 0x1000, SIZE_2M), 0);
	assert_int_equal(room_find(&map, &nothing, UINT64_MAX & ~PAGE_MASK, PAGE_SIZE), 0);
}

/* The image, its buffers and drivers lie elsewhere each time, at the top: the answer stays. */
static void what_firmware_does_at_the_top_does_not_matter(void **state)
{
	const u32 count = ARRAY_SIZE(qemu_1g);
	struct efi_map map = map_of(qemu_1g, count);
	u64 first = room_find(&map, &nothing, MIB(16), SIZE_2M);

	(void)state;
	assert_int_equal(first, 0x1600000);
	for (u32 i = 0; i < count; i++) {
		struct efi_desc *d = (struct efi_desc *)(buffer + i * MAP_STRIDE);

		if (d->phys >= MIB(512))
			d->type = EFI_MEM_BOOT_DATA;
	}
	assert_int_equal(room_find(&map, &nothing, MIB(16), SIZE_2M), first);
	assert_int_equal(room_find(&map, &nothing, MIB(900), SIZE_2M), 0);
	map = map_of(qemu_6g, ARRAY_SIZE(qemu_6g));
	assert_int_equal(room_find(&map, &nothing, MIB(16), SIZE_2M), SIZE_4G);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(low_memory_begins_at_the_floor),
		cmocka_unit_test(memory_above_4_gib_comes_first),
		cmocka_unit_test(a_range_across_4_gib_is_used_on_both_sides),
		cmocka_unit_test(order_of_descriptors_does_not_matter),
		cmocka_unit_test(taken_ranges_are_walked_around),
		cmocka_unit_test(only_conventional_memory_is_room),
		cmocka_unit_test(addresses_at_the_end_do_not_wrap),
		cmocka_unit_test(what_firmware_does_at_the_top_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
