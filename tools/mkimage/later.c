// SPDX-License-Identifier: BSD-2-Clause
#include "later.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *key;
	const char *why;
} cell_keys[] = {
	{"watchdog", "nobody watches whether a cell still runs"},
};

const char *later_key(const char *where, const char *key)
{
	size_t i;

	if (strncmp(where, "cells[", 6) != 0)
		return NULL;
	for (i = 0; i < sizeof(cell_keys) / sizeof(cell_keys[0]); i++)
		if (strcmp(cell_keys[i].key, key) == 0)
			return cell_keys[i].why;
	return NULL;
}
