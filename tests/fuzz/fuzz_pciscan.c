// SPDX-License-Identifier: BSD-2-Clause
/*
 * A machine whose configuration space answers with arbitrary values, and a system file that asks
 * for arbitrary functions: the scan ends, stays in order, and what a cell gets has sound BARs.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "devices.h"
#include "pciscan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUNCTIONS 4u
#define REGISTERS 64u

/* Functions at four places of which the second and fourth are on other buses. */
static const uint16_t places[FUNCTIONS] = {0x0008, 0x0100, 0x000a, 0x0218};
static uint32_t space[FUNCTIONS][REGISTERS];

static uint32_t read_space(void *ctx, uint16_t bdf, uint32_t reg)
{
	(void)ctx;
	if (reg >= 4096 || reg % 4)
		abort();
	/* The extended registers repeat the others. */
	for (uint32_t i = 0; i < FUNCTIONS; i++)
		if (places[i] == bdf)
			return space[i][reg / 4 % REGISTERS];
	return UINT32_MAX;
}

/* BARs take any value whose low bits look like a mask; other registers are fixed. */
static void write_space(void *ctx, uint16_t bdf, uint32_t reg, uint32_t value)
{
	(void)ctx;
	for (uint32_t i = 0; i < FUNCTIONS; i++)
		if (places[i] == bdf && reg >= 0x10 && reg < 0x28)
			space[i][reg / 4] = (value & ~(0xfffu << (i * 4))) |
					    (space[i][reg / 4] & 0xf);
}

static void check_order(const struct bh_boot_pci *pci, uint32_t count)
{
	if (count > FUNCTIONS)
		abort();
	for (uint32_t i = 1; i < count; i++)
		if (pci[i - 1].bdf >= pci[i].bdf)
			abort();
}

static void check_devices(struct bh_boot_pci *pci, uint32_t count, const uint8_t *data)
{
	struct bh_config head = {.cell_count = 1, .iommu = BH_IOMMU_REQUIRED};
	struct bh_config_cell cell = {.name = "a", .memory_size = 0x10000};
	struct config config = {&head, &cell};
	struct dmar_tables dmar = {0};
	struct devices devices = {pci, count, &dmar};
	struct why why;

	for (uint32_t i = 0; i < 2; i++)
		cell.devices[i] = (struct bh_config_device){.kind = data[i] % 3u,
							    .bdf = places[data[i] / 3 % FUNCTIONS],
							    .index = data[i] >> 6};
	if (!devices_assign(&devices, &config, &why))
		return;
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < 6 && pci[i].cell; k++)
			if (pci[i].bar_size[k] && (!pci[i].bar[k] || pci[i].header))
				abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pci_root root = {0, 7};
	struct pci_access access = {read_space, write_space, NULL};
	struct bh_boot_pci pci[FUNCTIONS];
	uint32_t count;

	if (size < 3)
		return 0;
	memset(space, 0, sizeof(space));
	memcpy(space, data + 3, size - 3 < sizeof(space) ? size - 3 : sizeof(space));
	count = pci_scan(&access, &root, 1, NULL, 0);
	if (pci_scan(&access, &root, 1, pci, count) != count)
		abort();
	check_order(pci, count);
	check_devices(pci, count, data);
	return 0;
}
