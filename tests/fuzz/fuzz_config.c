/* SPDX-License-Identifier: BSD-2-Clause */
/* The input is damage to a sound policy, sealed again. What is accepted must be safe to use. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <bulkhead/cell.h>

#include "../host/make_config.h"
#include "../host/patch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_cell(const struct bh_config *head, const struct bh_config_cell *cell)
{
	if (strnlen(cell->name, BH_NAME_SIZE) == BH_NAME_SIZE ||
	    strnlen(cell->args, BH_ARGS_SIZE) == BH_ARGS_SIZE)
		abort();
	if (cell->memory_size < 2 * CELL_TABLES_SIZE ||
	    (unsigned __int128)cell->memory_gpa + cell->memory_size > BH_CELL_INFO_GPA)
		abort();
	if ((unsigned __int128)cell->image_offset + cell->image_size > head->cells_size)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy *p = malloc(sizeof(*p));
	struct config config;
	struct why why;

	make_policy(p);
	patch_bytes((uint8_t *)p, sizeof(*p), data, size);
	seal_policy(p);
	if (config_open(&config, p, sizeof(*p), &why))
		for (u32 i = 0; i < config.head->cell_count; i++)
			check_cell(config.head, &config.cells[i]);
	free(p);
	return 0;
}
