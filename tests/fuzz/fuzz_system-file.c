// SPDX-License-Identifier: BSD-2-Clause
/* The front end of mkimage: any text gives either a struct that keeps its promises, or errors. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy_check.h"
#include "sysfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libfyaml 0.7 forgets a buffer when a quoted text has very many escapes; mkimage ends anyway. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml.so";
}

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_cell(const struct sysfile_cell *cell)
{
	require(cell->name[0] && strnlen(cell->name, BH_NAME_SIZE) < BH_NAME_SIZE);
	require(strnlen(cell->args, BH_ARGS_SIZE) < BH_ARGS_SIZE);
	require(cell->image.path && cell->image.path[0]);
	require(cell->boot == BH_BOOT_ELF64 && cell->cpus >= 1);
	require(cell->cpus <= 8192);
	require(cell->memory >= 65536 && cell->memory % 4096 == 0 && cell->address % 4096 == 0);
	require(cell->address + cell->memory <= 0xfe000000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sysfile sysfile;
	static struct diag diag;

	diag_init(&diag, "fuzz");
	if (sysfile_parse(&sysfile, (const char *)data, size, &diag)) {
		require(sysfile.root.kernel.path && sysfile.root.cmdline);
		require(sysfile.root.min_cpus >= 1 && sysfile.cell_count <= BH_CONFIG_MAX_CELLS);
		for (uint32_t i = 0; i < sysfile.cell_count; i++)
			check_cell(&sysfile.cells[i]);
		policy_check(&sysfile, true, &diag);
	} else {
		require(diag.count > 0);
	}
	diag_free(&diag);
	sysfile_free(&sysfile);
	return 0;
}
