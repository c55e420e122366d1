// SPDX-License-Identifier: BSD-2-Clause
#include "commands.h"

#include "fat.h"
#include "file.h"
#include "gpt.h"
#include "mem.h"
#include "opened.h"
#include "progress.h"
#include "scalar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB        (1024ull * 1024)
#define LOADER_MAX (64 * MIB)

enum node {
	NODE_ROOT,
	NODE_EFI,
	NODE_BOOT,
	NODE_LINUX,
	NODE_BOOTX64,
	NODE_IMAGE,
	NODE_COUNT
};

struct disk {
	struct fat fat;
	uint64_t esp_size;
	uint32_t seed;
};

/* "IMAGE.efi" as the file below EFI/Linux, where boot managers look for *.efi. */
static char *image_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t length = strlen(base);
	bool efi = length > 4 && strcmp(base + length - 4, ".efi") == 0;
	char *name = mem_alloc(length + 5);

	snprintf(name, length + 5, "%s%s", base, efi ? "" : ".efi");
	return name;
}

static void fill_nodes(struct fat *fat, const char *name, const struct piece *image,
		       const struct piece *loader)
{
	const struct fat_node nodes[NODE_COUNT] = {
		[NODE_ROOT] = {.folder = true},
		[NODE_EFI] = { "EFI",         "EFI        ", NODE_ROOT,  true,  {0},     0, 0},
		[NODE_BOOT] = {             "BOOT",        "BOOT       ", NODE_EFI,   true,  {0},     0, 0},
		[NODE_LINUX] = {             "Linux",       "LINUX      ", NODE_EFI,   true,  {0},     0, 0},
		[NODE_BOOTX64] = {             "BOOTX64.EFI", "BOOTX64 EFI", NODE_BOOT,  false, *loader, 0, 0},
		[NODE_IMAGE] = {             name,          "BULKHEADEFI", NODE_LINUX, false, *image,  0, 0},
	};

	memcpy(fat->nodes, nodes, sizeof(nodes));
	fat->count = NODE_COUNT;
}

/* The file system's size: as wished, or with room for another image of the same size. */
static int choose_size(const struct options *o, uint64_t data, uint64_t *size)
{
	char low[SCALAR_SIZE_TEXT];

	if (!o->size) {
		*size = (data + data / 2 + 2 * MIB) / MIB * MIB;
		if (*size < FAT_MIN_SIZE)
			*size = FAT_MIN_SIZE;
		return EXIT_OK;
	}
	if (!scalar_size(o->size, size) || *size % MIB)
		return usage("disk", "--size is not a size in whole MiB, such as 512M:", o->size);
	if (*size < FAT_MIN_SIZE + 2 * MIB || *size > FAT_MAX_SIZE)
		return usage("disk",
			     "--size is out of range; give a size from 66M to 32G:", o->size);
	*size -= 2 * MIB;
	if (*size > data)
		return EXIT_OK;
	fprintf(stderr, "mkimage: error: --size %s is too small for files of %s\n", o->size,
		scalar_size_text((data + MIB - 1) / MIB * MIB, low));
	return EXIT_USAGE;
}

static bool write_all(const struct disk *disk, struct file_out *out)
{
	uint64_t esp = disk->esp_size / GPT_SECTOR;
	uint8_t *head = mem_alloc(GPT_HEAD_SIZE), *tail = mem_alloc(GPT_TAIL_SIZE);
	bool ok;

	gpt_fill(2 * GPT_FIRST + esp, esp, disk->seed, head, tail);
	ok = sink_put(&out->sink, head, GPT_HEAD_SIZE) &&
	     file_skip(out, GPT_FIRST * GPT_SECTOR - GPT_HEAD_SIZE) && fat_write(&disk->fat, out) &&
	     file_skip(out, GPT_FIRST * GPT_SECTOR - GPT_TAIL_SIZE) &&
	     sink_put(&out->sink, tail, GPT_TAIL_SIZE);
	free(head);
	free(tail);
	return ok;
}

static int write_disk(const struct options *o, const struct piece *image,
		      const struct piece *loader, const char *name)
{
	struct disk *disk = mem_alloc(sizeof(*disk));
	struct file_out out;
	char why[FILE_WHY];
	int status = choose_size(o, image->size + loader->size, &disk->esp_size);

	fill_nodes(&disk->fat, name, image, loader);
	if (status == EXIT_OK && !fat_plan(&disk->fat, disk->esp_size, GPT_FIRST))
		status = usage("disk", "--size is too small for the files:", o->size);
	if (status == EXIT_OK) {
		progress_start("mkimage: writing", 2 * image->size + loader->size);
		disk->seed = piece_crc32(0, image);
		disk->fat.volume_id = disk->seed;
		if (!file_create(&out, o->output, why) ||
		    !file_finish(&out, write_all(disk, &out), why))
			status = EXIT_INPUT;
		progress_end();
		if (status != EXIT_OK)
			file_error(o->output, "cannot write the disk", why);
	}
	free(disk);
	return status;
}

static int check_image(const char *path, const struct blob *image)
{
	struct opened opened;
	int status = EXIT_OK;
	uint32_t i;

	if (!opened_init(&opened, image))
		status = EXIT_INPUT;
	for (i = 0; i < opened.problem_count; i++)
		file_error(path, opened.problems[i], NULL);
	opened_free(&opened);
	return status;
}

static int load_loader(const struct options *o, const struct blob *image, struct blob *out)
{
	char why[FILE_WHY];
	struct pe_image pe;
	enum pe_err err;

	if (!o->loader) {
		*out = *image;
		return EXIT_OK;
	}
	if (!file_read(o->loader, LOADER_MAX, out, why))
		return file_error(o->loader, "cannot read the boot loader", why);
	err = pe_open(&pe, out->data, out->size, PE_LAYOUT_FILE);
	return err ? file_error(o->loader, "this is no EFI application", pe_strerror(err))
		   : EXIT_OK;
}

static int disk_of(const struct options *o, const struct blob *image)
{
	struct blob loader = {.size = 0};
	char *name = image_name(o->file);
	struct piece pieces[2];
	int status;

	if (!fat_name_ok(name))
		status = file_error(o->file,
				    "FAT does not take this file name; rename it to at most 126 "
				    "ASCII characters, none of \"*/:<>?\\|",
				    NULL);
	else
		status = check_image(o->file, image);
	if (status == EXIT_OK)
		status = load_loader(o, image, &loader);
	if (status == EXIT_OK) {
		pieces[0] = piece_of(image);
		pieces[1] = piece_of(&loader);
		status = write_disk(o, &pieces[0], &pieces[1], name);
	}
	if (o->loader)
		blob_free(&loader);
	free(name);
	return status;
}

static int cmd_disk(const struct options *o)
{
	struct file_stamp stamp;
	struct blob image;
	char why[FILE_WHY];
	int status;

	if (keep_input(o->output, o->file) != EXIT_OK ||
	    (o->loader && keep_input(o->output, o->loader) != EXIT_OK))
		return EXIT_INPUT;
	if (!file_map(o->file, IMAGE_MAX, &image, &stamp, why))
		return file_error(o->file, "cannot read the image", why);
	status = disk_of(o, &image);
	blob_free(&image);
	return status;
}

const struct command command_disk = {
	.name = "disk",
	.files = "IMAGE.efi",
	.allowed = " -o --loader --size ",
	.needed = "-o",
	.run = cmd_disk,
	.help = "usage: mkimage disk IMAGE.efi -o DISK.img [--loader LOADER.efi] [--size SIZE]\n"
		"\n"
		"Makes the image of a disk that boots: a GPT with an EFI system partition that has\n"
		"IMAGE.efi as EFI/BOOT/BOOTX64.EFI, which firmware starts by itself, and in\n"
		"EFI/Linux, where boot managers look. For virtual machines, and for 'dd' to a USB\n"
		"stick. Free space is left out of the file (sparse).\n"
		"\n"
		"  -o DISK.img           the file to write\n"
		"  --loader LOADER.efi   a boot manager such as systemd-boot for BOOTX64.EFI;\n"
		"                        the image is then in EFI/Linux alone\n"
		"  --size SIZE           of the disk, from 66M to 32G; default: as needed, and\n"
		"                        half as much free\n",
};
