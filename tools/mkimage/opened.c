// SPDX-License-Identifier: BSD-2-Clause
#include "opened.h"

#include "profile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROFILE_NAME_MAX 5u /* "@" and more digits than there can be sections */

static void problem(struct opened *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void problem(struct opened *o, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (o->problem_count == OPENED_MAX_PROBLEMS)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	o->problems[o->problem_count++] = mem_text(text, strlen(text));
}

static struct piece span_piece(const struct opened *o, const struct pe_span *span)
{
	return (struct piece){.data = span->data, .size = span->size, .mapped = o->mapped};
}

/* Compare a payload section with what the policy says about it. Size 0 means: no section. */
static void check_payload(struct opened *o, const char *section, uint32_t size, uint32_t crc)
{
	struct pe_span span = {.size = 0};
	enum pe_err err = pe_section(&o->pe, section, &span);
	struct piece piece;

	if (err == PE_ERR_NOT_FOUND && size == 0)
		return;
	piece = span_piece(o, &span);
	if (err)
		problem(o, "%s: %s", section, pe_strerror(err));
	else if (span.size != size)
		problem(o, "%s has %" PRIu64 " bytes, but the policy says %u", section, span.size,
			size);
	else if (piece_crc32(0, &piece) != crc)
		problem(o, "%s has a wrong checksum; the image is damaged, build it again",
			section);
}

static void check_headers(struct opened *o)
{
	struct pe_section s;

	if (pe_check_wx(&o->pe, &s))
		problem(o, "section %s is both writable and executable", s.name);
	if (!(o->pe.dll_flags & PE_DLL_NX_COMPAT))
		problem(o, "the image is not marked NX compatible");
}

static void check_payloads(struct opened *o)
{
	const struct bh_config *h = o->config.head;

	check_payload(o, BH_SECTION_CELLS, h->cells_size, h->cells_crc32);
	check_payload(o, ".linux", h->linux_size, h->linux_crc32);
	check_payload(o, ".initrd", h->initrd_size, h->initrd_crc32);
	check_payload(o, ".ucode", h->ucode_size, h->ucode_crc32);
	check_payload(o, ".cmdline", h->cmdline_size, h->cmdline_crc32);
}

/* The stub refuses to start such a profile. */
static void check_profiles(struct opened *o)
{
	struct profile p;
	const char *other;
	uint32_t i;

	for (i = 0; profile_at(&o->pe, i, &p); i++) {
		other = profile_overrides(&o->pe, i);
		if (p.kind == PROFILE_COUNT)
			problem(o, "profile @%u is called '%s', which is not known", i, p.id);
		if (other)
			problem(o, "profile @%u has a section %s of its own", i, other);
	}
}

static void open_policy(struct opened *o)
{
	struct pe_span span;
	enum pe_err err = pe_section(&o->pe, BH_SECTION_CONFIG, &span);
	struct why why;

	if (err) {
		problem(o, "%s: %s", BH_SECTION_CONFIG, pe_strerror(err));
		return;
	}
	o->policy = mem_alloc(span.size);
	memcpy(o->policy, span.data, span.size);
	o->has_policy = config_open(&o->config, o->policy, span.size, &why);
	if (o->has_policy)
		check_payloads(o);
	else
		problem(o, "%s", why.text);
}

bool opened_init(struct opened *o, const struct blob *image)
{
	enum pe_err err;

	memset(o, 0, sizeof(*o));
	o->mapped = image->mapped;
	err = pe_open(&o->pe, image->data, image->size, PE_LAYOUT_FILE);
	if (err) {
		problem(o, "this is no EFI application: %s", pe_strerror(err));
		return false;
	}
	o->is_image = true;
	check_headers(o);
	check_profiles(o);
	open_policy(o);
	return o->problem_count == 0;
}

void opened_free(struct opened *o)
{
	while (o->problem_count)
		free(o->problems[--o->problem_count]);
	free(o->policy);
	memset(o, 0, sizeof(*o));
}

/* config_open() has checked that programs lie inside cells_size; the section may be shorter. */
static bool cell_part(const struct opened *o, const struct bh_config_cell *cell, struct piece *out,
		      const char **why)
{
	struct pe_span span;
	enum pe_err err = pe_section(&o->pe, BH_SECTION_CELLS, &span);
	struct piece all;

	if (err || cell->image_offset + cell->image_size > span.size) {
		*why = "section .rtcells, which holds the cells' programs, is damaged";
		return false;
	}
	all = span_piece(o, &span);
	*out = piece_part(&all, cell->image_offset, cell->image_size);
	return true;
}

/* "@N" as in load options. */
static bool profile_part(const struct opened *o, const char *name, struct piece *out,
			 const char **why)
{
	struct pe_span span;
	uint32_t number;
	char *end;

	errno = 0;
	number = (uint32_t)strtoul(name + 1, &end, 10);
	*why = "profiles are called @0, @1 and so on";
	if (name[1] < '0' || name[1] > '9' || *end || errno || strlen(name) > PROFILE_NAME_MAX)
		return false;
	*why = "it has no profile of that number";
	if (!profile_span(&o->pe, number, &span))
		return false;
	*out = span_piece(o, &span);
	return true;
}

bool opened_part(const struct opened *o, const char *name, struct piece *out, const char **why)
{
	struct pe_span span;
	enum pe_err err;
	uint32_t i;

	if (name[0] == '@')
		return profile_part(o, name, out, why);
	*why = "it has several: they are called @0, @1 and so on";
	if (strcmp(name, PROFILE_SECTION) == 0)
		return false;
	if (name[0] == '.') {
		err = pe_section(&o->pe, name, &span);
		*why = pe_strerror(err);
		*out = err ? (struct piece){.size = 0} : span_piece(o, &span);
		return !err;
	}
	*why = "it has no cell of that name; names of sections begin with a dot";
	for (i = 0; o->has_policy && i < o->config.head->cell_count; i++)
		if (strcmp(o->config.cells[i].name, name) == 0)
			return cell_part(o, &o->config.cells[i], out, why);
	return false;
}
