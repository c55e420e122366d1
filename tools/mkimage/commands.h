/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of mkimage, one variable each; main.c lists them. */
#ifndef MKIMAGE_COMMANDS_H
#define MKIMAGE_COMMANDS_H

#include "options.h"

#define IMAGE_MAX (2ull * 1024 * 1024 * 1024) /* bytes; more is not built either */

extern const struct command command_build, command_check, command_inspect, command_extract,
	command_disk, command_sign, command_verify, command_init;

/* file_error - "PATH: error: TEXT: WHY" or, if @why is a null pointer, without it. Return: 1. */
int file_error(const char *path, const char *text, const char *why);

/* keep_input - EXIT_OK, or 1 after a message if writing @output would overwrite @input. */
int keep_input(const char *output, const char *input);

#endif
