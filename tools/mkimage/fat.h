/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes a FAT32 file system (Microsoft, "FAT32 File System Specification", 1.03) with a few files
 * in it, once and in one go: every file is contiguous, nothing depends on the time.
 */
#ifndef MKIMAGE_FAT_H
#define MKIMAGE_FAT_H

#include "file.h"
#include "sink.h"

#include <stdbool.h>
#include <stdint.h>

#define FAT_SECTOR    512u
#define FAT_MIN_SIZE  (64ull * 1024 * 1024) /* fewer clusters would make it FAT16 */
#define FAT_MAX_SIZE  (32ull * 1024 * 1024 * 1024)
#define FAT_NAME_MAX  130u /* characters; so that every folder here fits into two clusters */
#define FAT_MAX_NODES 8u

struct fat_node {
	const char *name;  /* ASCII, checked by fat_name_ok(); the root's is a null pointer */
	const char *alias; /* 11 characters: the 8.3 name, unique in its folder */
	uint32_t parent;   /* index */
	bool folder;
	struct piece data; /* of a file; at most 4 GiB - 1 */
	uint32_t cluster;  /* the first; set by fat_plan() */
	uint32_t clusters;
};

struct fat {
	struct fat_node nodes[FAT_MAX_NODES]; /* [0] is the root folder; parents come first */
	uint32_t count;
	uint32_t volume_id;
	/* set by fat_plan() */
	uint64_t sectors;
	uint32_t first_sector; /* of the partition on the disk */
	uint32_t per_cluster;  /* sectors */
	uint32_t fat_sectors;  /* of one of the two tables */
	uint32_t clusters;     /* data clusters */
	uint32_t used;
};

/* fat_name_ok - can this be the name of a file? */
bool fat_name_ok(const char *name);

/**
 * fat_plan - lay out the nodes in a file system of @size bytes, a multiple of 1 MiB in
 * FAT_MIN_SIZE..FAT_MAX_SIZE, that begins at @first_sector of the disk.
 * Return: false if they do not fit.
 */
bool fat_plan(struct fat *fat, uint64_t size, uint32_t first_sector);

/* fat_write - write it, as long as fat->sectors says. Return: false if @out failed. */
bool fat_write(const struct fat *fat, struct file_out *out);

#endif
