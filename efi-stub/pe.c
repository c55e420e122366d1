// SPDX-License-Identifier: BSD-2-Clause
#include "pe.h"

/* Offsets of the PE/COFF specification: "MS-DOS Stub", "COFF File Header", "Optional Header". */
#define DOS_MAGIC         0x5a4du /* "MZ" */
#define DOS_LFANEW        0x3cu
#define DOS_SIZE          0x40u
#define PE_SIGNATURE      0x00004550u /* "PE\0\0" */
#define COFF_SIZE         24u         /* the signature included */
#define COFF_MACHINE      4u
#define COFF_SECTIONS     6u
#define COFF_OPT_SIZE     20u
#define COFF_FLAGS        22u
#define MACHINE_AMD64     0x8664u
#define FLAG_EXECUTABLE   0x0002u
#define OPT_MAGIC_PE32P   0x20bu
#define OPT_MIN_SIZE      112u
#define OPT_ENTRY         16u
#define OPT_SECTION_ALIGN 32u
#define OPT_FILE_ALIGN    36u
#define OPT_IMAGE_SIZE    56u
#define OPT_HEADER_SIZE   60u
#define OPT_SUBSYSTEM     68u
#define OPT_DLL_FLAGS     70u
#define OPT_DIRECTORIES   108u
#define MAX_DIRECTORIES   16u
#define SUBSYSTEM_EFI     10u
#define SECTION_SIZE      40u

static uint32_t get16(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) | get16(p + 2) << 16;
}

/* Find the COFF header. Return its offset in *coff. */
static enum pe_err find_coff(const uint8_t *base, uint64_t size, uint64_t *coff)
{
	if (size < DOS_SIZE)
		return PE_ERR_TRUNCATED;
	if (get16(base) != DOS_MAGIC)
		return PE_ERR_DOS_MAGIC;
	*coff = get32(base + DOS_LFANEW);
	/* An offset inside the DOS header would let one byte mean two things. */
	if (*coff < DOS_SIZE || *coff % 4)
		return PE_ERR_SIGNATURE;
	if (*coff + COFF_SIZE > size)
		return PE_ERR_TRUNCATED;
	if (get32(base + *coff) != PE_SIGNATURE)
		return PE_ERR_SIGNATURE;
	return PE_OK;
}

static enum pe_err read_coff(struct pe_image *pe, uint64_t coff)
{
	const uint8_t *p = pe->base + coff;

	if (get16(p + COFF_MACHINE) != MACHINE_AMD64)
		return PE_ERR_MACHINE;
	if (!(get16(p + COFF_FLAGS) & FLAG_EXECUTABLE))
		return PE_ERR_OPTIONAL;
	pe->count = get16(p + COFF_SECTIONS);
	pe->optional_size = get16(p + COFF_OPT_SIZE);
	if (pe->optional_size < OPT_MIN_SIZE)
		return PE_ERR_OPTIONAL;
	if (coff + COFF_SIZE + pe->optional_size > pe->size)
		return PE_ERR_TRUNCATED;
	pe->optional = (uint32_t)(coff + COFF_SIZE);
	pe->table = pe->optional + pe->optional_size;
	return PE_OK;
}

static enum pe_err read_optional(struct pe_image *pe)
{
	const uint8_t *p = pe->base + pe->optional;

	if (get16(p) != OPT_MAGIC_PE32P)
		return PE_ERR_OPTIONAL;
	if (get16(p + OPT_SUBSYSTEM) != SUBSYSTEM_EFI)
		return PE_ERR_SUBSYSTEM;
	pe->entry = get32(p + OPT_ENTRY);
	pe->section_align = get32(p + OPT_SECTION_ALIGN);
	pe->file_align = get32(p + OPT_FILE_ALIGN);
	pe->size_of_image = get32(p + OPT_IMAGE_SIZE);
	pe->size_of_headers = get32(p + OPT_HEADER_SIZE);
	pe->dll_flags = get16(p + OPT_DLL_FLAGS);
	pe->directories = get32(p + OPT_DIRECTORIES);
	if (pe->directories > MAX_DIRECTORIES ||
	    OPT_MIN_SIZE + pe->directories * 8u > pe->optional_size)
		return PE_ERR_OPTIONAL;
	return PE_OK;
}

static enum pe_err check_table(const struct pe_image *pe)
{
	if (pe->count == 0 || pe->count > PE_MAX_SECTIONS)
		return PE_ERR_TABLE;
	if ((uint64_t)pe->table + pe->count * SECTION_SIZE > pe->size_of_headers)
		return PE_ERR_TABLE;
	if (pe->size_of_headers > pe->size || pe->size_of_headers > pe->size_of_image)
		return PE_ERR_TRUNCATED;
	if (pe->layout == PE_LAYOUT_LOADED && pe->size_of_image > pe->size)
		return PE_ERR_TRUNCATED;
	return PE_OK;
}

static enum pe_err check_section(const struct pe_image *pe, const struct pe_section *s)
{
	if ((uint64_t)s->rva + s->virtual_size > pe->size_of_image)
		return PE_ERR_SECTION_BOUNDS;
	if (s->rva < pe->size_of_headers)
		return PE_ERR_SECTION_BOUNDS;
	if (pe->layout == PE_LAYOUT_LOADED || s->raw_size == 0)
		return PE_OK;
	if (s->raw_offset < pe->size_of_headers)
		return PE_ERR_SECTION_BOUNDS;
	if ((uint64_t)s->raw_offset + s->raw_size > pe->size)
		return PE_ERR_SECTION_BOUNDS;
	return PE_OK;
}

static enum pe_err check_sections(const struct pe_image *pe)
{
	uint64_t virtual_end = 0, raw_end = 0;
	struct pe_section s;
	enum pe_err err;
	uint32_t i;

	for (i = 0; i < pe->count; i++) {
		pe_section_at(pe, i, &s);
		err = check_section(pe, &s);
		if (err)
			return err;
		if (s.rva < virtual_end)
			return PE_ERR_SECTION_ORDER;
		virtual_end = (uint64_t)s.rva + s.virtual_size;
		if (pe->layout == PE_LAYOUT_LOADED || s.raw_size == 0)
			continue;
		if (s.raw_offset < raw_end)
			return PE_ERR_SECTION_ORDER;
		raw_end = (uint64_t)s.raw_offset + s.raw_size;
	}
	return PE_OK;
}

enum pe_err pe_open(struct pe_image *pe, const void *base, uint64_t size, enum pe_layout layout)
{
	uint64_t coff = 0;
	enum pe_err err;

	pe->base = base;
	pe->size = size;
	pe->layout = layout;
	err = find_coff(pe->base, size, &coff);
	if (!err)
		err = read_coff(pe, coff);
	if (!err)
		err = read_optional(pe);
	if (!err)
		err = check_table(pe);
	if (!err)
		err = check_sections(pe);
	return err;
}

enum pe_err pe_section_at(const struct pe_image *pe, uint32_t index, struct pe_section *out)
{
	const uint8_t *p;
	uint32_t i;

	if (index >= pe->count)
		return PE_ERR_NOT_FOUND;
	p = pe->base + pe->table + (uint64_t)index * SECTION_SIZE;
	for (i = 0; i < PE_NAME_SIZE - 1; i++)
		out->name[i] = (char)p[i];
	out->name[PE_NAME_SIZE - 1] = '\0';
	out->virtual_size = get32(p + 8);
	out->rva = get32(p + 12);
	out->raw_size = get32(p + 16);
	out->raw_offset = get32(p + 20);
	out->flags = get32(p + 36);
	return PE_OK;
}

void pe_span_of(const struct pe_image *pe, const struct pe_section *section, struct pe_span *out)
{
	uint32_t offset = section->rva;

	out->size = section->virtual_size;
	if (out->size > section->raw_size)
		out->size = section->raw_size;
	if (pe->layout == PE_LAYOUT_FILE)
		offset = section->raw_offset;
	/* An empty section may have any offset, even one outside: do not form such a pointer. */
	out->data = out->size ? pe->base + offset : pe->base;
	out->flags = section->flags;
}

static int same_name(const char *a, const char *b)
{
	uint32_t i;

	for (i = 0; i < PE_NAME_SIZE; i++) {
		if (a[i] != b[i])
			return 0;
		if (a[i] == '\0')
			return 1;
	}
	return 0; /* b is longer than a section name can be */
}

enum pe_err pe_section(const struct pe_image *pe, const char *name, struct pe_span *out)
{
	enum pe_err err = PE_ERR_NOT_FOUND;
	struct pe_section s;
	uint32_t i;

	for (i = 0; i < pe->count; i++) {
		pe_section_at(pe, i, &s);
		if (same_name(s.name, ".profile"))
			break;
		if (!same_name(s.name, name))
			continue;
		if (err == PE_OK)
			return PE_ERR_DUPLICATE;
		pe_span_of(pe, &s, out);
		err = PE_OK;
	}
	return err;
}

enum pe_err pe_check_wx(const struct pe_image *pe, struct pe_section *out)
{
	struct pe_section s;
	uint32_t i;

	for (i = 0; i < pe->count; i++) {
		pe_section_at(pe, i, &s);
		if (!(s.flags & PE_SCN_WRITE) || !(s.flags & PE_SCN_EXECUTE))
			continue;
		if (out)
			*out = s;
		return PE_ERR_WX;
	}
	return PE_OK;
}

const char *pe_strerror(enum pe_err err)
{
	static const char *const text[PE_ERR_COUNT] = {
		[PE_OK] = "it is sound",
		[PE_ERR_TRUNCATED] = "it ends before its headers say so",
		[PE_ERR_DOS_MAGIC] = "it does not begin with MZ",
		[PE_ERR_SIGNATURE] = "it has no PE signature",
		[PE_ERR_MACHINE] = "it is not for x86-64",
		[PE_ERR_OPTIONAL] = "its optional header is not a valid PE32+ header",
		[PE_ERR_SUBSYSTEM] = "it is not an EFI application",
		[PE_ERR_TABLE] = "its section table is empty, too long or outside the headers",
		[PE_ERR_SECTION_BOUNDS] = "a section reaches outside the image",
		[PE_ERR_SECTION_ORDER] = "its sections overlap or are out of order",
		[PE_ERR_WX] = "a section is both writable and executable",
		[PE_ERR_NOT_FOUND] = "it has no section of that name",
		[PE_ERR_DUPLICATE] = "it has more than one section of that name",
	};

	if ((uint32_t)err >= PE_ERR_COUNT)
		return "an unknown error";
	return text[err];
}
