/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Would this ELF file run as a native cell (boot: elf64)? System V ABI, "Object Files", and its
 * AMD64 supplement. Pure; hostile input expected.
 */
#ifndef MKIMAGE_ELF_CHECK_H
#define MKIMAGE_ELF_CHECK_H

#include <stddef.h>
#include <stdint.h>

/* Bytes at the end of a cell's RAM that its first page tables take (bulkhead/cell.h, "Entry"). */
#define ELF_CELL_TABLES 0x8000u

#define ELF_MAX_HEADERS 128u /* program headers; keeps the overlap check short */

enum elf_err {
	ELF_OK = 0,
	ELF_ERR_SHORT,
	ELF_ERR_MAGIC,
	ELF_ERR_CLASS,     /* not 64-bit little endian */
	ELF_ERR_MACHINE,   /* a: e_machine */
	ELF_ERR_TYPE,      /* a: e_type */
	ELF_ERR_HEADERS,   /* program headers: none, too many, odd size or outside the file */
	ELF_ERR_INTERP,    /* linked dynamically */
	ELF_ERR_NO_LOAD,   /* nothing to load */
	ELF_ERR_FILE,      /* segment's bytes are outside the file */
	ELF_ERR_SIZES,     /* segment's file size is above its memory size */
	ELF_ERR_ADDRESSES, /* a: p_vaddr, b: p_paddr */
	ELF_ERR_OUTSIDE,   /* a, b: segment; c, d: allowed range */
	ELF_ERR_OVERLAP,   /* a, b: segment; c: the other one's index */
	ELF_ERR_ENTRY,     /* a: entry */
	ELF_ERR_COUNT
};

/* Details of an error. Addresses are guest-physical, ends are exclusive. */
struct elf_note {
	uint32_t segment; /* index in the program header table */
	uint64_t a, b, c, d;
};

/**
 * elf_check - check an ELF file of @size bytes for a cell with RAM at @ram_start, @ram_size.
 * Segments may use [ram_start, ram_start + ram_size - ELF_CELL_TABLES).
 * Return: ELF_OK, else the first error with its details in *@note.
 */
enum elf_err elf_check(const void *data, uint64_t size, uint64_t ram_start, uint64_t ram_size,
		       struct elf_note *note);

/* elf_explain - what is wrong and what to do, as a sentence without full stop. Return: @out. */
const char *elf_explain(enum elf_err err, const struct elf_note *note, char *out, size_t size);

#endif
