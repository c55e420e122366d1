/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of one command. */
#ifndef MKIMAGE_OPTIONS_H
#define MKIMAGE_OPTIONS_H

#include <stdbool.h>

/* Exit status, as docs/mkimage.1 promises it. */
#define EXIT_OK    0
#define EXIT_INPUT 1 /* something is wrong with a file */
#define EXIT_USAGE 2 /* something is wrong with the command line */
#define EXIT_UNFIT 3 /* check --hw: the machine of the dump cannot run it */

#define MAX_SETS   16

struct options {
	const char *file; /* the system file or the image */
	const char *part; /* extract: section or cell */
	const char *output;
	const char *stub;
	const char *key;
	const char *cert;
	const char *loader;
	const char *size;
	const char *hw; /* a hardware dump */
	const char *sets[MAX_SETS];
	int set_count;
	bool json;
	bool release;
	bool help;
};

struct command {
	const char *name;
	const char *files;   /* names of the operands that are needed: "IMAGE PART" */
	const char *allowed; /* options, each with a space before and behind: " -o --stub " */
	const char *needed;  /* the option that must be there, or a null pointer */
	const char *help;
	int (*run)(const struct options *o);
};

/**
 * options_parse - read argv[2..]. Options and operands may come in any order; "--" ends the
 * options; "--key=FILE" is the same as "--key FILE".
 * Return: EXIT_OK, or EXIT_USAGE after a message. With --help anything may be missing.
 */
int options_parse(int argc, char **argv, const struct command *command, struct options *o);

/* usage - say what is wrong with the command line. Return: EXIT_USAGE. */
int usage(const char *command, const char *text, const char *what);

#endif
