// SPDX-License-Identifier: BSD-2-Clause
#include "commands.h"

#include "file.h"
#include "inspect.h"
#include "opened.h"

#include <stdio.h>
#include <string.h>

static int cmd_inspect(const struct options *o)
{
	struct file_stamp stamp;
	char why[FILE_WHY];
	struct blob image;
	bool ok;

	if (!file_map(o->file, IMAGE_MAX, &image, &stamp, why))
		return file_error(o->file, "cannot read the image", why);
	ok = inspect(o->file, &image, o->json, stdout, stderr);
	blob_free(&image);
	return ok ? EXIT_OK : EXIT_INPUT;
}

static int extract_from(const struct options *o, const struct opened *opened)
{
	const char *what = o->part;
	struct piece piece;
	const char *problem;
	char why[FILE_WHY];

	if (!opened->is_image)
		return file_error(o->file, opened->problems[0], NULL);
	if (keep_input(o->output, o->file) != EXIT_OK)
		return EXIT_INPUT;
	if (!opened_part(opened, what, &piece, &problem)) {
		snprintf(why, sizeof(why), "cannot take %.64s from it", what);
		return file_error(o->file, why, problem);
	}
	if (!file_write(o->output, &piece, why))
		return file_error(o->output, "cannot write the file", why);
	return EXIT_OK;
}

static int cmd_extract(const struct options *o)
{
	struct file_stamp stamp;
	struct opened opened;
	char why[FILE_WHY];
	struct blob image;
	uint32_t i;
	int status;

	if (!file_map(o->file, IMAGE_MAX, &image, &stamp, why))
		return file_error(o->file, "cannot read the image", why);
	opened_init(&opened, &image);
	status = extract_from(o, &opened);
	/* What was wanted may be whole although something else is not: write it, and tell. */
	for (i = 0; status == EXIT_OK && i < opened.problem_count; i++)
		file_error(o->file, opened.problems[i], NULL);
	if (opened.problem_count)
		status = EXIT_INPUT;
	opened_free(&opened);
	blob_free(&image);
	return status;
}

const struct command command_inspect = {
	.name = "inspect",
	.files = "IMAGE.efi",
	.allowed = " --json ",
	.run = cmd_inspect,
	.help = "usage: mkimage inspect IMAGE.efi [--json]\n"
		"\n"
		"Shows the sections and the policy of an image and tests its checksums.\n"
		"\n"
		"  --json   the same, and the problems, as one JSON object\n",
};

const struct command command_extract = {
	.name = "extract",
	.files = "IMAGE.efi SECTION|@N|CELL",
	.allowed = " -o ",
	.needed = "-o",
	.run = cmd_extract,
	.help = "usage: mkimage extract IMAGE.efi SECTION|@N|CELL -o FILE\n"
		"\n"
		"Writes one part of an image to a file: a section, whose name begins with a dot\n"
		"(.linux, .initrd, .cmdline), the section of profile number N (@0, @1), or the\n"
		"program of a cell.\n"
		"\n"
		"  -o FILE   the file to write\n",
};
