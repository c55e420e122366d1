/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system file as a struct: what docs/system-file.md describes. Only the text is looked at
 * here; the files that it names are read and checked by payloads.c.
 */
#ifndef MKIMAGE_SYSFILE_H
#define MKIMAGE_SYSFILE_H

#include "diag.h"

#include <bulkhead/image.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYSFILE_LANGUAGE 1u /* the `version:` that this mkimage reads */

/* A file named by the system file; path is a null pointer if it was left out. */
struct sysfile_path {
	char *path; /* as written: relative to the system file's folder, or absolute */
	struct pos pos;
};

struct sysfile_root {
	struct sysfile_path kernel;
	struct sysfile_path initrd;    /* optional */
	struct sysfile_path microcode; /* optional */
	char *cmdline;                 /* never a null pointer after sysfile_parse() succeeded */
	struct pos cmdline_pos;
	uint32_t min_cpus;
	uint64_t min_memory; /* bytes */
};

struct sysfile_cell {
	char name[BH_NAME_SIZE];
	struct pos pos;
	uint32_t boot; /* BH_BOOT_x */
	struct sysfile_path image;
	uint32_t cpus;
	uint64_t cpu_mask[BH_CPU_MASK_WORDS]; /* as in bh_config_cell */
	struct pos cpus_pos;
	uint32_t flags;  /* BH_CELL_x */
	uint64_t memory; /* bytes */
	struct pos memory_pos;
	uint64_t address; /* guest-physical start of the memory */
	struct pos address_pos;
	char args[BH_ARGS_SIZE];
	uint32_t device_count;
	struct bh_config_device devices[BH_MAX_DEVICES];
	struct pos device_pos[BH_MAX_DEVICES];
	uint16_t port_count;
	struct bh_config_ports ports[BH_MAX_PORTS];
	struct pos port_pos[BH_MAX_PORTS];
	uint16_t irq_count;
	uint16_t irqs[BH_MAX_IRQS];
	struct pos irq_pos[BH_MAX_IRQS];
	uint32_t link_count;
	struct bh_config_link links[BH_MAX_LINKS]; /* a name or size of 0 had an error */
	struct pos link_pos[BH_MAX_LINKS];
};

struct sysfile {
	bool read;             /* the text is one of this language; what had no error is below */
	uint32_t iommu;        /* BH_IOMMU_x */
	struct pos iommu_pos;  /* line 0 if the text does not say it */
	uint32_t on_failure;   /* BH_FAIL_x */
	uint64_t fingerprint;  /* 0 = any machine */
	uint16_t console_port; /* 0 = none */
	struct pos console_pos;
	uint32_t profiles; /* bit n: the image has the profile of kind n (enum profile_kind) */
	struct sysfile_root root;
	uint32_t cell_count;
	struct sysfile_cell cells[BH_CONFIG_MAX_CELLS];
};

/**
 * sysfile_parse - read a system file of @size bytes at @text.
 * Every error found is noted in @diag. Return: true if there was none. Call sysfile_free() in
 * both cases.
 */
bool sysfile_parse(struct sysfile *sysfile, const char *text, size_t size, struct diag *diag);

void sysfile_free(struct sysfile *sysfile);

/**
 * sysfile_set - apply "KEY=VALUE" from the command line to a parsed configuration.
 * Keys: iommu, on_failure, console, with the words of `machine:`.
 * @why: at least SYSFILE_WHY bytes; on failure it says what is wrong.
 */
#define SYSFILE_WHY 256
bool sysfile_set(struct sysfile *sysfile, const char *assignment, char *why);

#endif
