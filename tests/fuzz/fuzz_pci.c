// SPDX-License-Identifier: BSD-2-Clause
/*
 * Arbitrary accesses of both cells to configuration space and to the MSI-X table. Whatever they
 * are, afterwards: an RT cell's BARs are where they were, nothing of root's lies over them, no
 * bridge forwards them elsewhere, and no function holds a message that is not the hypervisor's.
 */
#include <stddef.h>
#include <stdint.h>

#include "../host/fake_pci.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool ok)
{
	if (!ok)
		abort();
}

static uint32_t reg(int f, uint32_t at)
{
	return fake->hw[f].reg[at / 4];
}

static void check_rt(void)
{
	demand(reg(F_RT, 0x10) == RT_BAR);
	demand(reg(F_RT, 0x14) == (RT_PORTS | 1));
	demand(reg(F_ONE, 0x10) == ONE_BAR);
	demand(reg(F_RT, 4) & PCI_COMMAND_NO_INTX);
	demand((reg(F_FROZEN, 4) & 7) == 7);
	demand(reg(F_FROZEN, 0x18) == 0x00010100 && reg(F_FROZEN, 0x20) == 0xfff0);
}

/* No memory or ports that root's function or bridge answers to belong to an RT cell. */
static void check_root(void)
{
	struct pci_window io, mem, pref;
	uint64_t wide = (reg(F_ROOT, 0x20) & ~15u) | (uint64_t)reg(F_ROOT, 0x24) << 32;

	demand(!pci_place_taken(reg(F_ROOT, 0x10) & ~15u, 0x10000, false));
	demand(!pci_place_taken(reg(F_ROOT, 0x14) & ~3u, 0x20, true));
	demand(!pci_place_taken(wide, 0x10000, false));
	demand((reg(F_ROOT, 0x18) & ~15u) == (uint32_t)ROOT_TABLE && reg(F_ROOT, 0x1c) == 8);
	if (reg(F_ROOT, 0x30) & 1)
		demand(!pci_place_taken(reg(F_ROOT, 0x30) & ~1u, 0x10000, false));
	pci_bridge_windows(fake->hw[F_BRIDGE].reg, &io, &mem, &pref);
	demand(!io.size || !pci_rt_taken(io.base, io.size, true));
	demand(!mem.size || !pci_rt_taken(mem.base, mem.size, false));
	demand(!pref.size || !pci_rt_taken(pref.base, pref.size, false));
	demand(reg(F_BRIDGE, 0x18) == 0x00020200);
}

static bool is_ours(uint32_t address, uint32_t upper)
{
	return (address & 0xffff0000) == FAKE_MESSAGE && !upper;
}

static void check_messages(void)
{
	if (reg(F_RT, 0x40) & 0x10000)
		demand(is_ours(reg(F_RT, 0x44), reg(F_RT, 0x48)));
	if (reg(F_ROOT, 0x50) & 0x10000)
		demand(is_ours(reg(F_ROOT, 0x54), 0));
	for (uint32_t i = 0; i < TABLE_COUNT; i++) {
		uint32_t word[4];

		memcpy(word, fake->table_page + TABLE_OFFSET + 16 * i, sizeof(word));
		if (!(word[3] & 1))
			demand(is_ours(word[0], word[1]));
	}
	for (uint32_t i = 0; i < fake->irq_count; i++)
		if (fake->irq[i].live)
			demand((fake->irq[i].target.apic_id == 3) == (i < 4));
}

/* Eight bytes an access: how, where (two), function, value (four). */
static void access(const uint8_t *p)
{
	uint32_t cell = p[0] & 1, bytes = 1u << (p[0] >> 1 & 3), value;
	uint32_t at = (uint32_t)(p[1] | p[2] << 8) & 0xfff;
	uint64_t base = MMCONFIG + ((uint64_t)fake->boot.pci[p[3] % F_COUNT].bdf << 12);
	uint32_t cf8 = 0x80000000u | (uint32_t)fake->boot.pci[p[3] % F_COUNT].bdf << 8 |
		       (at & 0xfc);

	memcpy(&value, p + 4, sizeof(value));
	if (p[0] & 0x10) {
		fake_mmio(cell, ROOT_TABLE + at % (4096 - bytes + 1), (uint8_t)bytes, p[0] & 0x20,
			  value);
	} else if (p[0] & 0x40) {
		fake_pio(cell, 0xcf8, 4, true, cf8);
		fake_pio(cell, (uint16_t)(0xcfc + (at & 3)), (uint8_t)(bytes & 7 ? bytes : 4),
			 p[0] & 0x20, value);
	} else {
		fake_mmio(cell, base + (p[0] & 0x80 ? at & 0x7c : at), (uint8_t)bytes, p[0] & 0x20,
			  value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fake_build();
	if (pci_init(&fake->boot.info, &fake->pool) != BH_OK)
		abort();
	for (; size >= 8; data += 8, size -= 8) {
		access(data);
		check_rt();
		check_root();
		check_messages();
	}
	return 0;
}
