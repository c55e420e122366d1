// SPDX-License-Identifier: BSD-2-Clause
#include "cleanup.h"
#include "commands.h"
#include "version.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
	"usage: mkimage COMMAND [OPTION]... [FILE]\n"
	"       mkimage COMMAND --help\n"
	"       mkimage --help | --version\n"
	"\n"
	"init     writes a system file for this machine, to begin with\n"
	"check    reads a system file and all that it names, and says who gets what,\n"
	"         with --hw on one certain machine\n"
	"build    packs a system file and all that it names into one EFI application\n"
	"inspect  shows the sections and the policy of an image and tests its checksums\n"
	"extract  writes a section or a cell's program of an image to a file\n"
	"disk     makes a disk image that boots\n"
	"sign     signs an image for Secure Boot\n"
	"verify   tests the signature of an image\n"
	"\n"
	"Exit status: 0 all is well, 1 an input is wrong, 2 the command line is wrong,\n"
	"3 check --hw: that machine cannot run it.\n";

static const struct command *const commands[] = {
	&command_build, &command_check, &command_inspect, &command_extract,
	&command_disk,  &command_sign,  &command_verify,  &command_init,
};

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(name, commands[i]->name) == 0)
			return commands[i];
	return NULL;
}

static int print(const char *text)
{
	fputs(text, stdout);
	return EXIT_OK;
}

static int run(int argc, char **argv)
{
	const struct command *command;
	struct options o = {.set_count = 0};

	if (argc < 2)
		return usage(NULL, "no command is given", NULL);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return print(help);
	if (strcmp(argv[1], "--version") == 0)
		return print("mkimage " MKIMAGE_VERSION "\n");
	command = find_command(argv[1]);
	if (!command)
		return usage(NULL, "unknown command", argv[1]);
	if (options_parse(argc, argv, command, &o) != EXIT_OK)
		return EXIT_USAGE;
	return o.help ? print(command->help) : command->run(&o);
}

int main(int argc, char **argv)
{
	int status;

	cleanup_install();
	status = run(argc, argv);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fputs("mkimage: error: standard output cannot be written\n", stderr);
	return EXIT_INPUT;
}
