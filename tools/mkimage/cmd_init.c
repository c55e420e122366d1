// SPDX-License-Identifier: BSD-2-Clause
#include "commands.h"

#include "file.h"
#include "init.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static int cmd_init(const struct options *o)
{
	struct utsname machine;
	struct piece piece;
	char why[FILE_WHY];
	int status = EXIT_OK;
	size_t size = 0;
	char *text = NULL;
	FILE *out;

	if (o->output && access(o->output, F_OK) == 0)
		return file_error(o->output, "this file exists; remove it or choose another name",
				  NULL);
	if (uname(&machine) != 0)
		machine.release[0] = '\0';
	out = open_memstream(&text, &size);
	if (!out)
		return file_error("mkimage", "out of memory", NULL);
	init_write("", machine.release, out);
	fclose(out);
	piece = (struct piece){.data = text, .size = size};
	if (!o->output)
		fwrite(text, 1, size, stdout);
	else if (!file_write(o->output, &piece, why))
		status = file_error(o->output, "cannot write the file", why);
	free(text);
	return status;
}

const struct command command_init = {
	.name = "init",
	.files = "",
	.allowed = " -o ",
	.run = cmd_init,
	.help = "usage: mkimage init [-o FILE.yaml]\n"
		"\n"
		"Writes a commented system file for the first start on this machine: the Linux that\n"
		"runs now as the root cell, and an RT cell to fill in. Nothing is overwritten.\n"
		"\n"
		"  -o FILE.yaml   the file to write; default: standard output\n",
};
