// SPDX-License-Identifier: BSD-2-Clause
/* PCI as the cells see it, from their accesses to the registers of the functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fake_pci.h"

#define ROOT 0
#define RT   1

static int setup(void **state)
{
	(void)state;
	fake_build();
	return pci_init(&fake->boot.info, &fake->pool) != BH_OK;
}

static int teardown(void **state)
{
	(void)state;
	free(fake);
	fake = NULL;
	return 0;
}

static u32 hw(int f, u32 reg)
{
	return fake->hw[f].reg[reg / 4];
}

/* Who sees what */

static void each_cell_sees_its_own_functions(void **state)
{
	(void)state;
	assert_int_equal(fake_get(ROOT, F_ROOT, 0), 0x10028086);
	assert_int_equal(fake_get(ROOT, F_HOST, 0), 0x10008086);
	assert_int_equal(fake_get(ROOT, F_FROZEN, 0), 0x10038086);
	assert_int_equal(fake_get(ROOT, F_RT, 0), 0xffffffff);
	assert_int_equal(fake_get(ROOT, F_ONE, 0), 0xffffffff);
	assert_int_equal(fake_get(RT, F_RT, 0), 0x10018086);
	assert_int_equal(fake_get(RT, F_ONE, 0), 0x10068086);
	assert_int_equal(fake_get(RT, F_HOST, 0), 0xffffffff);
	assert_int_equal(fake_get(RT, F_FROZEN, 0), 0xffffffff);
	assert_int_equal(fake->refused, 0);
}

static void a_stranger_stands_in_for_function_0(void **state)
{
	(void)state;
	assert_int_equal(fake_get(RT, F_ZERO, 0), 0xffff8086);
	assert_int_equal(fake_get(RT, F_ZERO, 0x0c), 0x00800000);
	assert_int_equal(fake_get(RT, F_ZERO, 0x10), 0);
	assert_int_equal(fake_mmio(RT, MMCONFIG + (0x100 << 12) + 0xe, 1, false, 0), 0x80);
	fake_set(RT, F_ZERO, 4, 0);
	assert_int_equal(hw(F_ZERO, 4) & 7, 7);
	assert_int_equal(fake->refused, 1);
}

static void writes_to_foreign_functions_vanish(void **state)
{
	struct fake_hw before[F_COUNT];

	(void)state;
	memcpy(before, fake->hw, sizeof(before));
	for (u32 reg = 0; reg < 4096; reg += 4) {
		fake_set(ROOT, F_RT, reg, ~hw(F_RT, reg));
		fake_set(RT, F_ROOT, reg, ~hw(F_ROOT, reg));
		fake_set(RT, F_FROZEN, reg, ~hw(F_FROZEN, reg));
	}
	assert_memory_equal(before, fake->hw, sizeof(before));
	assert_int_equal(fake->refused, 3 * 1024);
}

static void the_ports_lead_to_the_same_registers(void **state)
{
	(void)state;
	fake_pio(ROOT, 0xcf8, 4, true, 0x80001800);
	assert_int_equal(fake_pio(ROOT, 0xcfc, 4, false, 0), 0x10028086);
	assert_int_equal(fake_pio(ROOT, 0xcfe, 2, false, 0), 0x1002);
	assert_int_equal(fake_pio(ROOT, 0xcfd, 1, false, 0), 0x80);
	fake_pio(ROOT, 0xcf8, 4, true, 0x8000183c);
	fake_pio(ROOT, 0xcfc, 1, true, 0x55);
	assert_int_equal(hw(F_ROOT, 0x3c), 0x0155);
}

static void each_cell_has_an_address_register_of_its_own(void **state)
{
	(void)state;
	fake_pio(ROOT, 0xcf8, 4, true, 0x80001803);
	fake_pio(RT, 0xcf8, 4, true, 0x80001000);
	assert_int_equal(fake_pio(ROOT, 0xcf8, 4, false, 0), 0x80001800);
	assert_int_equal(fake_pio(RT, 0xcfc, 4, false, 0), 0x10018086);
}

static void only_dwords_reach_the_address_register(void **state)
{
	(void)state;
	fake_pio(ROOT, 0xcf8, 4, true, 0x80001800);
	fake_pio(ROOT, 0xcf8, 1, true, 0);
	fake_pio(ROOT, 0xcfa, 2, true, 0);
	assert_int_equal(fake_pio(ROOT, 0xcf8, 2, false, 0), 0xffffffff);
	assert_int_equal(fake_pio(ROOT, 0xcf8, 4, false, 0), 0x80001800);
	fake_pio(ROOT, 0xcf8, 4, true, 0x1800); /* not enabled */
	assert_int_equal(fake_pio(ROOT, 0xcfc, 4, false, 0), 0xffffffff);
}

static void the_reset_port_beside_the_address_register_stays_open(void **state)
{
	(void)state;
	assert_true(fake_port_traps(ROOT, 0xcf8));
	assert_false(fake_port_traps(ROOT, 0xcf9));
	for (u32 port = 0xcfc; port < 0xd00; port++)
		assert_true(fake_port_traps(ROOT, port));
}

static void odd_accesses_to_mmconfig_read_ones(void **state)
{
	const u64 at = MMCONFIG + (0x18ull << 12);

	(void)state;
	assert_int_equal(fake_mmio(ROOT, at + 2, 2, false, 0), 0x1002);
	assert_int_equal(fake_mmio(ROOT, at, 8, false, 0), ~0ull);
	assert_int_equal(fake_mmio(ROOT, at + 1, 2, false, 0), ~0ull);
	assert_int_equal(fake_mmio(ROOT, at + 2, 4, false, 0), ~0ull);
	fake_mmio(ROOT, at + 0x3d, 4, true, 0);
	assert_int_equal(hw(F_ROOT, 0x3c), 0x010b);
}

/* The state at the start */

static void functions_of_an_rt_cell_start_quiet(void **state)
{
	(void)state;
	assert_int_equal(hw(F_RT, 4) & 0x407, 0x400);
	assert_int_equal(fake->resets, BIT32(F_RT));
	assert_int_equal(hw(F_RT, 0x10), RT_BAR);
	assert_int_equal(hw(F_ROOT, 4) & 7, 7);
	assert_int_equal(hw(F_RT, 0x40) >> 16 & 1, 0);
	assert_int_equal(hw(F_ROOT, 0x40) >> 30, 0);
	assert_int_equal(hw(F_ROOT, 0x50) >> 16 & 1, 0);
}

static void registers_are_mapped_into_the_cell_and_out_of_root(void **state)
{
	(void)state;
	assert_int_equal(fake->maps, 2);
	assert_int_equal(fake->traps, 4); /* two BARs, MMCONFIG, the page of the MSI-X table */
	assert_true(fake_port_traps(ROOT, RT_PORTS + 0x1f));
	assert_false(fake_port_traps(RT, RT_PORTS + 0x1f));
	assert_true(fake_port_traps(RT, RT_PORTS + 0x20));
	assert_false(fake_port_traps(ROOT, RT_PORTS + 0x20));
}

/* Headers */

static void status_bits_survive_a_write_to_the_command(void **state)
{
	(void)state;
	fake->hw[F_ROOT].reg[1] |= 0xf9000000;
	fake_mmio(ROOT, MMCONFIG + (0x18 << 12) + 4, 2, true, 0x0007);
	assert_int_equal(hw(F_ROOT, 4) >> 16, 0xf910);
	fake_set(ROOT, F_ROOT, 4, 0x80000007);
	assert_int_equal(hw(F_ROOT, 4) >> 16, 0x7910);
}

static void intx_of_an_rt_function_stays_off(void **state)
{
	(void)state;
	fake_set(RT, F_RT, 4, 0x0147);
	assert_int_equal(hw(F_RT, 4) & 0x7ff, 0x447); /* SERR# is the platform's, too */
	assert_int_equal(fake_get(RT, F_RT, 0x3c), 0);
	fake_set(RT, F_RT, 0x3c, 0xff);
	assert_int_equal(hw(F_RT, 0x3c), 0x010b);
}

static void the_self_test_cannot_be_started(void **state)
{
	(void)state;
	fake_set(ROOT, F_ROOT, 0x0c, 0xffffffff);
	assert_int_equal(hw(F_ROOT, 0x0c), 0x0000ffff);
}

static void bus_numbers_do_not_change(void **state)
{
	(void)state;
	fake_set(ROOT, F_BRIDGE, 0x18, 0x00030300);
	assert_int_equal(hw(F_BRIDGE, 0x18), 0x00020200);
}

static void a_bridge_to_an_rt_function_is_frozen(void **state)
{
	(void)state;
	fake_set(ROOT, F_FROZEN, 4, 0);
	assert_int_equal(hw(F_FROZEN, 4) & 7, 7);
	fake_set(ROOT, F_FROZEN, 0x20, 0xe1f0e100);
	assert_int_equal(hw(F_FROZEN, 0x20), 0xfff0);
	fake_set(ROOT, F_FROZEN, 0x3c, 0x0040010c); /* secondary bus reset */
	assert_int_equal(hw(F_FROZEN, 0x3c), 0x0000010c);
	fake_set(ROOT, F_FROZEN, 0x50, 0x12); /* link control */
	assert_int_equal(hw(F_FROZEN, 0x50), 0);
	fake_set(ROOT, F_BRIDGE, 0x3c, 0x0040010c);
	assert_int_equal(hw(F_BRIDGE, 0x3c), 0x0040010c);
	fake_set(ROOT, F_BRIDGE, 0x50, 0x12);
	assert_int_equal(hw(F_BRIDGE, 0x50), 0x12);
}

static void a_window_does_not_cover_an_rt_function(void **state)
{
	(void)state;
	fake_set(ROOT, F_BRIDGE, 0x20, 0xe0f0e020); /* behind the BAR of 1 MiB */
	assert_int_equal(hw(F_BRIDGE, 0x20), 0xe0f0e020);
	fake_set(ROOT, F_BRIDGE, 0x20, 0xe0f0e000);
	assert_int_equal(hw(F_BRIDGE, 0x20), 0xe0f0e020);
	fake_set(ROOT, F_BRIDGE, 0x24, 0xe100e100); /* prefetchable, over the other function */
	assert_int_equal(hw(F_BRIDGE, 0x24), 0x0001fff1);
	fake_set(ROOT, F_BRIDGE, 0x28, 1); /* base above limit: still closed */
	assert_int_equal(hw(F_BRIDGE, 0x28), 1);
	fake_set(ROOT, F_BRIDGE, 0x1c, 0x6060);
	assert_int_equal(hw(F_BRIDGE, 0x1c) & 0xf0f0, 0x01f1 & 0xf0f0);
	fake_set(ROOT, F_BRIDGE, 0x1c, 0x7070);
	assert_int_equal(hw(F_BRIDGE, 0x1c) & 0xf0f0, 0x7070);
	assert_int_equal(fake->refused, 3);
	/* what is open already is no reason to refuse another window */
	cell_pass_ports(&fake->cell[1], 0x7000, 8);
	fake_set(ROOT, F_BRIDGE, 0x20, 0xe0f0e0f0);
	assert_int_equal(hw(F_BRIDGE, 0x20), 0xe0f0e0f0);
	fake_set(ROOT, F_BRIDGE, 0x1c, 0x8070);
	assert_int_equal(hw(F_BRIDGE, 0x1c) & 0xf0f0, 0x7070);
	assert_int_equal(fake->refused, 4);
}

/* BARs */

static void bars_can_be_sized_while_they_decode(void **state)
{
	(void)state;
	fake_set(RT, F_RT, 4, 7);
	fake_set(RT, F_RT, 0x10, 0xffffffff);
	assert_int_equal(fake_get(RT, F_RT, 0x10), 0xfff00000);
	assert_int_equal(hw(F_RT, 0x10), RT_BAR);
	fake_set(RT, F_RT, 0x10, RT_BAR);
	assert_int_equal(fake_get(RT, F_RT, 0x10), RT_BAR);
	fake_set(ROOT, F_ROOT, 0x24, 0xffffffff);
	fake_set(ROOT, F_ROOT, 0x20, 0xffffffff);
	assert_int_equal(fake_get(ROOT, F_ROOT, 0x20), 0xffff000c);
	assert_int_equal(fake_get(ROOT, F_ROOT, 0x24), 0xffffffff);
	assert_int_equal(hw(F_ROOT, 0x24), 8);
	fake_set(RT, F_RT, 0x18, 0xffffffff);
	assert_int_equal(fake_get(RT, F_RT, 0x18), 0);
	assert_int_equal(fake->refused, 0);
}

static void a_bar_of_an_rt_function_stays(void **state)
{
	(void)state;
	fake_set(RT, F_RT, 4, 7);
	fake_set(RT, F_RT, 0x10, 0xd0000000);
	assert_int_equal(hw(F_RT, 0x10), RT_BAR);
	fake_set(RT, F_RT, 4, 0); /* with decoding off it waits ... */
	fake_set(RT, F_RT, 0x14, 0x8001);
	assert_int_equal(fake_get(RT, F_RT, 0x14), 0x8001);
	fake_set(RT, F_RT, 4, 7); /* ... and is refused here */
	assert_int_equal(fake_get(RT, F_RT, 0x10), RT_BAR);
	assert_int_equal(fake_get(RT, F_RT, 0x14), RT_PORTS | 1);
	assert_int_equal(hw(F_RT, 0x10), RT_BAR);
	assert_int_equal(hw(F_RT, 0x14), RT_PORTS | 1);
	assert_int_equal(fake->refused, 3);
}

static void a_bar_that_a_reset_cleared_can_be_restored(void **state)
{
	(void)state;
	fake_set(RT, F_RT, 4, 7);
	fake->hw[F_RT].reg[4] = 0;
	fake_set(RT, F_RT, 0x10, RT_BAR);
	assert_int_equal(hw(F_RT, 0x10), RT_BAR);
}

static void root_moves_bars_where_nothing_is(void **state)
{
	static const u32 taken[] = {
		RT_BAR,   RT_BAR + 0xf0000,   ONE_BAR,    HV_PHYS,    HV_PHYS + 0xf0000,
		CELL_RAM, MMCONFIG + 0x10000, 0xfee00000, 0xfeef0000, IOAPIC,
		UNIT};

	(void)state;
	fake_set(ROOT, F_ROOT, 0x10, 0xe0210000);
	assert_int_equal(hw(F_ROOT, 0x10), 0xe0210000);
	for (u32 i = 0; i < ARRAY_SIZE(taken); i++) {
		fake_set(ROOT, F_ROOT, 0x10, taken[i]);
		assert_int_equal(hw(F_ROOT, 0x10), 0xe0210000);
	}
	assert_int_equal(fake->refused, ARRAY_SIZE(taken));
	fake_set(ROOT, F_ROOT, 0x10, RT_BAR + 0x100000);
	assert_int_equal(hw(F_ROOT, 0x10), RT_BAR + 0x100000);
	fake_set(ROOT, F_ROOT, 0x10, ROOT_BAR);
	assert_int_equal(hw(F_ROOT, 0x10), ROOT_BAR);
}

static void a_bar_of_64_bits_moves_when_both_halves_are_right(void **state)
{
	(void)state;
	fake_set(ROOT, F_ROOT, 4, 5);
	fake_set(ROOT, F_ROOT, 0x20, RT_BAR);
	fake_set(ROOT, F_ROOT, 0x24, 0xf); /* 0xfe0000000: free */
	assert_int_equal(hw(F_ROOT, 0x20), (u32)ROOT_WIDE | 0xc);
	fake_set(ROOT, F_ROOT, 4, 7);
	assert_int_equal(hw(F_ROOT, 0x20), RT_BAR | 0xc);
	assert_int_equal(hw(F_ROOT, 0x24), 0xf);
	fake_set(ROOT, F_ROOT, 0x24, 0); /* over the RT function */
	assert_int_equal(hw(F_ROOT, 0x24), 0xf);
	fake_set(ROOT, F_ROOT, 0x24, 0x10); /* beyond what root may address */
	assert_int_equal(hw(F_ROOT, 0x24), 0xf);
}

static void the_bar_of_an_msix_table_stays(void **state)
{
	(void)state;
	fake_set(ROOT, F_ROOT, 0x18, 0x00200000);
	assert_int_equal(hw(F_ROOT, 0x18), (u32)ROOT_TABLE | 0xc);
}

static void ports_of_others_cannot_be_covered(void **state)
{
	(void)state;
	fake_set(ROOT, F_ROOT, 0x14, RT_PORTS);
	assert_int_equal(hw(F_ROOT, 0x14), 0x7001);
	fake_set(ROOT, F_ROOT, 0x14, 0xce0);
	assert_int_equal(hw(F_ROOT, 0x14), 0x7001);
	fake_set(ROOT, F_ROOT, 0x14, 0x3e0);
	assert_int_equal(hw(F_ROOT, 0x14), 0x7001);
	fake_set(ROOT, F_ROOT, 0x14, RT_PORTS + 0x20);
	assert_int_equal(hw(F_ROOT, 0x14), RT_PORTS + 0x21);
	assert_int_equal(fake->refused, 3);
}

static void an_expansion_rom_is_enabled_only_where_nothing_is(void **state)
{
	(void)state;
	fake_set(ROOT, F_ROOT, 0x30, 0xfffff800);
	assert_int_equal(fake_get(ROOT, F_ROOT, 0x30), 0xffff0000);
	fake_set(ROOT, F_ROOT, 0x30, ROOT_ROM | 1);
	assert_int_equal(hw(F_ROOT, 0x30), ROOT_ROM | 1);
	fake_set(ROOT, F_ROOT, 0x30, RT_BAR | 1);
	assert_int_equal(hw(F_ROOT, 0x30), 0);
	assert_int_equal(fake->refused, 1);
	fake_set(RT, F_RT, 0x30, 1);
	assert_int_equal(fake_get(RT, F_RT, 0x30), 0);
}

/* Capabilities */

static void registers_of_the_host_bridge_are_read_only(void **state)
{
	(void)state;
	fake_set(ROOT, F_HOST, 0xc0, 0x12345678);
	assert_int_equal(hw(F_HOST, 0xc0), 0);
	fake_set(ROOT, F_ROOT, 0xc0, 0x12345678);
	assert_int_equal(hw(F_ROOT, 0xc0), 0x12345678);
}

static void an_rt_cell_writes_what_concerns_its_function_alone(void **state)
{
	(void)state;
	fake->hw[F_RT].reg[0x54 / 4] = 0x8000;
	fake_set(RT, F_RT, 0xc0, 1);
	fake_set(RT, F_RT, 0x104, 1);
	assert_int_equal(hw(F_RT, 0xc0), 0);
	assert_int_equal(hw(F_RT, 0x104), 0);
	fake_set(RT, F_RT, 0x54, 0x0103); /* D3hot, but not PME enable */
	assert_int_equal(hw(F_RT, 0x54), 0x8003);
	fake->resets = 0;
	fake_set(RT, F_RT, 0x68, 0x0000f0e0); /* FLR, but no other payload size */
	assert_int_equal(fake->resets, BIT32(F_RT));
	assert_int_equal(hw(F_RT, 0x68) & 0x70e0, 0);
}

static void extended_capabilities_that_break_walls_are_hidden(void **state)
{
	(void)state;
	assert_int_equal(fake_get(ROOT, F_ROOT, 0x100), 0x16010001);
	assert_int_equal(fake_get(ROOT, F_ROOT, 0x160), 0x14000000); /* SR-IOV: id 0, same next */
	assert_int_equal(fake_get(ROOT, F_ROOT, 0x164), 0);
	fake_set(ROOT, F_ROOT, 0x164, 1);
	assert_int_equal(hw(F_ROOT, 0x164), 0x12345678);
	assert_int_equal(fake_get(ROOT, F_ROOT, 0x144), 0x001d005f); /* ACS, on */
	fake_set(ROOT, F_ROOT, 0x144, 0);
	assert_int_equal(hw(F_ROOT, 0x144), 0x001d005f);
	fake_set(ROOT, F_ROOT, 0x104, 0x55); /* AER ends where ACS begins */
	assert_int_equal(hw(F_ROOT, 0x104), 0x55);
	fake_set(ROOT, F_ROOT, 0x1a4, 0x55); /* and SR-IOV where the last one does */
	assert_int_equal(hw(F_ROOT, 0x1a4), 0x55);
}

/* MSI. The interrupts of F_RT come first, then those of F_ROOT. */

static void enable_rt_msi(u32 address, u32 data, u32 control)
{
	fake_set(RT, F_RT, 0x44, address);
	fake_set(RT, F_RT, 0x48, 0);
	fake_set(RT, F_RT, 0x4c, data);
	fake_set(RT, F_RT, 0x40, control << 16);
}

static void msi_goes_through_the_hypervisor(void **state)
{
	(void)state;
	enable_rt_msi(0xfee03000, 0x51, 1);
	assert_true(fake->irq[0].live);
	assert_int_equal(fake->irq[0].target.apic_id, 3);
	assert_int_equal(fake->irq[0].target.vector, 0x51);
	assert_int_equal(hw(F_RT, 0x44), FAKE_MESSAGE);
	assert_int_equal(hw(F_RT, 0x4c) & 0xffff, 0x100);
	assert_int_equal(hw(F_RT, 0x40) >> 16 & 1, 1);
	assert_int_equal(fake_get(RT, F_RT, 0x44), 0xfee03000);
	assert_int_equal(fake_get(RT, F_RT, 0x4c), 0x51);
	assert_int_equal(fake_get(RT, F_RT, 0x40), 0x00855005);
	fake_set(RT, F_RT, 0x4c, 0x61); /* while it is on */
	assert_int_equal(fake->irq[0].target.vector, 0x61);
	fake_set(RT, F_RT, 0x40, 0);
	assert_int_equal(hw(F_RT, 0x40) >> 16 & 1, 0);
}

static void msi_at_another_cell_is_not_armed(void **state)
{
	static const struct {
		u32 address, data;
	} bad[] = {
		{0xfee00000, 0x51 },
                {0xfee01000, 0x51 },
                {0xfee03000, 0x0f },
		{0xfee03000, 0x251},
                {0xfee03000, 0x451},
                {0xfee03000, 0x551},
		{0xfee03010, 0x51 },
                {0,          0x51 },
                {0xfed03000, 0x51 }
        };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		enable_rt_msi(bad[i].address, bad[i].data, 1);
		assert_false(fake->irq[0].live);
		assert_int_equal(hw(F_RT, 0x40) >> 16 & 1, 0);
		assert_int_equal(fake->refused, i + 1);
		fake_set(RT, F_RT, 0x40, 0);
	}
}

static void several_messages_use_successive_interrupts(void **state)
{
	(void)state;
	enable_rt_msi(0xfee03000, 0x52, 0x21); /* 4 messages */
	for (u32 i = 0; i < 4; i++) {
		assert_true(fake->irq[i].live);
		assert_int_equal(fake->irq[i].target.vector, 0x50 + i);
	}
	fake_set(RT, F_RT, 0x40, 0);
	enable_rt_msi(0xfee03000, 0x52, 0x71); /* 128: more than the function can send */
	assert_int_equal(fake->irq[3].target.vector, 0x53);
	assert_false(fake->irq[4].live);
}

static void masks_of_msi_reach_the_function(void **state)
{
	(void)state;
	fake_set(ROOT, F_ROOT, 0x5c, 1);
	assert_int_equal(hw(F_ROOT, 0x5c), 1);
	fake_set(ROOT, F_ROOT, 0x54, 0xfee01004); /* logical */
	fake_set(ROOT, F_ROOT, 0x58, 0x33);
	fake_set(ROOT, F_ROOT, 0x50, 0x00010000);
	assert_int_equal(fake->irq[4].target.apic_id, 0);
	assert_int_equal(hw(F_ROOT, 0x54), FAKE_MESSAGE | 4 << 4);
	assert_int_equal(hw(F_ROOT, 0x5c), 1);
}

/* MSI-X */

static u64 entry(u32 i, u32 word)
{
	return ROOT_TABLE + TABLE_OFFSET + 16ull * i + 4ull * word;
}

static u32 table(u32 i, u32 word)
{
	u32 v;

	memcpy(&v, fake->table_page + TABLE_OFFSET + 16 * i + 4 * word, 4);
	return v;
}

static void put_entry(u32 i, u32 address, u32 data, u32 control)
{
	fake_mmio(ROOT, entry(i, 0), 4, true, address);
	fake_mmio(ROOT, entry(i, 1), 4, true, 0);
	fake_mmio(ROOT, entry(i, 2), 4, true, data);
	fake_mmio(ROOT, entry(i, 3), 4, true, control);
}

static void the_table_starts_masked(void **state)
{
	(void)state;
	for (u32 i = 0; i < TABLE_COUNT; i++) {
		assert_int_equal(table(i, 3), 1);
		assert_int_equal(fake_mmio(ROOT, entry(i, 3), 4, false, 0), 1);
	}
}

static void an_entry_is_armed_when_it_is_unmasked(void **state)
{
	(void)state;
	put_entry(2, 0xfee02000, 0x77, 1);
	assert_false(fake->irq[6].live);
	assert_int_equal(table(2, 0), 0xaaaaaaaa); /* nothing has been written */
	fake_mmio(ROOT, entry(2, 3), 4, true, 0);
	assert_true(fake->irq[6].live);
	assert_int_equal(fake->irq[6].target.apic_id, 2);
	assert_int_equal(fake->irq[6].target.vector, 0x77);
	assert_int_equal(table(2, 0), FAKE_MESSAGE | 6 << 4);
	assert_int_equal(table(2, 3), 0);
	assert_int_equal(fake_mmio(ROOT, entry(2, 0), 4, false, 0), 0xfee02000);
	fake_mmio(ROOT, entry(2, 3), 4, true, 1);
	assert_int_equal(table(2, 3), 1);
}

static void garbage_in_a_masked_entry_is_nobodys_concern(void **state)
{
	(void)state;
	put_entry(0, 0xdeadbeef, 0xffffffff, 1);
	assert_int_equal(fake->refused, 0);
	fake_mmio(ROOT, entry(0, 3), 4, true, 0);
	assert_int_equal(fake->refused, 1);
	assert_int_equal(table(0, 3), 1);
	assert_false(fake->irq[4].live);
	put_entry(0, 0xfee03000, 0x51, 0); /* the other cell's CPU */
	assert_int_equal(table(0, 3), 1);
	fake_mmio(ROOT, entry(0, 0), 4, true, 0xfee00000); /* while unmasked */
	assert_int_equal(table(0, 3), 0);
	assert_true(fake->irq[4].live);
}

static void an_entry_takes_qwords(void **state)
{
	(void)state;
	fake_mmio(ROOT, entry(1, 0), 8, true, 0xfee01000);
	fake_mmio(ROOT, entry(1, 2), 8, true, 0x44);
	assert_true(fake->irq[5].live);
	assert_int_equal(fake->irq[5].target.apic_id, 1);
	assert_int_equal(fake_mmio(ROOT, entry(1, 2), 8, false, 0), 0x44);
	fake_mmio(ROOT, entry(1, 2), 2, true, 0x55);
	fake_mmio(ROOT, entry(1, 2) + 2, 4, true, 0x55);
	assert_int_equal(fake_mmio(ROOT, entry(1, 2), 8, false, 0), 0x44);
	assert_int_equal(fake_mmio(ROOT, entry(1, 2), 2, false, 0), ~0ull);
}

static void registers_beside_the_table_are_passed_through(void **state)
{
	(void)state;
	assert_int_equal(fake_mmio(ROOT, ROOT_TABLE, 1, false, 0), 0xaa);
	fake_mmio(ROOT, ROOT_TABLE + 0xff8, 8, true, 0x1122334455667788);
	assert_int_equal(fake_mmio(ROOT, ROOT_TABLE + 0xffc, 2, false, 0), 0x3344);
	assert_int_equal(fake_mmio(ROOT, ROOT_TABLE + 0xffd, 2, false, 0), ~0ull);
	/* across the table's beginning and end */
	fake_mmio(ROOT, entry(0, 0) - 4, 8, true, 0);
	fake_mmio(ROOT, entry(TABLE_COUNT, 0) - 4, 8, true, 0);
	assert_int_equal(table(0, 0), 0xaaaaaaaa);
	assert_int_equal(table(TABLE_COUNT - 1, 3), 1);
}

static void msix_is_switched_on_by_the_guest(void **state)
{
	(void)state;
	fake_set(ROOT, F_ROOT, 0x40, 0x80000000);
	assert_int_equal(hw(F_ROOT, 0x40), 0x80035011);
	assert_int_equal(fake_get(ROOT, F_ROOT, 0x40), 0x80035011);
	fake_set(ROOT, F_ROOT, 0x44, 0); /* where the table is cannot be changed */
	assert_int_equal(fake_get(ROOT, F_ROOT, 0x44), 0x802);
}

static void without_interrupts_msi_and_msix_are_hidden(void **state)
{
	(void)state;
	fake_build();
	fake->irq_max = 4; /* just enough for F_RT */
	assert_int_equal(pci_init(&fake->boot.info, &fake->pool), BH_OK);
	assert_int_equal(fake_get(ROOT, F_ROOT, 0x40), 0x5000); /* null capability */
	fake_set(ROOT, F_ROOT, 0x40, 0x80000000);
	assert_int_equal(hw(F_ROOT, 0x40) >> 31, 0);
	fake_set(ROOT, F_ROOT, 0x50, 0x00010000);
	assert_int_equal(hw(F_ROOT, 0x50) >> 16 & 1, 0);
	assert_int_equal(fake_get(ROOT, F_ROOT, 0x50) & 0xff, 0);
}

static void a_machine_without_functions_is_left_alone(void **state)
{
	(void)state;
	fake_build();
	fake->boot.info.pci_count = 0;
	assert_int_equal(pci_init(&fake->boot.info, &fake->pool), BH_OK);
	assert_int_equal(fake->cell[0].pio.count + fake->cell[0].mmio.count, 0);
	assert_false(fake_port_traps(ROOT, 0xcf8));
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(each_cell_sees_its_own_functions),
		T(a_stranger_stands_in_for_function_0),
		T(writes_to_foreign_functions_vanish),
		T(the_ports_lead_to_the_same_registers),
		T(each_cell_has_an_address_register_of_its_own),
		T(only_dwords_reach_the_address_register),
		T(the_reset_port_beside_the_address_register_stays_open),
		T(odd_accesses_to_mmconfig_read_ones),
		T(functions_of_an_rt_cell_start_quiet),
		T(registers_are_mapped_into_the_cell_and_out_of_root),
		T(status_bits_survive_a_write_to_the_command),
		T(intx_of_an_rt_function_stays_off),
		T(the_self_test_cannot_be_started),
		T(bus_numbers_do_not_change),
		T(a_bridge_to_an_rt_function_is_frozen),
		T(a_window_does_not_cover_an_rt_function),
		T(bars_can_be_sized_while_they_decode),
		T(a_bar_of_an_rt_function_stays),
		T(a_bar_that_a_reset_cleared_can_be_restored),
		T(root_moves_bars_where_nothing_is),
		T(a_bar_of_64_bits_moves_when_both_halves_are_right),
		T(the_bar_of_an_msix_table_stays),
		T(ports_of_others_cannot_be_covered),
		T(an_expansion_rom_is_enabled_only_where_nothing_is),
		T(registers_of_the_host_bridge_are_read_only),
		T(an_rt_cell_writes_what_concerns_its_function_alone),
		T(extended_capabilities_that_break_walls_are_hidden),
		T(msi_goes_through_the_hypervisor),
		T(msi_at_another_cell_is_not_armed),
		T(several_messages_use_successive_interrupts),
		T(masks_of_msi_reach_the_function),
		T(the_table_starts_masked),
		T(an_entry_is_armed_when_it_is_unmasked),
		T(garbage_in_a_masked_entry_is_nobodys_concern),
		T(an_entry_takes_qwords),
		T(registers_beside_the_table_are_passed_through),
		T(msix_is_switched_on_by_the_guest),
		T(without_interrupts_msi_and_msix_are_hidden),
		T(a_machine_without_functions_is_left_alone),
	};

	return cmocka_run_group_tests_name("pci", tests, NULL, NULL);
}
