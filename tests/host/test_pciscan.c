// SPDX-License-Identifier: BSD-2-Clause
#include "pciscan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A function of the fake machine: registers, and which of their bits can be written. */
struct fake {
	u16 bdf;
	u32 reg[64];
	u32 writable[64];
	u32 ext[960]; /* registers from 256 on */
	bool sized_while_decoding;
};

struct bus {
	struct fake f[8];
	u32 count;
};

static struct fake *find(struct bus *b, u16 bdf)
{
	for (u32 i = 0; i < b->count; i++)
		if (b->f[i].bdf == bdf)
			return &b->f[i];
	return NULL;
}

static u32 fake_read(void *ctx, u16 bdf, u32 reg)
{
	const struct fake *f = find(ctx, bdf);

	assert_true(reg < 4096 && reg % 4 == 0);
	if (f && reg >= 256)
		return f->ext[(reg - 256) / 4];
	return f ? f->reg[reg / 4] : UINT32_MAX;
}

static void fake_write(void *ctx, u16 bdf, u32 reg, u32 value)
{
	struct fake *f = find(ctx, bdf);
	u32 w;

	assert_non_null(f);
	assert_true(reg < 256 && reg % 4 == 0);
	w = f->writable[reg / 4];
	if (reg >= 0x10 && reg < 0x28 && value == UINT32_MAX && f->reg[1] & 3)
		f->sized_while_decoding = true;
	f->reg[reg / 4] = (f->reg[reg / 4] & ~w) | (value & w);
}

static struct fake *add(struct bus *b, u16 bdf, u32 id, u32 class_code)
{
	struct fake *f = &b->f[b->count++];

	f->bdf = bdf;
	f->reg[0] = id;
	f->reg[1] = 0x0007; /* decoding and bus mastering on */
	f->writable[1] = 0x0407;
	f->reg[2] = class_code << 8;
	return f;
}

static void bar(struct fake *f, u32 i, u32 value, u32 writable)
{
	f->reg[4 + i] = value;
	f->writable[4 + i] = writable;
}

static u32 scan(struct bus *b, struct bh_boot_pci *out, u32 max)
{
	static const struct pci_root root = {0, 0xff};
	struct pci_access access = {fake_read, fake_write, b};

	return pci_scan(&access, &root, 1, out, max);
}

static void bars_are_sized_with_decoding_off_and_restored(void **state)
{
	struct bus b = {.count = 0}, before;
	struct fake *f = add(&b, 0x18, 0x11e81234, 0xff0000);
	struct bh_boot_pci out;

	(void)state;
	bar(f, 0, 0xfea00000, 0xfff00000);
	bar(f, 1, 0x6001, 0xffe0);         /* I/O, 16 bits */
	bar(f, 2, 0xe000000c, 0xffffc000); /* 64 bits, prefetchable */
	bar(f, 3, 0x000000e0, 0xffffffff);
	before = b;
	assert_int_equal(scan(&b, &out, 1), 1);
	assert_memory_equal(&b, &before, sizeof(b));
	assert_false(f->sized_while_decoding);
	assert_int_equal(out.bdf, 0x18);
	assert_int_equal(out.vendor, 0x1234);
	assert_int_equal(out.device, 0x11e8);
	assert_int_equal(out.class_code, 0xff0000);
	assert_int_equal(out.bar[0], 0xfea00000);
	assert_int_equal(out.bar_size[0], 0x100000);
	assert_int_equal(out.bar_flags[0], 0);
	assert_int_equal(out.bar[1], 0x6000);
	assert_int_equal(out.bar_size[1], 0x20);
	assert_int_equal(out.bar_flags[1], 1);
	assert_int_equal(out.bar[2], 0xe0e0000000);
	assert_int_equal(out.bar_size[2], 0x4000);
	assert_int_equal(out.bar_flags[2], 0xc);
	assert_int_equal(out.bar[3], 0);
	assert_int_equal(out.bar_size[3], 0);
	assert_int_equal(out.bar_size[4] + out.bar_size[5], 0);
}

static void a_bar_above_4_gib_keeps_its_full_size(void **state)
{
	struct bus b = {.count = 0};
	struct fake *f = add(&b, 0, 0x11111111, 0x030000);
	struct bh_boot_pci out;

	(void)state;
	bar(f, 0, 0x0000000c, 0);
	bar(f, 1, 0x00000010, 0xfffffff8); /* 32 GiB at 64 GiB */
	scan(&b, &out, 1);
	assert_int_equal(out.bar[0], 0x1000000000);
	assert_int_equal(out.bar_size[0], 0x800000000);
}

static void the_upper_half_of_a_last_bar_does_not_exist(void **state)
{
	struct bus b = {.count = 0};
	struct fake *f = add(&b, 0, 0x11111111, 0x030000);
	struct bh_boot_pci out;

	(void)state;
	bar(f, 5, 0xe0000004, 0xfffff000);
	f->reg[10] = 0x12345678; /* CardBus CIS pointer */
	scan(&b, &out, 1);
	assert_int_equal(out.bar[5], 0xe0000000);
	assert_int_equal(out.bar_size[5], 0x1000);
	assert_int_equal(f->reg[10], 0x12345678);
}

static void a_host_bridge_is_not_switched_off(void **state)
{
	struct bus b = {.count = 0};
	struct fake *f = add(&b, 0, 0x11111111, 0x060000);
	struct bh_boot_pci out;

	(void)state;
	bar(f, 0, 0xe0000000, 0xfffff000);
	scan(&b, &out, 1);
	assert_true(f->sized_while_decoding);
	assert_int_equal(out.bar_size[0], 0x1000);
}

static void capabilities_are_found(void **state)
{
	struct bus b = {.count = 0};
	struct fake *f = add(&b, 0, 0x11111111, 0x020000);
	struct bh_boot_pci out;

	(void)state;
	f->reg[1] |= 0x100000;
	f->reg[0x34 / 4] = 0x42; /* low bits are reserved */
	f->reg[0x40 / 4] = 0x00805005;
	f->reg[0x50 / 4] = 0x80096011; /* 10 entries */
	f->reg[0x54 / 4] = 0x00002003; /* BAR 3 */
	f->reg[0x60 / 4] = 0x00020010;
	scan(&b, &out, 1);
	assert_int_equal(out.msi_cap, 0x40);
	assert_int_equal(out.msix_cap, 0x50);
	assert_int_equal(out.msix_count, 10);
	assert_int_equal(out.msix_bir, 3);
	assert_int_equal(out.msix_offset, 0x2000);
	assert_int_equal(out.pcie_cap, 0x60);
}

static void a_list_of_capabilities_that_bites_its_tail_ends(void **state)
{
	struct bus b = {.count = 0};
	struct fake *f = add(&b, 0, 0x11111111, 0x020000);
	struct bh_boot_pci out;

	(void)state;
	f->reg[1] |= 0x100000;
	f->reg[0x34 / 4] = 0x40;
	f->reg[0x40 / 4] = 0x00004009;
	assert_int_equal(scan(&b, &out, 1), 1);
	f->reg[0x40 / 4] = 0x00000409; /* points into the header */
	assert_int_equal(scan(&b, &out, 1), 1);
	assert_int_equal(out.msi_cap, 0);
}

static void a_capability_that_does_not_fit_is_not_there(void **state)
{
	static const struct {
		u32 at, head;
		u8 msi, pcie, msix;
	} cases[] = {
		{0xf4, 0x0005,    0xf4, 0,    0   },
                {0xf8, 0x0005,    0,    0,    0   },
		{0xe8, 0x1800005, 0xe8, 0,    0   },
                {0xec, 0x1800005, 0,    0,    0   },
		{0xf4, 0x0011,    0,    0,    0xf4},
                {0xf8, 0x0011,    0,    0,    0   },
		{0xf4, 0x0010,    0,    0xf4, 0   },
                {0xfc, 0x0010,    0,    0,    0   },
	};
	struct bh_boot_pci out;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bus b = {.count = 0};
		struct fake *f = add(&b, 0, 0x11111111, 0x020000);

		f->reg[1] |= 0x100000;
		f->reg[0x34 / 4] = cases[i].at;
		f->reg[cases[i].at / 4] = cases[i].head;
		scan(&b, &out, 1);
		assert_int_equal(out.msi_cap, cases[i].msi);
		assert_int_equal(out.pcie_cap, cases[i].pcie);
		assert_int_equal(out.msix_cap, cases[i].msix);
	}
}

static struct fake *add_bridge(struct bus *b, u16 bdf, u8 secondary, u8 subordinate)
{
	struct fake *f = add(b, bdf, 0x22222222, 0x060400);

	f->reg[3] = 0x010000;
	f->reg[6] = (u32)subordinate << 16 | (u32)secondary << 8 | bdf >> 8;
	f->writable[6] = UINT32_MAX;
	return f;
}

static void functions_behind_bridges_come_in_ascending_order(void **state)
{
	struct bus b = {.count = 0};
	struct bh_boot_pci out[8];

	(void)state;
	add(&b, BH_BDF(2, 3, 0), 0x11111111, 0x020000);
	add_bridge(&b, BH_BDF(1, 0, 0), 2, 2);
	add_bridge(&b, BH_BDF(0, 0x1c, 0), 1, 2);
	assert_int_equal(scan(&b, out, 8), 3);
	assert_int_equal(out[0].bdf, BH_BDF(0, 0x1c, 0));
	assert_int_equal(out[0].header, 1);
	assert_int_equal(out[0].secondary, 1);
	assert_int_equal(out[0].subordinate, 2);
	assert_int_equal(out[1].bdf, BH_BDF(1, 0, 0));
	assert_int_equal(out[2].bdf, BH_BDF(2, 3, 0));
}

static void a_bridge_that_leads_back_or_outside_is_not_followed(void **state)
{
	static const struct pci_root root = {0, 3};
	struct bus b = {.count = 0};
	struct pci_access access = {fake_read, fake_write, &b};

	(void)state;
	add_bridge(&b, BH_BDF(0, 1, 0), 0, 0);
	add_bridge(&b, BH_BDF(0, 2, 0), 4, 4);
	add(&b, BH_BDF(4, 0, 0), 0x11111111, 0x020000);
	assert_int_equal(pci_scan(&access, &root, 1, NULL, 0), 2);
}

static void only_multi_function_devices_have_further_functions(void **state)
{
	struct bus b = {.count = 0};
	struct fake *f = add(&b, BH_BDF(0, 5, 0), 0x11111111, 0x020000);

	(void)state;
	add(&b, BH_BDF(0, 5, 3), 0x11111111, 0x020000);
	add(&b, BH_BDF(0, 6, 1), 0x11111111, 0x020000); /* no function 0 */
	assert_int_equal(scan(&b, NULL, 0), 1);
	f->reg[3] = 0x800000;
	assert_int_equal(scan(&b, NULL, 0), 2);
}

static void counting_writes_nothing(void **state)
{
	struct bus b = {.count = 0}, before;

	(void)state;
	bar(add(&b, 0, 0x11111111, 0x020000), 0, 0xe0000000, 0xfffff000);
	before = b;
	assert_int_equal(scan(&b, NULL, 0), 1);
	assert_memory_equal(&b, &before, sizeof(b));
}

static void a_root_bridge_of_one_bus_is_scanned(void **state)
{
	static const struct pci_root roots[] = {
		{0,    0   },
                {0x80, 0x80}
        };
	struct bus b = {.count = 0};
	struct pci_access access = {fake_read, fake_write, &b};

	(void)state;
	add(&b, 0, 0x11111111, 0x020000);
	add(&b, BH_BDF(0x80, 0, 0), 0x11111111, 0x020000);
	assert_int_equal(pci_scan(&access, roots, 2, NULL, 0), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bars_are_sized_with_decoding_off_and_restored),
		cmocka_unit_test(a_bar_above_4_gib_keeps_its_full_size),
		cmocka_unit_test(the_upper_half_of_a_last_bar_does_not_exist),
		cmocka_unit_test(a_host_bridge_is_not_switched_off),
		cmocka_unit_test(capabilities_are_found),
		cmocka_unit_test(a_list_of_capabilities_that_bites_its_tail_ends),
		cmocka_unit_test(a_capability_that_does_not_fit_is_not_there),
		cmocka_unit_test(functions_behind_bridges_come_in_ascending_order),
		cmocka_unit_test(a_bridge_that_leads_back_or_outside_is_not_followed),
		cmocka_unit_test(only_multi_function_devices_have_further_functions),
		cmocka_unit_test(counting_writes_nothing),
		cmocka_unit_test(a_root_bridge_of_one_bus_is_scanned),
	};

	return cmocka_run_group_tests_name("pciscan", tests, NULL, NULL);
}
