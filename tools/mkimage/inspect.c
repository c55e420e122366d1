// SPDX-License-Identifier: BSD-2-Clause
#include "inspect.h"

#include "choice.h"
#include "config.h"
#include "crc32.h"
#include "device.h"
#include "pe.h"
#include "scalar.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct view {
	const char *name;
	struct pe_image pe;
	FILE *out;
	FILE *err;
	bool ok;
};

static void problem(struct view *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void problem(struct view *v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(v->err, "%s: error: ", v->name);
	vfprintf(v->err, fmt, ap);
	fputc('\n', v->err);
	va_end(ap);
	v->ok = false;
}

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
	for (i = 0; pe_section_at(&v->pe, i, &s) == PE_OK; i++) {
		print_text(v->out, s.name, strlen(s.name));
		fprintf(v->out, "%*s0x%08x  0x%08x  0x%08x  %c%c%c\n", (int)(10 - strlen(s.name)),
			"", s.rva, s.virtual_size, s.raw_offset, s.flags & PE_SCN_READ ? 'r' : '-',
			s.flags & PE_SCN_WRITE ? 'w' : '-', s.flags & PE_SCN_EXECUTE ? 'x' : '-');
	}
	if (pe_check_wx(&v->pe, &s))
		problem(v, "section %s is both writable and executable", s.name);
	if (!(v->pe.dll_flags & PE_DLL_NX_COMPAT))
		problem(v, "the image is not marked NX compatible");
}

/* Compare a payload section with what the policy says about it. Size 0 means: no section. */
static void check_payload(struct view *v, const char *section, uint32_t size, uint32_t crc)
{
	struct pe_span span = {.size = 0};
	enum pe_err err = pe_section(&v->pe, section, &span);

	if (err == PE_ERR_NOT_FOUND && size == 0)
		return;
	if (err)
		problem(v, "%s: %s", section, pe_strerror(err));
	else if (span.size != size)
		problem(v, "%s has %" PRIu64 " bytes, but the policy says %u", section, span.size,
			size);
	else if (crc32(0, span.data, span.size) != crc)
		problem(v, "%s has a wrong checksum; the image is damaged, build it again",
			section);
}

static void print_field(struct view *v, const char *title, const char *section)
{
	struct pe_span span;

	if (pe_section(&v->pe, section, &span) != PE_OK)
		return;
	fprintf(v->out, "%s: ", title);
	print_text(v->out, span.data, span.size);
	fputc('\n', v->out);
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

static void print_cell(struct view *v, const struct bh_config_cell *c)
{
	char memory[SCALAR_SIZE_TEXT];

	fprintf(v->out,
		"cell %s: boot %s, %u CPU%s, %s at 0x%" PRIx64 ", image of %" PRIu64
		" bytes at 0x%" PRIx64,
		c->name, choice_word(choice_boot, c->boot), c->cpu_count,
		c->cpu_count == 1 ? "" : "s", scalar_size_text(c->memory_size, memory),
		c->memory_gpa, c->image_size, c->image_offset);
	if (c->args[0]) {
		fprintf(v->out, ", args \"");
		print_text(v->out, c->args, strnlen(c->args, sizeof(c->args)));
		fputc('"', v->out);
	}
	print_devices(v, c);
	fputc('\n', v->out);
}

static void print_policy(struct view *v, const struct config *config)
{
	const struct bh_config *h = config->head;
	char memory[SCALAR_SIZE_TEXT];
	uint32_t i;

	fprintf(v->out, "machine: iommu %s, on failure %s, console %s\n",
		choice_word(choice_iommu, h->iommu), choice_word(choice_on_failure, h->on_failure),
		choice_word(choice_console, h->console_port));
	fprintf(v->out, "root: at least %u CPU%s and %s\n", h->root_min_cpus,
		h->root_min_cpus == 1 ? "" : "s", scalar_size_text(h->root_min_memory, memory));
	for (i = 0; i < h->cell_count; i++)
		print_cell(v, &config->cells[i]);
	check_payload(v, BH_SECTION_CELLS, h->cells_size, h->cells_crc32);
	check_payload(v, ".linux", h->linux_size, h->linux_crc32);
	check_payload(v, ".initrd", h->initrd_size, h->initrd_crc32);
	check_payload(v, ".cmdline", h->cmdline_size, h->cmdline_crc32);
}

static void show_policy(struct view *v)
{
	struct config config;
	struct pe_span span;
	enum pe_err err = pe_section(&v->pe, BH_SECTION_CONFIG, &span);
	struct why why;
	void *copy;

	if (err) {
		problem(v, "%s: %s", BH_SECTION_CONFIG, pe_strerror(err));
		return;
	}
	/* A section of a hostile file may begin anywhere; the stub's reader wants alignment. */
	copy = mem_alloc(span.size);
	memcpy(copy, span.data, span.size);
	if (config_open(&config, copy, span.size, &why))
		print_policy(v, &config);
	else
		problem(v, "%s", why.text);
	free(copy);
}

bool inspect(const char *name, const struct blob *image, FILE *out, FILE *err)
{
	struct view v = {.name = name, .out = out, .err = err, .ok = true};
	enum pe_err pe_err = pe_open(&v.pe, image->data, image->size, PE_LAYOUT_FILE);

	if (pe_err) {
		problem(&v, "this is no EFI application: %s", pe_strerror(pe_err));
		return false;
	}
	print_sections(&v);
	print_field(&v, "kernel", ".uname");
	print_field(&v, "command line", ".cmdline");
	show_policy(&v);
	return v.ok;
}
