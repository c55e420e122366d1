/* SPDX-License-Identifier: BSD-2-Clause */
/* A system file together with all that it names: what `build` packs and `check` reports. */
#ifndef MKIMAGE_SYSTEM_H
#define MKIMAGE_SYSTEM_H

#include "sysfile.h"
#include "diag.h"
#include "payloads.h"

#include <stdbool.h>

struct system {
	struct sysfile sysfile;
	struct payloads payloads;
};

/* What the command line says on top of the system file. */
struct system_wish {
	const char *const *sets; /* "KEY=VALUE", see sysfile_set() */
	int set_count;
	bool release; /* refuse lab settings */
};

/**
 * system_load - read the system file at @path and the files that it names.
 * Every error and warning is noted in
 * @diag. Return: true if there was no error. Call system_free() in both cases.
 */
bool system_load(struct system *system, const char *path, const struct system_wish *wish,
		 struct diag *diag);

void system_free(struct system *system);

/* system_report - say in words who gets what. */
void system_report(const struct system *system, FILE *out);

#endif
