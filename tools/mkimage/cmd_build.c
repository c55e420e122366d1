// SPDX-License-Identifier: BSD-2-Clause
#include "commands.h"

#include "file.h"
#include "image.h"
#include "progress.h"
#include "system.h"
#include "term.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STUB_NAME "bulkhead.efi"
#define STUB_MAX  (64ull * 1024 * 1024) /* bytes */

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

/* Make the image; what is wrong is said once, after the file is gone. */
static int write_image(const char *output, const struct blob *stub, const char *stub_path,
		       const struct system *system)
{
	char why[FILE_WHY] = "", stub_why[PE_WRITE_WHY] = "";
	const char *changed = NULL;
	struct file_out out;
	bool ok;

	if (!file_create(&out, output, why))
		return file_error(output, "cannot write the image", why);
	/* Everything is handled twice: for its checksum, and to be written. */
	progress_start("mkimage: packing", 2 * payloads_size(&system->payloads));
	ok = image_build(stub, &system->sysfile, &system->payloads, &out.sink, stub_why);
	if (ok)
		changed = payloads_changed(&system->payloads);
	ok = file_finish(&out, ok && !changed, why);
	progress_end();
	if (stub_why[0])
		return file_error(stub_path, "no image can be made of this stub", stub_why);
	if (changed)
		return file_error(changed, "the file was changed while it was packed; try again",
				  NULL);
	return ok ? EXIT_OK : file_error(output, "cannot write the image", why);
}

static int keep_inputs(const struct options *o, const char *stub, const struct payloads *p)
{
	uint32_t i;

	if (keep_input(o->output, o->file) != EXIT_OK || keep_input(o->output, stub) != EXIT_OK)
		return EXIT_INPUT;
	for (i = 0; i < p->file_count; i++)
		if (keep_input(o->output, p->files[i].path) != EXIT_OK)
			return EXIT_INPUT;
	return EXIT_OK;
}

static int build_loaded(const struct options *o, const struct system *system)
{
	char *path = o->stub ? mem_text(o->stub, strlen(o->stub)) : default_stub();
	int status = EXIT_INPUT;
	char why[FILE_WHY];
	struct blob stub;

	if (!file_read(path, STUB_MAX, &stub, why))
		file_error(path, "cannot read the stub", why);
	else if (keep_inputs(o, path, &system->payloads) == EXIT_OK)
		status = write_image(o->output, &stub, path, system);
	blob_free(&stub);
	free(path);
	return status;
}

static int report(const struct options *o, const struct system *system)
{
	(void)o;
	system_report(system, stdout);
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

static int cmd_build(const struct options *o)
{
	if (check_sets(o, "build") != EXIT_OK)
		return EXIT_USAGE;
	return load_and(o, build_loaded);
}

static int cmd_check(const struct options *o)
{
	if (check_sets(o, "check") != EXIT_OK)
		return EXIT_USAGE;
	return load_and(o, report);
}

const struct command command_build = {
	.name = "build",
	.files = "FILE.yaml",
	.allowed = " -o --stub --set --release ",
	.needed = "-o",
	.run = cmd_build,
	.help = "usage: mkimage build FILE.yaml -o IMAGE.efi [--stub STUB.efi] [--set KEY=VALUE]...\n"
		"                     [--release]\n"
		"\n"
		"Packs a system file and all that it names into one EFI application.\n"
		"\n"
		"  -o IMAGE.efi      the image to write; it appears only when it is complete\n"
		"  --stub STUB.efi   the unsigned EFI stub; default: " STUB_NAME " beside mkimage\n"
		"  --set KEY=VALUE   overrides iommu, on_failure or console of the system file\n"
		"  --release         refuses what belongs into a lab: 'iommu: off', and words of\n"
		"                    the kernel's command line for debugging\n",
};

const struct command command_check = {
	.name = "check",
	.files = "FILE.yaml",
	.allowed = " --set --release ",
	.run = cmd_check,
	.help = "usage: mkimage check FILE.yaml [--set KEY=VALUE]... [--release]\n"
		"\n"
		"Reads what build would read and says who gets what, or all that is wrong. Writes\n"
		"nothing. The options are those of build.\n",
};
