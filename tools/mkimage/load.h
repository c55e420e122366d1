/* SPDX-License-Identifier: BSD-2-Clause */
/* What the commands build and check have in common: reading all that the command line names. */
#ifndef MKIMAGE_LOAD_H
#define MKIMAGE_LOAD_H

#include "options.h"
#include "system.h"

#define STUB_NAME "bulkhead.efi"

/**
 * load_system - read the system file of the command line and all that it names, print what is wrong
 * with it, and call @then if nothing is.
 * Return: what @then returns, or an exit status.
 */
int load_system(const struct options *o, const char *command,
		int (*then)(const struct options *o, const struct system *system));

/**
 * load_stub - read the EFI stub: that of the command line, or the one beside this program.
 * @path: its name, to be freed. Return: EXIT_OK, or another after a message.
 */
int load_stub(const struct options *o, struct blob *stub, char **path);

#endif
