/* SPDX-License-Identifier: BSD-2-Clause */
/* The files that a system file names: read and checked against it. */
#ifndef MKIMAGE_PAYLOADS_H
#define MKIMAGE_PAYLOADS_H

#include "bzimage.h"
#include "sysfile.h"
#include "mem.h"

#include <stdbool.h>

/* The image must stay below 2 GiB, the largest that PE tools and firmware handle. */
#define PAYLOAD_MAX (1024ull * 1024 * 1024) /* bytes of one file */

struct payloads {
	struct blob kernel;
	struct bzimage kernel_info;
	struct blob initrd; /* empty if there is none */
	struct blob cells[BH_CONFIG_MAX_CELLS];
};

/**
 * payloads_load - read all files of @sysfile, whose paths are relative to @folder.
 * Every problem is noted in @diag at the place that names the file. Return: true if there was
 * none. Call payloads_free() in both cases.
 */
bool payloads_load(struct payloads *p, const struct sysfile *sysfile, const char *folder,
		   struct diag *diag);

void payloads_free(struct payloads *p);

#endif
