// SPDX-License-Identifier: BSD-2-Clause
#include "payloads.h"

#include "elf_check.h"
#include "file.h"

#include <stdlib.h>
#include <string.h>

static bool load(const struct sysfile_path *file, const char *folder, const char *where,
		 struct blob *out, struct diag *diag)
{
	char *path = file_relative(folder, file->path), why[FILE_WHY];
	bool ok = file_read(path, PAYLOAD_MAX, out, why);

	if (!ok)
		diag_error(diag, file->pos, "%s: cannot read %s: %s", where, path, why);
	free(path);
	if (ok && out->size == 0) {
		diag_error(diag, file->pos, "%s: %s: the file is empty", where, file->path);
		ok = false;
	}
	return ok;
}

static void load_kernel(struct payloads *p, const struct sysfile *sysfile, const char *folder,
			struct diag *diag)
{
	const struct sysfile_root *root = &sysfile->root;
	enum bzimage_err err;

	if (!load(&root->kernel, folder, "root.kernel", &p->kernel, diag))
		return;
	err = bzimage_check(p->kernel.data, p->kernel.size, &p->kernel_info);
	if (err) {
		diag_error(diag, root->kernel.pos, "root.kernel: %s: %s", root->kernel.path,
			   bzimage_strerror(err));
		return;
	}
	if (strlen(root->cmdline) > p->kernel_info.cmdline_max)
		diag_error(diag, root->cmdline_pos,
			   "root.cmdline: the text has %zu characters; this "
			   "kernel takes at most %u",
			   strlen(root->cmdline), p->kernel_info.cmdline_max);
}

static void load_cell(struct payloads *p, const struct sysfile *sysfile, uint32_t index,
		      const char *folder, struct diag *diag)
{
	const struct sysfile_cell *cell = &sysfile->cells[index];
	char where[32], text[512];
	struct elf_note note;
	enum elf_err err;

	snprintf(where, sizeof(where), "cells[%u].image", index);
	if (!load(&cell->image, folder, where, &p->cells[index], diag))
		return;
	err = elf_check(p->cells[index].data, p->cells[index].size, cell->address, cell->memory,
			&note);
	if (err)
		diag_error(diag, cell->image.pos, "%s: %s: %s", where, cell->image.path,
			   elf_explain(err, &note, text, sizeof(text)));
}

bool payloads_load(struct payloads *p, const struct sysfile *sysfile, const char *folder,
		   struct diag *diag)
{
	uint32_t i;

	memset(p, 0, sizeof(*p));
	load_kernel(p, sysfile, folder, diag);
	if (sysfile->root.initrd.path)
		load(&sysfile->root.initrd, folder, "root.initrd", &p->initrd, diag);
	for (i = 0; i < sysfile->cell_count; i++)
		load_cell(p, sysfile, i, folder, diag);
	return diag_ok(diag);
}

void payloads_free(struct payloads *p)
{
	uint32_t i;

	blob_free(&p->kernel);
	blob_free(&p->initrd);
	for (i = 0; i < BH_CONFIG_MAX_CELLS; i++)
		blob_free(&p->cells[i]);
}
