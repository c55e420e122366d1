// SPDX-License-Identifier: BSD-2-Clause
#include "system.h"

#include "choice.h"
#include "cpus.h"
#include "device.h"
#include "extras.h"
#include "file.h"
#include "policy_check.h"
#include "scalar.h"
#include "yaml.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool apply_sets(struct sysfile *sysfile, const struct system_wish *wish, struct diag *diag)
{
	char why[SYSFILE_WHY];
	int i;

	for (i = 0; i < wish->set_count; i++)
		if (!sysfile_set(sysfile, wish->sets[i], why))
			diag_error(diag, (struct pos){0, 0}, "%s", why);
	return diag_ok(diag);
}

bool system_load(struct system *system, const char *path, const struct system_wish *wish,
		 struct diag *diag)
{
	char why[FILE_WHY], *folder;
	struct blob text;
	bool ok;

	memset(system, 0, sizeof(*system));
	if (!file_read(path, YAML_MAX_SIZE, &text, why)) {
		diag_error(diag, (struct pos){0, 0}, "cannot read the system file: %s", why);
		return false;
	}
	folder = file_folder(path);
	ok = sysfile_parse(&system->sysfile, (const char *)text.data, text.size, diag) &&
	     apply_sets(&system->sysfile, wish, diag);
	/* One run shows all errors: what the text got right is looked at in any case. */
	if (system->sysfile.read)
		payloads_load(&system->payloads, &system->sysfile, folder, diag);
	if (ok)
		policy_check(&system->sysfile, wish->release, diag);
	free(folder);
	blob_free(&text);
	return diag_ok(diag);
}

void system_free(struct system *system)
{
	sysfile_free(&system->sysfile);
	payloads_free(&system->payloads);
}

static void report_cpus(const struct sysfile_cell *cell, FILE *out)
{
	char list[CPUS_TEXT];

	if (cpus_text(cell->cpu_mask, list)[0])
		fprintf(out, "CPU%s %s", cell->cpus == 1 ? "" : "s", list);
	else
		fprintf(out, "%u CPU%s", cell->cpus, cell->cpus == 1 ? "" : "s");
}

static void report_cell(const struct sysfile_cell *cell, const struct blob *image, FILE *out)
{
	const struct extras extras = {.ports = cell->ports,
				      .port_count = cell->port_count,
				      .irqs = cell->irqs,
				      .irq_count = cell->irq_count,
				      .links = cell->links,
				      .link_count = cell->link_count,
				      .flags = cell->flags};
	char memory[SCALAR_SIZE_TEXT], device[DEVICE_TEXT];
	uint32_t i;

	fprintf(out, "cell %s: boot %s, ", cell->name, choice_word(choice_boot, cell->boot));
	report_cpus(cell, out);
	if (cell->flags & BH_CELL_WHOLE_CORES)
		fprintf(out, " on whole cores");
	fprintf(out, ", %s at 0x%" PRIx64 ", image of %" PRIu64 " bytes",
		scalar_size_text(cell->memory, memory), cell->address, image->size);
	if (cell->args[0])
		fprintf(out, ", args \"%s\"", cell->args);
	for (i = 0; i < cell->device_count; i++)
		fprintf(out, "%s%s", i ? " " : ", devices ",
			device_text(&cell->devices[i], device));
	extras_print(out, &extras);
	fputc('\n', out);
}

void system_report(const struct system *system, FILE *out)
{
	const struct sysfile *sysfile = &system->sysfile;
	char memory[SCALAR_SIZE_TEXT];
	uint32_t i;

	fprintf(out, "machine: iommu %s, on failure %s, console %s",
		choice_word(choice_iommu, sysfile->iommu),
		choice_word(choice_on_failure, sysfile->on_failure),
		choice_word(choice_console, sysfile->console_port));
	if (sysfile->fingerprint)
		fprintf(out, ", fingerprint hw-%016" PRIx64, sysfile->fingerprint);
	fputc('\n', out);
	fprintf(out, "root: Linux %s, kernel of %" PRIu64 " bytes, initrd of %" PRIu64 " bytes, ",
		system->payloads.kernel_info.release, system->payloads.kernel.size,
		system->payloads.initrd.size);
	if (system->payloads.microcode.size)
		fprintf(out, "microcode of %" PRIu64 " bytes, ", system->payloads.microcode.size);
	fprintf(out, "at least %u CPU%s and %s\n", sysfile->root.min_cpus,
		sysfile->root.min_cpus == 1 ? "" : "s",
		scalar_size_text(sysfile->root.min_memory, memory));
	for (i = 0; i < sysfile->cell_count; i++)
		report_cell(&sysfile->cells[i], &system->payloads.cells[i], out);
}
