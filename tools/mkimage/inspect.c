// SPDX-License-Identifier: BSD-2-Clause
#include "inspect.h"

#include "choice.h"
#include "cpus.h"
#include "device.h"
#include "extras.h"
#include "inspect_json.h"
#include "opened.h"
#include "profile.h"
#include "scalar.h"
#include "term.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct view {
	const struct opened *o;
	FILE *out;
};

/* Text of an image goes to a terminal: nothing but printable ASCII may get through. */
static void print_text(FILE *out, const void *text, uint64_t size)
{
	const uint8_t *p = text;
	uint64_t i;

	for (i = 0; i < size; i++) {
		if (p[i] >= 0x20 && p[i] <= 0x7e)
			fputc(p[i], out);
		else
			fprintf(out, "\\x%02x", p[i]);
	}
}

static void print_sections(struct view *v)
{
	struct pe_section s;
	uint32_t i;

	fprintf(v->out, "section   address     size        file        flags\n");
	for (i = 0; pe_section_at(&v->o->pe, i, &s) == PE_OK; i++) {
		print_text(v->out, s.name, strlen(s.name));
		fprintf(v->out, "%*s0x%08x  0x%08x  0x%08x  %c%c%c\n", (int)(10 - strlen(s.name)),
			"", s.rva, s.virtual_size, s.raw_offset, s.flags & PE_SCN_READ ? 'r' : '-',
			s.flags & PE_SCN_WRITE ? 'w' : '-', s.flags & PE_SCN_EXECUTE ? 'x' : '-');
	}
}

static void print_field(struct view *v, const char *title, const char *section)
{
	struct pe_span span;

	if (pe_section(&v->o->pe, section, &span) != PE_OK)
		return;
	fprintf(v->out, "%s: ", title);
	print_text(v->out, span.data, span.size);
	fputc('\n', v->out);
}

static void print_profiles(struct view *v)
{
	struct profile p;
	uint32_t i;

	for (i = 0; profile_at(&v->o->pe, i, &p); i++)
		fprintf(v->out, "profile @%u: %s (%s)\n", i, p.id, p.title);
}

static void print_devices(struct view *v, const struct bh_config_cell *c)
{
	const char *before = ", devices ";
	char text[DEVICE_TEXT];
	uint32_t i;

	for (i = 0; i < BH_MAX_DEVICES; i++) {
		if (c->devices[i].kind == BH_DEVICE_NONE)
			continue;
		fprintf(v->out, "%s%s", before, device_text(&c->devices[i], text));
		before = " ";
	}
}

static void print_cpus(struct view *v, const struct bh_config_cell *c)
{
	char list[CPUS_TEXT];

	if (cpus_text(c->cpu_mask, list)[0])
		fprintf(v->out, "CPU%s %s", c->cpu_count == 1 ? "" : "s", list);
	else
		fprintf(v->out, "%u CPU%s", c->cpu_count, c->cpu_count == 1 ? "" : "s");
}

static void print_cell(struct view *v, const struct bh_config_cell *c)
{
	const struct extras extras = {.ports = c->ports,
				      .port_count = c->port_count,
				      .irqs = c->irqs,
				      .irq_count = c->irq_count,
				      .links = c->links,
				      .link_count = c->link_count,
				      .flags = c->flags};
	char memory[SCALAR_SIZE_TEXT];

	fprintf(v->out, "cell %s: boot %s, ", c->name, choice_word(choice_boot, c->boot));
	print_cpus(v, c);
	if (c->flags & BH_CELL_WHOLE_CORES)
		fprintf(v->out, " on whole cores");
	fprintf(v->out, ", %s at 0x%" PRIx64 ", image of %" PRIu64 " bytes at 0x%" PRIx64,
		scalar_size_text(c->memory_size, memory), c->memory_gpa, c->image_size,
		c->image_offset);
	if (c->args[0]) {
		fprintf(v->out, ", args \"");
		print_text(v->out, c->args, strnlen(c->args, sizeof(c->args)));
		fputc('"', v->out);
	}
	print_devices(v, c);
	extras_print(v->out, &extras);
	fputc('\n', v->out);
}

static void print_policy(struct view *v)
{
	const struct bh_config *h = v->o->config.head;
	char memory[SCALAR_SIZE_TEXT];
	uint32_t i;

	fprintf(v->out, "machine: iommu %s, on failure %s, console %s",
		choice_word(choice_iommu, h->iommu), choice_word(choice_on_failure, h->on_failure),
		choice_word(choice_console, h->console_port));
	if (h->fingerprint)
		fprintf(v->out, ", fingerprint hw-%016" PRIx64, h->fingerprint);
	fputc('\n', v->out);
	fprintf(v->out, "root: at least %u CPU%s and %s\n", h->root_min_cpus,
		h->root_min_cpus == 1 ? "" : "s", scalar_size_text(h->root_min_memory, memory));
	for (i = 0; i < h->cell_count; i++)
		print_cell(v, &v->o->config.cells[i]);
}

static void print(struct view *v)
{
	print_sections(v);
	print_field(v, "kernel", ".uname");
	print_field(v, "command line", ".cmdline");
	print_profiles(v);
	if (v->o->has_policy)
		print_policy(v);
}

bool inspect(const char *name, const struct blob *image, bool json, FILE *out, FILE *err)
{
	struct opened opened;
	struct view v = {.o = &opened, .out = out};
	bool ok = opened_init(&opened, image);
	uint32_t i;

	if (json)
		inspect_json(name, &opened, out);
	else if (opened.is_image)
		print(&v);
	for (i = 0; i < opened.problem_count; i++)
		fprintf(err, "%s: %s: %s\n", name, term_word(err, "error"), opened.problems[i]);
	opened_free(&opened);
	return ok;
}
