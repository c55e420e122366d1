// SPDX-License-Identifier: BSD-2-Clause
#include "file.h"
#include "image.h"
#include "inspect.h"
#include "system.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_OK    0
#define EXIT_INPUT 1 /* something is wrong with a file */
#define EXIT_USAGE 2 /* something is wrong with the command line */

#define STUB_NAME  "bulkhead.efi"
#define STUB_MAX   (64ull * 1024 * 1024)       /* bytes */
#define IMAGE_MAX  (2ull * 1024 * 1024 * 1024) /* bytes; more is not built either */
#define MAX_SETS   16

static const char help[] =
	"usage: mkimage build FILE.yaml -o IMAGE.efi [--stub STUB.efi] [--set KEY=VALUE]...\n"
	"       mkimage check FILE.yaml\n"
	"       mkimage inspect IMAGE.efi\n"
	"       mkimage --help | --version\n"
	"\n"
	"build    packs a system file and all that it names into one EFI application\n"
	"check    reads the same files and says who gets what, but writes nothing\n"
	"inspect  shows the sections and the policy of an image and tests its checksums\n"
	"\n"
	"  -o IMAGE.efi      the image to write\n"
	"  --stub STUB.efi   the unsigned EFI stub; default: " STUB_NAME " beside mkimage\n"
	"  --set KEY=VALUE   overrides iommu, on_failure or console of the system file\n"
	"\n"
	"Exit status: 0 all is well, 1 an input is wrong, 2 the command line is wrong.\n";

struct options {
	const char *file;
	const char *output;
	const char *stub;
	const char *sets[MAX_SETS];
	int set_count;
};

static int usage(const char *text, const char *what)
{
	fprintf(stderr, "mkimage: error: %s%s%s; see mkimage --help\n", text, what ? " " : "",
		what ? what : "");
	return EXIT_USAGE;
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

static int file_error(const char *path, const char *text, const char *why)
{
	fprintf(stderr, "%s: error: %s: %s\n", path, text, why);
	return EXIT_INPUT;
}

static int write_image(const struct options *o, const struct system *system, const char *stub_path)
{
	struct blob stub, image = {0};
	char why[FILE_WHY];
	int status = EXIT_OK;

	if (!file_read(stub_path, STUB_MAX, &stub, why))
		return file_error(stub_path, "cannot read the stub", why);
	if (!image_build(&stub, &system->sysfile, &system->payloads, &image, why))
		status = file_error(stub_path, "no image can be made of this stub", why);
	else if (!file_write(o->output, &image, why))
		status = file_error(o->output, "cannot write the image", why);
	blob_free(&image);
	blob_free(&stub);
	return status;
}

static int build_loaded(const struct options *o, struct system *system)
{
	char why[SYSFILE_WHY], *stub;
	int i, status;

	for (i = 0; i < o->set_count; i++) {
		if (!sysfile_set(&system->sysfile, o->sets[i], why))
			return usage(why, NULL);
	}
	stub = o->stub ? mem_text(o->stub, strlen(o->stub)) : default_stub();
	status = write_image(o, system, stub);
	free(stub);
	return status;
}

static int load_and(const struct options *o,
		    int (*then)(const struct options *o, struct system *system))
{
	struct system *system = mem_alloc(sizeof(*system));
	struct diag *diag = mem_alloc(sizeof(*diag));
	int status = EXIT_INPUT;

	diag_init(diag, o->file);
	if (system_load(system, o->file, diag))
		status = then(o, system);
	diag_print(diag, stderr);
	diag_free(diag);
	system_free(system);
	free(diag);
	free(system);
	return status;
}

static int report(const struct options *o, struct system *system)
{
	(void)o;
	system_report(system, stdout);
	return EXIT_OK;
}

static int cmd_build(const struct options *o)
{
	if (!o->output)
		return usage("build needs -o IMAGE.efi", NULL);
	return load_and(o, build_loaded);
}

static int cmd_check(const struct options *o)
{
	if (o->output || o->stub || o->set_count)
		return usage("check takes no options", NULL);
	return load_and(o, report);
}

static int cmd_inspect(const struct options *o)
{
	struct blob image;
	char why[FILE_WHY];
	bool ok;

	if (o->output || o->stub || o->set_count)
		return usage("inspect takes no options", NULL);
	if (!file_read(o->file, IMAGE_MAX, &image, why))
		return file_error(o->file, "cannot read the image", why);
	ok = inspect(o->file, &image, stdout, stderr);
	blob_free(&image);
	return ok ? EXIT_OK : EXIT_INPUT;
}

/* Where the value of an option goes, or a null pointer if there is no such option. */
static const char **option_target(struct options *o, const char *option)
{
	if (strcmp(option, "-o") == 0)
		return &o->output;
	if (strcmp(option, "--stub") == 0)
		return &o->stub;
	if (strcmp(option, "--set") == 0 && o->set_count < MAX_SETS)
		return &o->sets[o->set_count++];
	return NULL;
}

static int parse_options(int argc, char **argv, struct options *o)
{
	const char **target;
	int i;

	for (i = 2; i < argc; i++) {
		if (argv[i][0] != '-') {
			if (o->file)
				return usage("there is one file too many:", argv[i]);
			o->file = argv[i];
			continue;
		}
		target = option_target(o, argv[i]);
		if (!target)
			return usage("unknown option, or too many of it:", argv[i]);
		if (*target)
			return usage("this option stands here twice:", argv[i]);
		if (i + 1 == argc)
			return usage("this option has no value:", argv[i]);
		*target = argv[++i];
	}
	return o->file ? EXIT_OK : usage("no file is given", NULL);
}

static const struct {
	const char *name;
	int (*run)(const struct options *o);
} commands[] = {
	{"build",   cmd_build  },
	{"check",   cmd_check  },
	{"inspect", cmd_inspect},
};

static int run(int argc, char **argv)
{
	struct options o = {0};
	size_t i;

	if (argc < 2)
		return usage("no command is given", NULL);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		fputs(help, stdout);
		return EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("mkimage " MKIMAGE_VERSION);
		return EXIT_OK;
	}
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		if (parse_options(argc, argv, &o) != EXIT_OK)
			return EXIT_USAGE;
		return commands[i].run(&o);
	}
	return usage("unknown command", argv[1]);
}

int main(int argc, char **argv)
{
	int status = run(argc, argv);

	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fputs("mkimage: error: standard output cannot be written\n", stderr);
	return EXIT_INPUT;
}
