/* SPDX-License-Identifier: BSD-2-Clause */
/* The files that a system file names: read and checked against it. */
#ifndef MKIMAGE_PAYLOADS_H
#define MKIMAGE_PAYLOADS_H

#include "bzimage.h"
#include "file.h"
#include "sysfile.h"
#include "mem.h"

#include <stdbool.h>

/* The image must stay below 2 GiB, the largest that PE tools and firmware handle. */
#define PAYLOAD_MAX   (1024ull * 1024 * 1024) /* bytes of one file */

#define PAYLOAD_FILES (3 + BH_CONFIG_MAX_CELLS)

struct payloads {
	struct blob kernel;
	struct bzimage kernel_info;
	struct blob initrd;    /* empty if there is none */
	struct blob microcode; /* likewise */
	struct blob cells[BH_CONFIG_MAX_CELLS];
	struct payload_file {
		char *path;
		struct file_stamp stamp;
	} files[PAYLOAD_FILES]; /* all that are mapped above */
	uint32_t file_count;
};

/**
 * payloads_load - map all files of @sysfile, whose paths are relative to @folder.
 * Every problem is noted in @diag at the place that names the file. If the text had errors, names
 * that are missing are passed over, and no program is held against sizes that may be wrong.
 * Return: true if @diag has no error. Call payloads_free() in both cases.
 */
bool payloads_load(struct payloads *p, const struct sysfile *sysfile, const char *folder,
		   struct diag *diag);

/* payloads_size - bytes of all files. */
uint64_t payloads_size(const struct payloads *p);

/**
 * payloads_changed - the path of a file that is no longer what payloads_load() saw, or a null
 * pointer. An image that was made meanwhile may hold a part of each state.
 */
const char *payloads_changed(const struct payloads *p);

void payloads_free(struct payloads *p);

#endif
