/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reader of the section table of a PE32+ EFI application (PE/COFF specification, "PE File
 * Headers"). One source for three users: the EFI stub reads its own sections from the image that
 * the firmware loaded, mkimage reads the stub and finished images from files, host tests and the
 * fuzzer feed it hostile input. Pure: no libc, no EFI, no state outside struct pe_image.
 */
#ifndef BULKHEAD_PE_H
#define BULKHEAD_PE_H

#include <stdint.h>

#define PE_NAME_SIZE 9u /* the 8 bytes of a section name and a NUL */

/* PE/COFF specification, "Section Flags". */
#define PE_SCN_CODE      0x00000020u
#define PE_SCN_INIT_DATA 0x00000040u
#define PE_SCN_DISCARD   0x02000000u
#define PE_SCN_EXECUTE   0x20000000u
#define PE_SCN_READ      0x40000000u
#define PE_SCN_WRITE     0x80000000u

/* PE/COFF specification, "DLL Characteristics". */
#define PE_DLL_NX_COMPAT 0x0100u

/* Where the bytes of a section are, counted from the base that pe_open() is given. */
enum pe_layout {
	PE_LAYOUT_LOADED, /* at VirtualAddress: LoadedImage->ImageBase */
	PE_LAYOUT_FILE,   /* at PointerToRawData: a file read into a buffer */
};

enum pe_err {
	PE_OK = 0,
	PE_ERR_TRUNCATED,      /* the buffer ends inside the headers */
	PE_ERR_DOS_MAGIC,      /* no "MZ" */
	PE_ERR_SIGNATURE,      /* no "PE\0\0", or its offset is wild */
	PE_ERR_MACHINE,        /* not x86-64 */
	PE_ERR_OPTIONAL,       /* not PE32+, or its header sizes disagree */
	PE_ERR_SUBSYSTEM,      /* not an EFI application */
	PE_ERR_TABLE,          /* section table empty, too long or outside the headers */
	PE_ERR_SECTION_BOUNDS, /* a section reaches outside the image or the file */
	PE_ERR_SECTION_ORDER,  /* sections overlap, or are not in ascending order */
	PE_ERR_WX,             /* a section is both writable and executable */
	PE_ERR_NOT_FOUND,      /* no section of that name */
	PE_ERR_DUPLICATE,      /* more than one section of that name */
	PE_ERR_COUNT
};

/* An opened image. Fields are for reading only; all sizes are bytes. */
struct pe_image {
	const uint8_t *base;
	uint64_t size;
	enum pe_layout layout;
	uint32_t table;    /* offset of the section table */
	uint32_t count;    /* sections in it, 1..PE_MAX_SECTIONS */
	uint32_t optional; /* offset of the optional header */
	uint32_t optional_size;
	uint32_t directories; /* NumberOfRvaAndSizes, 0..16 */
	uint32_t entry;       /* RVA */
	uint32_t section_align;
	uint32_t file_align;
	uint32_t size_of_image;
	uint32_t size_of_headers;
	uint32_t dll_flags; /* PE_DLL_x */
};

#define PE_MAX_SECTIONS 96u /* what the Windows loader accepts; keeps every walk short */

struct pe_section {
	char name[PE_NAME_SIZE];
	uint32_t rva;
	uint32_t virtual_size;
	uint32_t raw_offset;
	uint32_t raw_size;
	uint32_t flags; /* PE_SCN_x */
};

/* The bytes of a section: min(VirtualSize, SizeOfRawData), so that both layouts agree. */
struct pe_span {
	const uint8_t *data;
	uint64_t size;
	uint32_t flags; /* PE_SCN_x */
};

/**
 * pe_open - check the headers and every section of an image.
 * @base: the image; need not be aligned.
 * @size: readable bytes at @base. For PE_LAYOUT_LOADED this is LoadedImage->ImageSize.
 *
 * After PE_OK every section lies inside the image, behind the headers, in ascending order and
 * without overlap, so that spans can be read without further checks for as long as @base is not
 * changed. Writable and executable sections are not refused here: see pe_check_wx().
 *
 * Return: PE_OK, or the first of PE_ERR_TRUNCATED .. PE_ERR_SECTION_ORDER that applies; then *@pe
 * must not be used.
 */
enum pe_err pe_open(struct pe_image *pe, const void *base, uint64_t size, enum pe_layout layout);

/**
 * pe_section_at - section number @index, counted from 0.
 * Return: PE_OK; PE_ERR_NOT_FOUND if @index is not below pe->count.
 */
enum pe_err pe_section_at(const struct pe_image *pe, uint32_t index, struct pe_section *out);

/* pe_span_of - the bytes of a section that pe_section_at() returned. */
void pe_span_of(const struct pe_image *pe, const struct pe_section *section, struct pe_span *out);

/**
 * pe_section - the bytes of the section called @name (at most 8 characters).
 * Only sections before the first ".profile" count (UAPI.5: those behind it belong to profiles).
 * Return: PE_OK; PE_ERR_NOT_FOUND; PE_ERR_DUPLICATE if the name is there twice, because then
 * nobody could say which of the two a signer or another reader looked at.
 */
enum pe_err pe_section(const struct pe_image *pe, const char *name, struct pe_span *out);

/**
 * pe_check_wx - refuse images with a section that is writable and executable.
 * @out: where to put the first such section; may be a null pointer.
 * Return: PE_OK or PE_ERR_WX.
 */
enum pe_err pe_check_wx(const struct pe_image *pe, struct pe_section *out);

/* pe_strerror - what went wrong, as a sentence part without full stop: "it has no PE signature". */
const char *pe_strerror(enum pe_err err);

#endif
