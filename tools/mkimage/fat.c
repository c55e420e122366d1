// SPDX-License-Identifier: BSD-2-Clause
#include "fat.h"

#include "le.h"

#include <string.h>

#define RESERVED        32u /* sectors before the first table, as usual */
#define TABLES          2u
#define FIRST_CLUSTER   2u
#define FOLDER_CLUSTERS 2u
#define ENTRY           32u
#define FOLDER_SIZE     (FOLDER_CLUSTERS * FAT_SECTOR) /* at least; what is used of a folder */
#define MAX_CLUSTER     4096u                          /* bytes */
#define SMALL           (260ull * 1024 * 1024) /* bytes; the specification's limit for one sector */
#define MIN_CLUSTERS    65525u                 /* with fewer it would be FAT16 */
#define END_OF_CHAIN    0x0fffffffu
#define ATTR_FOLDER     0x10u
#define ATTR_FILE       0x20u
#define ATTR_LONG       0x0fu
#define LONG_CHARS      13u   /* of a name in one entry */
#define EPOCH_DATE      0x21u /* 1980-01-01, the earliest that FAT knows */

bool fat_name_ok(const char *name)
{
	const char *p;

	for (p = name; *p; p++)
		if (*p < 0x20 || *p > 0x7e || strchr("\"*/:<>?\\|", *p))
			return false;
	/* Trailing dots and spaces would be dropped by others. */
	return p != name && p - name <= (int)FAT_NAME_MAX && p[-1] != '.' && p[-1] != ' ';
}

static bool place_nodes(struct fat *fat)
{
	uint64_t bytes = (uint64_t)fat->per_cluster * FAT_SECTOR, next = FIRST_CLUSTER, need;
	uint32_t i;

	for (i = 0; i < fat->count; i++) {
		struct fat_node *node = &fat->nodes[i];

		need = node->folder ? FOLDER_CLUSTERS : (node->data.size + bytes - 1) / bytes;
		if (next + need > (uint64_t)fat->clusters + FIRST_CLUSTER)
			return false;
		node->cluster = need ? (uint32_t)next : 0;
		node->clusters = (uint32_t)need;
		next += need;
	}
	fat->used = (uint32_t)(next - FIRST_CLUSTER);
	return true;
}

bool fat_plan(struct fat *fat, uint64_t size, uint32_t first_sector)
{
	uint64_t data, per_table_sector;

	fat->sectors = size / FAT_SECTOR;
	fat->first_sector = first_sector;
	fat->per_cluster = size > SMALL ? 8 : 1;
	/* One sector of a table describes 128 clusters; the tables take from what they describe. */
	per_table_sector = 128ull * fat->per_cluster + TABLES;
	data = fat->sectors - RESERVED;
	/* The first two entries of a table describe no cluster. */
	fat->fat_sectors = (uint32_t)((data + (uint64_t)FIRST_CLUSTER * fat->per_cluster +
				       per_table_sector - 1) /
				      per_table_sector);
	fat->clusters = (uint32_t)((data - (uint64_t)TABLES * fat->fat_sectors) / fat->per_cluster);
	return fat->clusters >= MIN_CLUSTERS && place_nodes(fat);
}

/* "Boot Sector and BPB" and "FAT32 Extended BPB". */
static void fill_boot_sector(const struct fat *fat, uint8_t *s)
{
	memcpy(s,
	       "\xeb\x58\x90"
	       "BULKHEAD",
	       11);
	put_le16(s + 11, FAT_SECTOR);
	s[13] = (uint8_t)fat->per_cluster;
	put_le16(s + 14, RESERVED);
	s[16] = TABLES;
	s[21] = 0xf8;          /* media: fixed disk */
	put_le16(s + 24, 63);  /* sectors per track and */
	put_le16(s + 26, 255); /* heads: of no meaning today */
	put_le32(s + 28, fat->first_sector);
	put_le32(s + 32, (uint32_t)fat->sectors);
	put_le32(s + 36, fat->fat_sectors);
	put_le32(s + 44, fat->nodes[0].cluster);
	put_le16(s + 48, 1); /* sector of FSInfo */
	put_le16(s + 50, 6); /* sector of the copy of this sector */
	s[64] = 0x80;
	s[66] = 0x29; /* the next three fields are there */
	put_le32(s + 67, fat->volume_id);
	memcpy(s + 71, "NO NAME    FAT32   ", 19);
	put_le16(s + 510, 0xaa55);
}

/* "FAT32 FSInfo Sector Structure". */
static void fill_fsinfo(const struct fat *fat, uint8_t *s)
{
	put_le32(s, 0x41615252);
	put_le32(s + 484, 0x61417272);
	put_le32(s + 488, fat->clusters - fat->used);
	put_le32(s + 492, FIRST_CLUSTER + fat->used);
	put_le32(s + 508, 0xaa550000);
}

static bool write_reserved(const struct fat *fat, struct file_out *out)
{
	uint8_t sectors[RESERVED * FAT_SECTOR] = {0};

	fill_boot_sector(fat, sectors);
	fill_fsinfo(fat, sectors + FAT_SECTOR);
	memcpy(sectors + 6u * FAT_SECTOR, sectors, 2u * FAT_SECTOR);
	return sink_put(&out->sink, sectors, sizeof(sectors));
}

/* What stands in the table for a cluster: the next one of its file. */
static uint32_t table_entry(const struct fat *fat, uint32_t cluster)
{
	uint32_t i;

	if (cluster < FIRST_CLUSTER)
		return cluster ? END_OF_CHAIN : 0x0ffffff8; /* media type */
	for (i = 0; i < fat->count; i++) {
		const struct fat_node *node = &fat->nodes[i];

		if (cluster - node->cluster < node->clusters)
			return cluster - node->cluster == node->clusters - 1 ? END_OF_CHAIN
									     : cluster + 1;
	}
	return 0;
}

static bool write_table(const struct fat *fat, struct file_out *out)
{
	uint32_t sector, k, end = FIRST_CLUSTER + fat->used;
	uint8_t data[FAT_SECTOR];

	for (sector = 0; sector < fat->fat_sectors && sector * 128 < end; sector++) {
		for (k = 0; k < 128; k++)
			put_le32(data + 4 * k, table_entry(fat, sector * 128 + k));
		if (!sink_put(&out->sink, data, sizeof(data)))
			return false;
	}
	return file_skip(out, (uint64_t)(fat->fat_sectors - sector) * FAT_SECTOR);
}

/* "Directory Structure". */
static uint8_t *put_short(uint8_t *e, const char *alias, const struct fat_node *node)
{
	memcpy(e, alias, 11);
	e[11] = node->folder ? ATTR_FOLDER : ATTR_FILE;
	put_le16(e + 16, EPOCH_DATE); /* made */
	put_le16(e + 18, EPOCH_DATE); /* read */
	put_le16(e + 20, node->cluster >> 16);
	put_le16(e + 24, EPOCH_DATE); /* written */
	put_le16(e + 26, node->cluster & 0xffff);
	put_le32(e + 28, node->folder ? 0 : (uint32_t)node->data.size);
	return e + ENTRY;
}

static uint8_t alias_sum(const char *alias)
{
	uint8_t sum = 0;
	int i;

	for (i = 0; i < 11; i++)
		sum = (uint8_t)((uint8_t)(sum << 7 | sum >> 1) + (uint8_t)alias[i]);
	return sum;
}

/* One entry of a long name: characters from @at on, then one NUL, then 0xffff. */
static void put_long_part(uint8_t *e, const char *name, size_t at)
{
	static const uint8_t place[LONG_CHARS] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
	size_t length = strlen(name), i;

	for (i = 0; i < LONG_CHARS; i++)
		put_le16(e + place[i], at + i < length    ? (uint8_t)name[at + i]
				       : at + i == length ? 0
							  : 0xffff);
}

static uint8_t *put_entry(uint8_t *e, const struct fat_node *node)
{
	size_t parts = (strlen(node->name) + LONG_CHARS - 1) / LONG_CHARS, i;

	for (i = parts; i > 0; i--, e += ENTRY) {
		put_long_part(e, node->name, (i - 1) * LONG_CHARS);
		e[0] = (uint8_t)(i == parts ? i | 0x40 : i);
		e[11] = ATTR_LONG;
		e[13] = alias_sum(node->alias);
	}
	return put_short(e, node->alias, node);
}

static bool write_folder(const struct fat *fat, uint32_t index, struct file_out *out)
{
	const struct fat_node *node = &fat->nodes[index];
	uint64_t size = (uint64_t)FOLDER_CLUSTERS * fat->per_cluster * FAT_SECTOR;
	/* ".." of a folder in the root says cluster 0. */
	struct fat_node up = {.folder = true,
			      .cluster = node->parent ? fat->nodes[node->parent].cluster : 0};
	uint8_t data[FOLDER_SIZE] = {0}, *e = data;
	uint32_t i;

	if (index) {
		e = put_short(e, ".          ", node);
		e = put_short(e, "..         ", &up);
	}
	for (i = 1; i < fat->count; i++)
		if (fat->nodes[i].parent == index)
			e = put_entry(e, &fat->nodes[i]);
	return sink_put(&out->sink, data, sizeof(data)) && file_skip(out, size - sizeof(data));
}

static bool write_node(const struct fat *fat, uint32_t index, struct file_out *out)
{
	const struct fat_node *node = &fat->nodes[index];
	uint64_t size = (uint64_t)node->clusters * fat->per_cluster * FAT_SECTOR;

	if (node->folder)
		return write_folder(fat, index, out);
	return sink_piece(&out->sink, &node->data) && file_skip(out, size - node->data.size);
}

bool fat_write(const struct fat *fat, struct file_out *out)
{
	uint64_t done = RESERVED + (uint64_t)TABLES * fat->fat_sectors +
			(uint64_t)fat->used * fat->per_cluster;
	uint32_t i;

	if (!write_reserved(fat, out) || !write_table(fat, out) || !write_table(fat, out))
		return false;
	for (i = 0; i < fat->count; i++)
		if (!write_node(fat, i, out))
			return false;
	return file_skip(out, (fat->sectors - done) * FAT_SECTOR);
}
