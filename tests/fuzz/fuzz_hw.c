// SPDX-License-Identifier: BSD-2-Clause
/* Hardware dumps: any text gives errors, or a machine on which every layout keeps its promises. */
#include <stdlib.h>
#include <string.h>

#include "hw.h"
#include "layout.h"
#include "room.h"

#define CELLS 2u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void make_config(struct bh_config *head, struct bh_config_cell *cells, uint32_t iommu)
{
	memset(head, 0, sizeof(*head));
	memset(cells, 0, CELLS * sizeof(*cells));
	head->cell_count = CELLS;
	head->iommu = iommu;
	head->root_min_cpus = 1;
	for (uint32_t i = 0; i < CELLS; i++) {
		memcpy(cells[i].name, i ? "two" : "one", 4);
		cells[i].cpu_count = 1;
		cells[i].memory_size = i ? 16 << 20 : 64 << 10;
	}
	cells[1].devices[0] = (struct bh_config_device){
		.kind = BH_DEVICE_ID, .vendor = 0x8086, .device = 0x2922};
}

static bool apart(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a + a_size <= b || b + b_size <= a;
}

static void check(const struct machine *m, const struct layout_wish *wish, const struct layout *l)
{
	const struct bh_config_cell *c = wish->config->cells;
	char line[LAYOUT_LINE];
	uint32_t n = 0;

	require(l->hv >= ROOM_FLOOR && l->hv % SIZE_2M == 0 && l->cells[1] % SIZE_2M == 0);
	require(apart(l->hv, l->block.size, l->cells[0], c[0].memory_size));
	require(apart(l->hv, l->block.size, l->cells[1], c[1].memory_size));
	require(apart(l->cells[0], c[0].memory_size, l->cells[1], c[1].memory_size));
	require(apart(l->hv, l->block.size, wish->kernel.start, wish->kernel.size));
	require(m->cpus[0].cell == 0);
	while (layout_line(m, wish->config, l, n, line))
		n++;
	require(n == CELLS + 2);
}

static void solve(struct machine *m, uint32_t iommu)
{
	static const struct bh_hv_header header = {.magic = BH_HV_MAGIC,
						   .version = BH_BOOT_VERSION,
						   .image_size = 0x20000,
						   .pool_fixed = 0x40000,
						   .pool_per_gib = 0x1000,
						   .pool_iommu = 0x10000,
						   .pool_per_pci = 0x100};
	struct bh_config_cell cells[CELLS];
	struct bh_config head;
	struct config config = {&head, cells};
	struct layout_wish wish = {
		&config, &header, {0x1000000, 0x3400000}
        };
	struct layout layout;
	struct why why = {""};

	make_config(&head, cells, iommu);
	if (layout_solve(m, &wish, &layout, &why))
		check(m, &wish, &layout);
	else
		require(why.text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct diag diag;
	struct hw hw;

	diag_init(&diag, "fuzz");
	if (hw_open(&hw, data, size, &diag)) {
		require(diag.count == 0 && hw.machine.cpu_count);
		solve(&hw.machine, BH_IOMMU_REQUIRED);
		solve(&hw.machine, BH_IOMMU_OFF);
	} else {
		require(diag.count == 1);
	}
	hw_free(&hw);
	diag_free(&diag);
	return 0;
}
