// SPDX-License-Identifier: BSD-2-Clause
#include "commands.h"

#include "file.h"
#include "image.h"
#include "load.h"
#include "progress.h"

#include <stdlib.h>

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
	struct blob stub = {.size = 0};
	char *path;
	int status = load_stub(o, &stub, &path);

	if (status == EXIT_OK)
		status = keep_inputs(o, path, &system->payloads);
	if (status == EXIT_OK)
		status = write_image(o->output, &stub, path, system);
	blob_free(&stub);
	free(path);
	return status;
}

static int cmd_build(const struct options *o)
{
	return load_system(o, "build", build_loaded);
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
