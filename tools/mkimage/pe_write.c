// SPDX-License-Identifier: BSD-2-Clause
#include "pe_write.h"

#include "le.h"
#include "pe.h"
#include "profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Offsets of the PE/COFF specification, from the optional header unless the name says COFF. */
#define COFF_FROM_OPTIONAL   24u /* the COFF header, signature included, ends at the optional one */
#define COFF_SECTIONS        6u
#define COFF_TIME            8u
#define COFF_SYMBOLS         12u
#define COFF_SYMBOL_COUNT    16u
#define COFF_FLAGS           22u
#define FLAG_RELOCS_STRIPPED 0x0001u
#define OPT_CODE_SIZE        4u
#define OPT_INIT_SIZE        8u
#define OPT_UNINIT_SIZE      12u
#define OPT_FILE_ALIGN       36u
#define OPT_IMAGE_SIZE       56u
#define OPT_HEADER_SIZE      60u
#define OPT_CHECKSUM         64u
#define OPT_DLL_FLAGS        70u
#define OPT_DIRECTORIES      112u
#define DIR_SECURITY         4u
#define DIR_BASERELOC        5u
#define DIR_DEBUG            6u
#define SECTION_SIZE         40u
#define SCN_UNINIT_DATA      0x00000080u

#define SECTION_ALIGN        4096u
#define FILE_ALIGN           512u
#define IMAGE_MAX            0x7fffffffull /* signed 32-bit arithmetic is common among PE tools */

/* One section of the new image. */
struct placed {
	struct pe_section header;
	struct piece own; /* a section of the stub: its only piece */
	const struct piece *pieces;
	size_t count;
	uint64_t size; /* bytes to copy; the rest up to raw_size is zero */
};

struct layout {
	struct placed sections[PE_MAX_SECTIONS];
	uint32_t count;
	uint64_t header_size;
	uint64_t file_end;
	uint64_t memory_end;
};

static uint64_t align_up(uint64_t value, uint64_t align)
{
	return (value + align - 1) / align * align;
}

static bool fail(char *why, const char *text)
{
	snprintf(why, PE_WRITE_WHY, "%s", text);
	return false;
}

static const uint8_t *directory(const struct pe_image *pe, uint32_t index)
{
	static const uint8_t none[8];

	if (index >= pe->directories)
		return none;
	return pe->base + pe->optional + OPT_DIRECTORIES + index * 8u;
}

static bool entry_is_code(const struct pe_image *pe)
{
	struct pe_section s;
	uint32_t i;

	for (i = 0; pe_section_at(pe, i, &s) == PE_OK; i++) {
		if (s.flags & PE_SCN_EXECUTE && pe->entry >= s.rva &&
		    pe->entry - s.rva < s.virtual_size)
			return true;
	}
	return false;
}

/* Whatever is added behind a profile would belong to it alone. */
static bool has_profile(const struct pe_image *pe)
{
	struct pe_span span;

	return profile_span(pe, 0, &span);
}

static bool check_stub_sections(const struct pe_image *pe, char *why)
{
	struct pe_section s;
	uint32_t i;

	for (i = 0; pe_section_at(pe, i, &s) == PE_OK; i++) {
		if (s.rva % SECTION_ALIGN)
			return fail(why, "its sections are not page-aligned in memory");
		/* "/4" points into the COFF string table: only debug sections have such names. */
		if (s.name[0] == '/')
			return fail(why, "it has debug sections; strip it");
	}
	if (has_profile(pe))
		return fail(why, "it already has a section .profile; give the plain stub, not a "
				 "finished image");
	if (pe_check_wx(pe, &s)) {
		snprintf(why, PE_WRITE_WHY, "its section %s is both writable and executable",
			 s.name);
		return false;
	}
	return true;
}

static bool check_stub(const struct pe_image *pe, char *why)
{
	const uint8_t *coff = pe->base + pe->optional - COFF_FROM_OPTIONAL;

	if (pe->section_align != SECTION_ALIGN)
		return fail(why, "its SectionAlignment is not 4096");
	if (le32(directory(pe, DIR_SECURITY) + 4))
		return fail(why,
			    "it is signed, and the signature would be wrong for the image; give "
			    "the unsigned stub and sign the image");
	if (le16(coff + COFF_FLAGS) & FLAG_RELOCS_STRIPPED ||
	    le32(directory(pe, DIR_BASERELOC) + 4) == 0)
		return fail(why, "it has no relocations, so firmware cannot place it");
	if (!entry_is_code(pe))
		return fail(why, "its entry point is not in an executable section");
	return check_stub_sections(pe, why);
}

/* Give a section its place in the file. */
static struct placed *place(struct layout *l, const struct pe_section *header, uint64_t size)
{
	struct placed *p = &l->sections[l->count++];

	p->header = *header;
	p->size = size;
	p->header.raw_size = (uint32_t)align_up(size, FILE_ALIGN);
	p->header.raw_offset = size ? (uint32_t)l->file_end : 0;
	l->file_end += p->header.raw_size;
	l->memory_end = align_up((uint64_t)header->rva + header->virtual_size, SECTION_ALIGN);
	return p;
}

static void place_stub(struct layout *l, const struct pe_image *pe)
{
	struct pe_section s;
	struct placed *p;
	uint32_t i;

	for (i = 0; pe_section_at(pe, i, &s) == PE_OK; i++) {
		p = place(l, &s, s.raw_size);
		p->own = (struct piece){.data = pe->base + s.raw_offset, .size = s.raw_size};
		p->pieces = &p->own;
		p->count = 1;
	}
}

static bool place_additions(struct layout *l, const struct pe_image *pe,
			    const struct pe_addition *add, size_t count, char *why)
{
	struct pe_section s;
	struct pe_span span;
	struct placed *p;
	size_t i;

	for (i = 0; i < count; i++) {
		if (pe_section(pe, add[i].name, &span) != PE_ERR_NOT_FOUND) {
			snprintf(why, PE_WRITE_WHY,
				 "it already has a section %s; give the plain "
				 "stub, not a finished image",
				 add[i].name);
			return false;
		}
		if (add[i].size > IMAGE_MAX || l->file_end + add[i].size > IMAGE_MAX ||
		    l->memory_end + add[i].size > IMAGE_MAX)
			return fail(why,
				    "the image would be larger than 2 GiB; use smaller payloads");
		memset(&s, 0, sizeof(s));
		snprintf(s.name, sizeof(s.name), "%s", add[i].name);
		s.rva = (uint32_t)l->memory_end;
		s.virtual_size = (uint32_t)add[i].size;
		s.flags = add[i].flags;
		p = place(l, &s, add[i].size);
		p->pieces = add[i].pieces;
		p->count = add[i].count;
	}
	return true;
}

static bool make_layout(struct layout *l, const struct pe_image *pe, const struct pe_addition *add,
			size_t count, char *why)
{
	struct pe_section first;

	memset(l, 0, sizeof(*l));
	if (count > PE_MAX_SECTIONS - pe->count)
		return fail(why, "it has too many sections");
	pe_section_at(pe, 0, &first);
	l->header_size = align_up(pe->table + (pe->count + count) * SECTION_SIZE, FILE_ALIGN);
	if (l->header_size > first.rva)
		return fail(why,
			    "its headers have no room for more sections; link its first section "
			    "at a higher address");
	l->file_end = l->header_size;
	place_stub(l, pe);
	return place_additions(l, pe, add, count, why);
}

/* PE/COFF specification: sizes are sums over all sections of a kind. */
static uint32_t sum_sizes(const struct layout *l, uint32_t flag)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < l->count; i++) {
		const struct pe_section *s = &l->sections[i].header;

		if (s->flags & flag)
			sum += flag == SCN_UNINIT_DATA ? s->virtual_size : s->raw_size;
	}
	return (uint32_t)sum;
}

static void write_headers(uint8_t *out, const struct layout *l, const struct pe_image *pe)
{
	uint8_t *coff = out + pe->optional - COFF_FROM_OPTIONAL, *opt = out + pe->optional;

	memcpy(out, pe->base, pe->table);
	put_le16(coff + COFF_SECTIONS, l->count);
	put_le32(coff + COFF_TIME, 0);
	put_le32(coff + COFF_SYMBOLS, 0);
	put_le32(coff + COFF_SYMBOL_COUNT, 0);
	put_le32(opt + OPT_CODE_SIZE, sum_sizes(l, PE_SCN_CODE));
	put_le32(opt + OPT_INIT_SIZE, sum_sizes(l, PE_SCN_INIT_DATA));
	put_le32(opt + OPT_UNINIT_SIZE, sum_sizes(l, SCN_UNINIT_DATA));
	put_le32(opt + OPT_FILE_ALIGN, FILE_ALIGN);
	put_le32(opt + OPT_IMAGE_SIZE, (uint32_t)l->memory_end);
	put_le32(opt + OPT_HEADER_SIZE, (uint32_t)l->header_size);
	put_le32(opt + OPT_CHECKSUM, 0); /* only drivers of Windows need one */
	put_le16(opt + OPT_DLL_FLAGS, pe->dll_flags | PE_DLL_NX_COMPAT);
	if (pe->directories > DIR_DEBUG)
		memset(opt + OPT_DIRECTORIES + DIR_DEBUG * 8u, 0, 8);
}

static void write_row(uint8_t *out, uint32_t table, uint32_t index, const struct pe_section *s)
{
	uint8_t *row = out + table + (uint64_t)index * SECTION_SIZE;

	memcpy(row, s->name, PE_NAME_SIZE - 1);
	put_le32(row + 8, s->virtual_size);
	put_le32(row + 12, s->rva);
	put_le32(row + 16, s->raw_size);
	put_le32(row + 20, s->raw_offset);
	put_le32(row + 36, s->flags);
}

static bool write_image(const struct layout *l, const struct pe_image *pe, struct sink *out)
{
	uint8_t *head = mem_alloc(l->header_size);
	bool ok;
	size_t k;
	uint32_t i;

	write_headers(head, l, pe);
	for (i = 0; i < l->count; i++)
		write_row(head, pe->table, i, &l->sections[i].header);
	ok = sink_put(out, head, l->header_size);
	free(head);
	for (i = 0; ok && i < l->count; i++) {
		const struct placed *p = &l->sections[i];

		for (k = 0; ok && k < p->count; k++)
			ok = sink_piece(out, &p->pieces[k]);
		ok = ok && sink_zeros(out, p->header.raw_size - p->size);
	}
	return ok;
}

bool pe_append(const struct blob *stub, const struct pe_addition *add, size_t count,
	       struct sink *out, char *why)
{
	struct pe_image pe;
	enum pe_err err = pe_open(&pe, stub->data, stub->size, PE_LAYOUT_FILE);
	struct layout *l;
	bool ok;

	if (err)
		return fail(why, pe_strerror(err));
	if (!check_stub(&pe, why))
		return false;
	l = mem_alloc(sizeof(*l));
	ok = make_layout(l, &pe, add, count, why);
	if (ok && !write_image(l, &pe, out)) {
		why[0] = '\0';
		ok = false;
	}
	free(l);
	return ok;
}
