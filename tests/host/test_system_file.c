// SPDX-License-Identifier: BSD-2-Clause
/*
 * The corpus of system files, tests/corpus/system-file: NAME.yaml has one defect (or, accept-*,
 * none; with release- in its name: as for a release) and NAME.expect is, to the byte, what mkimage
 * says about it. The files that they name are made here, in a folder of their own.
 */
#include "system.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <dirent.h>

#include "file.h"
#include "make_bzimage.h"
#include "make_elf.h"

#define CORPUS    "tests/corpus/system-file"
#define MAX_CASES 300

static char folder[] = "/tmp/bulkhead-test-XXXXXX";

static void put(const char *name, const void *data, size_t size)
{
	char *path = file_relative(folder, name);
	FILE *file = fopen(path, "wb");

	if (!file || (size && fwrite(data, size, 1, file) != 1) || fclose(file) != 0)
		abort();
	free(path);
}

static void put_kernel(const char *name, uint32_t offset, uint32_t value, size_t size)
{
	uint8_t image[MAKE_BZIMAGE_SIZE] = {0};

	make_bzimage(image);
	if (offset)
		put_le16(image + offset, value);
	put(name, image, size);
}

static void put_cell(const char *name, uint32_t offset, uint32_t value)
{
	uint8_t elf[MAKE_ELF_SIZE] = {0};

	make_elf(elf);
	if (offset)
		put_le16(elf + offset, value);
	put(name, elf, sizeof(elf));
}

static int make_files(void **state)
{
	static const char microcode[] = "070701...kernel/x86/microcode/GenuineIntel.bin";
	char *path;

	(void)state;
	path = file_relative(folder, "folder");
	if (mkdir(path, 0700) != 0)
		return -1;
	free(path);
	put("empty", NULL, 0);
	put("initrd", "0707", 4);
	put("microcode", microcode, sizeof(microcode));
	put("cpio", microcode, 20);
	put("microcode-of-amd", "DMA", 4);
	put_kernel("kernel", 0, 0, MAKE_BZIMAGE_SIZE);
	put_kernel("kernel-short-cmdline", 0x238, 10, MAKE_BZIMAGE_SIZE);
	put_kernel("kernel-2.11", 0x206, 0x020b, MAKE_BZIMAGE_SIZE);
	put_kernel("kernel-32-bit", 0x236, 0, MAKE_BZIMAGE_SIZE);
	put_kernel("kernel-truncated", 0, 0, MAKE_BZIMAGE_SIZE - 16);
	put_cell("cell.elf", 0, 0);
	put_cell("arm.elf", MAKE_ELF_MACHINE, 183);
	put_cell("pie.elf", MAKE_ELF_TYPE, 3);
	put_cell("overlap.elf", MAKE_ELF_PH(0) + MAKE_ELF_P_MEMSZ, 0x1800);
	put_cell("entry.elf", MAKE_ELF_START, 0x1000);
	return 0;
}

static int remove_files(void **state)
{
	struct dirent *entry;
	DIR *dir = opendir(folder);

	(void)state;
	while (dir && (entry = readdir(dir))) {
		char *path = file_relative(folder, entry->d_name);

		if (entry->d_name[0] != '.' && remove(path) != 0)
			perror(path);
		free(path);
	}
	closedir(dir);
	return rmdir(folder);
}

/* What mkimage prints: all errors, or for a good file the report. */
static char *what_mkimage_says(const char *name)
{
	struct system *system = mem_alloc(sizeof(*system));
	struct diag *diag = mem_alloc(sizeof(*diag));
	struct system_wish wish = {.release = strstr(name, "release-") != NULL};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	diag_init(diag, name);
	if (system_load(system, name, &wish, diag))
		system_report(system, out);
	diag_print(diag, out);
	fclose(out);
	diag_free(diag);
	system_free(system);
	free(diag);
	free(system);
	return text;
}

static struct blob read_corpus(const char *name)
{
	char *path = file_relative(CORPUS, name), why[FILE_WHY];
	struct blob blob;

	if (!file_read(path, 2 * 1024 * 1024, &blob, why))
		fail_msg("%s: %s", path, why);
	free(path);
	blob.data = mem_grow(blob.data, blob.size + 1, 1);
	blob.data[blob.size] = '\0';
	return blob;
}

/* Run from the made folder, so that messages hold no path of this machine. */
static void says_what_is_expected(void **state)
{
	const char *stem = *state;
	char yaml[300], expect[300], *said, home[4096];
	struct blob input, wanted;

	snprintf(yaml, sizeof(yaml), "%s.yaml", stem);
	snprintf(expect, sizeof(expect), "%s.expect", stem);
	input = read_corpus(yaml);
	wanted = read_corpus(expect);
	put(yaml, input.data, input.size);
	assert_non_null(getcwd(home, sizeof(home)));
	assert_int_equal(chdir(folder), 0);
	said = what_mkimage_says(yaml);
	assert_int_equal(chdir(home), 0);
	assert_string_equal(said, (const char *)wanted.data);
	assert_int_equal(strncmp(stem, "accept-", 7) == 0, strstr(said, ": error: ") == NULL);
	free(said);
	blob_free(&input);
	blob_free(&wanted);
}

static int is_yaml(const struct dirent *entry)
{
	size_t size = strlen(entry->d_name);

	return size > 5 && strcmp(entry->d_name + size - 5, ".yaml") == 0;
}

int main(void)
{
	static struct CMUnitTest tests[MAX_CASES];
	struct dirent **names;
	int count = scandir(CORPUS, &names, is_yaml, alphasort), i, failed;

	if (count <= 0 || count > MAX_CASES || !mkdtemp(folder)) {
		fprintf(stderr, CORPUS " cannot be read; run this from the top of the tree\n");
		return 1;
	}
	for (i = 0; i < count; i++) {
		char *stem = mem_text(names[i]->d_name, strlen(names[i]->d_name) - 5);

		tests[i] = (struct CMUnitTest){stem, says_what_is_expected, NULL, NULL, stem};
		free(names[i]);
	}
	free(names);
	failed = _cmocka_run_group_tests("system-file", tests, (size_t)count, make_files,
					 remove_files);
	for (i = 0; i < count; i++)
		free(tests[i].initial_state);
	return failed;
}
