/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The layout: which CPUs, which devices and which memory each cell gets on one machine. The EFI
 * stub solves it at boot; `mkimage check --hw` solves it at the desk with the same source, from a
 * hardware dump. Pure.
 */
#ifndef STUB_LAYOUT_H
#define STUB_LAYOUT_H

#include "config.h"
#include "links.h"
#include "machine.h"
#include "place.h"

/* What is to be placed. */
struct layout_wish {
	const struct config *config;
	const struct bh_hv_header *header; /* of the hypervisor in the image */
	struct mem_range kernel; /* where root's kernel would like to be; size 0 = anywhere */
};

struct layout {
	struct hv_layout block;
	u64 hv;                         /* physical address of the block */
	u64 cells[BH_CONFIG_MAX_CELLS]; /* physical address of each RT cell's RAM */
	struct link_list links;
	u64 link_at[BH_CONFIG_MAX_LINKS]; /* physical address of each link */
	u64 root_ram;                     /* bytes of RAM that are left for the root cell */
	u32 interrupts;     /* entries of the interrupt remapping table that are used */
	u32 interrupts_max; /* 0 = interrupts are not remapped */
};

/**
 * layout_solve - make the layout, or say why this machine cannot run this image.
 * @m: cpus[].cell and platform.pci[].cell are written, all else is read.
 * Return: false and the sentence that a boot would fail with.
 */
bool layout_solve(struct machine *m, const struct layout_wish *wish, struct layout *out,
		  struct why *why);

/* Offsets in the boot info: header, arrays (all but the last of 8-byte entries), templates. */
struct info_layout {
	u64 cpus, cells, mem, ioapics, units, rmrrs, pci, scopes, templates, size;
};

/* layout_info - where in the block everything is. */
struct info_layout layout_info(const struct machine *m, const struct config *config);

#define LAYOUT_LINE 1024u /* bytes of a line, its NUL included */

/**
 * layout_line - the layout in lines, as the stub prints them and `check --hw` predicts them.
 * @line: at least LAYOUT_LINE bytes. Return: false if there are not so many lines.
 */
bool layout_line(const struct machine *m, const struct config *config, const struct layout *l,
		 u32 number, char *line);

/* layout_cpus - "0-2,5": the CPUs of cell @cell (0 = root). @text: CPUSET_FORMAT_MAX bytes. */
void layout_cpus(const struct machine *m, u32 cell, char *text);

#endif
