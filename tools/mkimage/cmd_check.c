// SPDX-License-Identifier: BSD-2-Clause
#include "commands.h"

#include "file.h"
#include "load.h"
#include "opened.h"
#include "predict.h"
#include "rtcfg.h"

#include <stdlib.h>
#include <string.h>

static int print_prediction(const struct options *o, const struct prediction *p)
{
	if (o->json)
		predict_json(p, stdout);
	else
		predict_print(p, stdout);
	return p->starts ? EXIT_OK : EXIT_UNFIT;
}

static int check_on(const struct options *o, const struct predict_input *input)
{
	struct prediction *p = mem_alloc(sizeof(*p));
	struct diag *diag = mem_alloc(sizeof(*diag));
	struct blob dump = {.size = 0};
	int status = EXIT_INPUT;
	char why[FILE_WHY];
	bool ok;

	diag_init(diag, o->hw);
	if (!file_read(o->hw, HW_MAX_SIZE, &dump, why)) {
		file_error(o->hw, "cannot read the hardware dump", why);
	} else {
		ok = predict(p, input, &dump, diag);
		diag_print(diag, stderr);
		status = ok ? print_prediction(o, p) : EXIT_INPUT;
		predict_free(p);
	}
	blob_free(&dump);
	diag_free(diag);
	free(diag);
	free(p);
	return status;
}

/* Make the policy as `build` does, and read it as the stub does. */
static int check_policy(const struct options *o, const struct system *system,
			const struct blob *stub)
{
	struct predict_input input = {.stub = stub,
				      .kernel = system->payloads.kernel.data,
				      .kernel_size = system->payloads.kernel.size};
	int status = EXIT_INPUT;
	struct rtcells rtcells;
	struct config config;
	struct blob policy;
	struct why why;

	rtcells_pack(&system->sysfile, &system->payloads, &rtcells);
	rtcfg_pack(&system->sysfile, &system->payloads, &rtcells, &policy);
	input.config = &config;
	if (config_open(&config, policy.data, policy.size, &why))
		status = check_on(o, &input);
	else
		file_error(o->file, "its policy is not sound", why.text);
	blob_free(&policy);
	return status;
}

static int check_system(const struct options *o, const struct system *system)
{
	struct blob stub = {.size = 0};
	char *path;
	int status;

	if (!o->json)
		system_report(system, stdout);
	if (!o->hw)
		return EXIT_OK;
	status = load_stub(o, &stub, &path);
	if (status == EXIT_OK)
		status = check_policy(o, system, &stub);
	blob_free(&stub);
	free(path);
	return status;
}

static int check_opened(const struct options *o, const struct blob *image,
			const struct opened *opened)
{
	struct pe_span kernel = {.size = 0};
	struct predict_input input = {.config = &opened->config, .stub = image};
	uint32_t i;

	for (i = 0; i < opened->problem_count; i++)
		file_error(o->file, opened->problems[i], NULL);
	if (opened->problem_count || pe_section(&opened->pe, ".linux", &kernel) != PE_OK)
		return EXIT_INPUT;
	input.kernel = kernel.data;
	input.kernel_size = opened->config.head->linux_size;
	return check_on(o, &input);
}

static int check_image(const struct options *o)
{
	struct opened *opened = mem_alloc(sizeof(*opened));
	struct file_stamp stamp;
	int status = EXIT_INPUT;
	char why[FILE_WHY];
	struct blob image;

	if (!file_map(o->file, IMAGE_MAX, &image, &stamp, why)) {
		file_error(o->file, "cannot read the image", why);
	} else {
		opened_init(opened, &image);
		status = check_opened(o, &image, opened);
		opened_free(opened);
		blob_free(&image);
	}
	free(opened);
	return status;
}

/* An EFI application begins with these two letters, no system file does. */
static bool is_image(const char *path)
{
	FILE *file = fopen(path, "rb");
	char magic[2] = "";
	bool is;

	if (!file)
		return false;
	is = fread(magic, 1, sizeof(magic), file) == sizeof(magic) && memcmp(magic, "MZ", 2) == 0;
	fclose(file);
	return is;
}

static int cmd_check(const struct options *o)
{
	if (!o->hw && (o->json || o->stub))
		return usage("check", "this option needs --hw:", o->json ? "--json" : "--stub");
	if (!o->hw || !is_image(o->file))
		return load_system(o, "check", check_system);
	if (o->set_count || o->release || o->stub)
		return usage("check", "an image is checked as it is, without",
			     o->stub      ? "--stub"
			     : o->release ? "--release"
					  : "--set");
	return check_image(o);
}

const struct command command_check = {
	.name = "check",
	.files = "FILE.yaml",
	.allowed = " --hw --json --stub --set --release ",
	.run = cmd_check,
	.help = "usage: mkimage check FILE.yaml [--set KEY=VALUE]... [--release]\n"
		"       mkimage check FILE.yaml|IMAGE.efi --hw DUMP [--json] [--stub STUB.efi] ...\n"
		"\n"
		"Reads what build would read and says who gets what, or all that is wrong. Writes\n"
		"nothing. --set and --release are those of build.\n"
		"\n"
		"  --hw DUMP         a machine, recorded by an image or by tools/bulkhead-hwdump:\n"
		"                    says which CPUs, devices and memory each cell will get there,\n"
		"                    or the sentence with which it will not start (exit status 3)\n"
		"  --json            the same as one JSON object\n"
		"  --stub STUB.efi   with a system file: the stub that build would take\n",
};
