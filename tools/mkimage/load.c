// SPDX-License-Identifier: BSD-2-Clause
#include "load.h"

#include "commands.h"
#include "file.h"
#include "term.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STUB_MAX (64ull * 1024 * 1024) /* bytes */

int file_error(const char *path, const char *text, const char *why)
{
	fprintf(stderr, "%s: %s: %s%s%s\n", path, term_word(stderr, "error"), text, why ? ": " : "",
		why ? why : "");
	return EXIT_INPUT;
}

int keep_input(const char *output, const char *input)
{
	if (!file_same(output, input))
		return EXIT_OK;
	return file_error(output,
			  "this is an input, which would be lost; choose another name for the "
			  "output",
			  NULL);
}

/* The stub that was built together with this program. */
static char *default_stub(void)
{
	char self[4096], *folder, *stub;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return mem_text(STUB_NAME, strlen(STUB_NAME));
	self[n] = '\0';
	folder = file_folder(self);
	stub = file_relative(folder, STUB_NAME);
	free(folder);
	return stub;
}

int load_stub(const struct options *o, struct blob *stub, char **path)
{
	char why[FILE_WHY];

	*path = o->stub ? mem_text(o->stub, strlen(o->stub)) : default_stub();
	if (file_read(*path, STUB_MAX, stub, why))
		return EXIT_OK;
	return file_error(*path, "cannot read the stub", why);
}

/* A slip in --set is one of the command line, although it shows only when the file is read. */
static int check_sets(const struct options *o, const char *command)
{
	struct sysfile scratch = {.iommu = 0};
	char why[SYSFILE_WHY];
	int i;

	for (i = 0; i < o->set_count; i++)
		if (!sysfile_set(&scratch, o->sets[i], why))
			return usage(command, why, NULL);
	return EXIT_OK;
}

static int load_and(const struct options *o,
		    int (*then)(const struct options *o, const struct system *system))
{
	struct system_wish wish = {o->sets, o->set_count, o->release};
	struct system *system = mem_alloc(sizeof(*system));
	struct diag *diag = mem_alloc(sizeof(*diag));
	int status = EXIT_INPUT;
	bool ok;

	diag_init(diag, o->file);
	ok = system_load(system, o->file, &wish, diag);
	diag_print(diag, stderr);
	if (ok)
		status = then(o, system);
	diag_free(diag);
	system_free(system);
	free(diag);
	free(system);
	return status;
}

int load_system(const struct options *o, const char *command,
		int (*then)(const struct options *o, const struct system *system))
{
	if (check_sets(o, command) != EXIT_OK)
		return EXIT_USAGE;
	return load_and(o, then);
}
