// SPDX-License-Identifier: BSD-2-Clause
#include "options.h"

#include "term.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define OPTION_MAX 32 /* longer than every option's name */

int usage(const char *command, const char *text, const char *what)
{
	fprintf(stderr, "mkimage: %s: %s%s%s; see mkimage %s%s--help\n", term_word(stderr, "error"),
		text, what ? " " : "", what ? what : "", command ? command : "",
		command ? " " : "");
	return EXIT_USAGE;
}

static bool *flag_target(struct options *o, const char *option)
{
	if (strcmp(option, "--json") == 0)
		return &o->json;
	if (strcmp(option, "--release") == 0)
		return &o->release;
	if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0)
		return &o->help;
	return NULL;
}

/* Where the value of an option goes, or a null pointer if there is no such option. */
static const char **value_target(struct options *o, const char *option)
{
	const struct {
		const char *name;
		const char **target;
	} all[] = {
		{"-o",       &o->output},
                {"--output", &o->output},
                {"--stub",   &o->stub  },
		{"--key",    &o->key   },
                {"--cert",   &o->cert  },
                {"--loader", &o->loader},
		{"--size",   &o->size  },
                {"--hw",     &o->hw    },
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(option, all[i].name) == 0)
			return all[i].target;
	if (strcmp(option, "--set") == 0 && o->set_count < MAX_SETS)
		return &o->sets[o->set_count++];
	return NULL;
}

static bool is_allowed(const struct command *command, const char *option)
{
	char word[OPTION_MAX + 3];

	if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0)
		return true;
	if (strcmp(option, "--output") == 0)
		option = "-o";
	snprintf(word, sizeof(word), " %s ", option);
	return strstr(command->allowed, word) != NULL;
}

/* Split "--key=FILE"; the name goes to @name. Return: the value, or a null pointer. */
static const char *split(const char *argument, char *name)
{
	const char *equals = strncmp(argument, "--", 2) == 0 ? strchr(argument, '=') : NULL;
	size_t length = equals ? (size_t)(equals - argument) : strlen(argument);

	snprintf(name, OPTION_MAX, "%.*s", length < OPTION_MAX ? (int)length : OPTION_MAX - 1,
		 argument);
	return equals ? equals + 1 : NULL;
}

/* Take the option at argv[*i], with its value. */
static int take_option(int argc, char **argv, int *i, const struct command *command,
		       struct options *o)
{
	char name[OPTION_MAX];
	const char *value = split(argv[*i], name), **target;
	bool *flag = flag_target(o, name);

	if (!is_allowed(command, name))
		return usage(command->name, "unknown option:", argv[*i]);
	if (flag && value)
		return usage(command->name, "this option takes no value:", argv[*i]);
	if (flag) {
		*flag = true;
		return EXIT_OK;
	}
	target = value_target(o, name);
	if (!target)
		return usage(command->name, "too many of this option:", name);
	if (*target)
		return usage(command->name, "this option stands here twice:", name);
	if (!value && *i + 1 == argc)
		return usage(command->name, "this option has no value:", name);
	*target = value ? value : argv[++*i];
	return EXIT_OK;
}

static int take_operand(const char *text, const struct command *command, struct options *o)
{
	if (!o->file && command->files[0])
		o->file = text;
	else if (!o->part && strchr(command->files, ' '))
		o->part = text;
	else
		return usage(command->name, "there is one operand too many:", text);
	return EXIT_OK;
}

static int check_complete(const struct command *command, struct options *o)
{
	char first[OPTION_MAX];
	const char **needed;

	if (command->files[0] && !o->file) {
		snprintf(first, sizeof(first), "%.*s", (int)strcspn(command->files, " "),
			 command->files);
		return usage(command->name, "no file is given:", first);
	}
	if (strchr(command->files, ' ') && !o->part)
		return usage(command->name, "no name of a section or cell is given", NULL);
	needed = command->needed ? value_target(o, command->needed) : NULL;
	if (needed && !*needed)
		return usage(command->name, "an option is missing:", command->needed);
	return EXIT_OK;
}

int options_parse(int argc, char **argv, const struct command *command, struct options *o)
{
	int i, status = EXIT_OK;
	bool ended = false;

	for (i = 2; i < argc && status == EXIT_OK; i++) {
		if (!ended && strcmp(argv[i], "--") == 0)
			ended = true;
		else if (!ended && argv[i][0] == '-' && argv[i][1])
			status = take_option(argc, argv, &i, command, o);
		else
			status = take_operand(argv[i], command, o);
	}
	if (status != EXIT_OK || o->help)
		return status;
	return check_complete(command, o);
}
