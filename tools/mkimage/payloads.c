// SPDX-License-Identifier: BSD-2-Clause
#define _GNU_SOURCE /* memmem */
#include "payloads.h"

#include "elf_check.h"
#include "file.h"

#include <stdlib.h>
#include <string.h>

/* The folders come first in the archive; this much of it is looked at. */
#define MICROCODE_HEAD 65536u

static bool load(struct payloads *p, const struct sysfile_path *file, const char *folder,
		 const char *where, struct blob *out, struct diag *diag)
{
	struct payload_file *f = &p->files[p->file_count++];
	char why[FILE_WHY];
	bool ok;

	f->path = file_relative(folder, file->path);
	ok = file_map(f->path, PAYLOAD_MAX, out, &f->stamp, why);
	if (!ok)
		diag_error(diag, file->pos, "%s: cannot read %s: %s", where, f->path, why);
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

	if (!root->kernel.path || !load(p, &root->kernel, folder, "root.kernel", &p->kernel, diag))
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

/*
 * Linux looks for microcode in an uncompressed cpio archive ("newc" format) that comes first
 * ("The Linux Microcode Loader").
 */
static void load_microcode(struct payloads *p, const struct sysfile *sysfile, const char *folder,
			   struct diag *diag)
{
	static const char magic[] = "070701", folder_name[] = "kernel/x86/microcode/";
	const struct sysfile_path *file = &sysfile->root.microcode;
	const struct blob *m = &p->microcode;
	uint64_t head;

	if (!load(p, file, folder, "root.microcode", &p->microcode, diag))
		return;
	head = m->size < MICROCODE_HEAD ? m->size : MICROCODE_HEAD;
	if (head < sizeof(magic) - 1 || memcmp(m->data, magic, sizeof(magic) - 1) != 0)
		diag_error(
			diag, file->pos,
			"root.microcode: %s: it is no uncompressed cpio archive; give a file such "
			"as 'iucode_tool --write-earlyfw' makes",
			file->path);
	else if (!memmem(m->data, head, folder_name, sizeof(folder_name) - 1))
		diag_error(
			diag, file->pos,
			"root.microcode: %s: it has no %s, so Linux would find no microcode in it",
			file->path, folder_name);
}

static void load_cell(struct payloads *p, const struct sysfile *sysfile, uint32_t index,
		      const char *folder, bool sound, struct diag *diag)
{
	const struct sysfile_cell *cell = &sysfile->cells[index];
	char where[32], text[512];
	struct elf_note note;
	enum elf_err err;

	snprintf(where, sizeof(where), "cells[%u].image", index);
	if (!cell->image.path || !load(p, &cell->image, folder, where, &p->cells[index], diag) ||
	    !sound)
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
	bool sound = diag_ok(diag);
	uint32_t i;

	memset(p, 0, sizeof(*p));
	load_kernel(p, sysfile, folder, diag);
	if (sysfile->root.initrd.path)
		load(p, &sysfile->root.initrd, folder, "root.initrd", &p->initrd, diag);
	if (sysfile->root.microcode.path)
		load_microcode(p, sysfile, folder, diag);
	for (i = 0; i < sysfile->cell_count; i++)
		load_cell(p, sysfile, i, folder, sound, diag);
	return diag_ok(diag);
}

uint64_t payloads_size(const struct payloads *p)
{
	uint64_t size = 0;
	uint32_t i;

	for (i = 0; i < p->file_count; i++)
		size += p->files[i].stamp.size;
	return size;
}

const char *payloads_changed(const struct payloads *p)
{
	uint32_t i;

	for (i = 0; i < p->file_count; i++)
		if (!file_unchanged(p->files[i].path, &p->files[i].stamp))
			return p->files[i].path;
	return NULL;
}

void payloads_free(struct payloads *p)
{
	uint32_t i;

	blob_free(&p->kernel);
	blob_free(&p->initrd);
	blob_free(&p->microcode);
	for (i = 0; i < BH_CONFIG_MAX_CELLS; i++)
		blob_free(&p->cells[i]);
	while (p->file_count)
		free(p->files[--p->file_count].path);
}
