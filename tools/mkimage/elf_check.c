// SPDX-License-Identifier: BSD-2-Clause
#include "elf_check.h"

#include "le.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* System V ABI, "ELF Header" and "Program Header", 64-bit. */
#define EHDR_SIZE      64u
#define E_CLASS        4u
#define E_DATA         5u
#define E_VERSION      6u
#define E_TYPE         16u
#define E_MACHINE      18u
#define E_ENTRY        24u
#define E_PHOFF        32u
#define E_PHENTSIZE    54u
#define E_PHNUM        56u
#define MAGIC_ELF      0x464c457fu /* "\x7f" "ELF" */
#define CLASS_64       2u
#define DATA_LSB       1u
#define VERSION_1      1u
#define MACHINE_X86_64 62u
#define TYPE_EXEC      2u
#define PHDR_SIZE      56u
#define PT_LOAD        1u
#define PT_DYNAMIC     2u
#define PT_INTERP      3u
#define PF_X           1u

struct segment {
	uint32_t type;
	uint32_t flags;
	uint64_t offset;
	uint64_t vaddr;
	uint64_t paddr;
	uint64_t file_size;
	uint64_t memory_size;
};

struct elf {
	const uint8_t *data;
	uint64_t size;
	uint64_t headers; /* offset */
	uint32_t count;
	uint64_t start, end; /* where segments may lie */
	struct elf_note *note;
};

static struct segment get_segment(const struct elf *elf, uint32_t index)
{
	const uint8_t *p = elf->data + elf->headers + (uint64_t)index * PHDR_SIZE;

	return (struct segment){
		.type = le32(p),
		.flags = le32(p + 4),
		.offset = le64(p + 8),
		.vaddr = le64(p + 16),
		.paddr = le64(p + 24),
		.file_size = le64(p + 32),
		.memory_size = le64(p + 40),
	};
}

static enum elf_err check_header(struct elf *elf)
{
	const uint8_t *p = elf->data;

	if (elf->size < EHDR_SIZE)
		return ELF_ERR_SHORT;
	if (le32(p) != MAGIC_ELF)
		return ELF_ERR_MAGIC;
	if (p[E_CLASS] != CLASS_64 || p[E_DATA] != DATA_LSB || p[E_VERSION] != VERSION_1)
		return ELF_ERR_CLASS;
	elf->note->a = le16(p + E_MACHINE);
	if (elf->note->a != MACHINE_X86_64)
		return ELF_ERR_MACHINE;
	elf->note->a = le16(p + E_TYPE);
	if (elf->note->a != TYPE_EXEC)
		return ELF_ERR_TYPE;
	elf->headers = le64(p + E_PHOFF);
	elf->count = le16(p + E_PHNUM);
	if (elf->count == 0 || elf->count > ELF_MAX_HEADERS || le16(p + E_PHENTSIZE) != PHDR_SIZE)
		return ELF_ERR_HEADERS;
	if (elf->headers > elf->size || (uint64_t)elf->count * PHDR_SIZE > elf->size - elf->headers)
		return ELF_ERR_HEADERS;
	return ELF_OK;
}

/* Empty segments load nothing, wherever they claim to be. */
static bool is_loaded(const struct segment *s)
{
	return s->type == PT_LOAD && s->memory_size != 0;
}

static enum elf_err check_segment(const struct elf *elf, const struct segment *s)
{
	struct elf_note *note = elf->note;

	if (s->file_size > elf->size || s->offset > elf->size - s->file_size)
		return ELF_ERR_FILE;
	if (s->file_size > s->memory_size)
		return ELF_ERR_SIZES;
	note->a = s->vaddr;
	note->b = s->paddr;
	if (s->vaddr != s->paddr)
		return ELF_ERR_ADDRESSES;
	note->b = s->vaddr + s->memory_size; /* may wrap, but then only the message shows it */
	note->c = elf->start;
	note->d = elf->end;
	if (s->vaddr < elf->start || s->vaddr > elf->end || s->memory_size > elf->end - s->vaddr)
		return ELF_ERR_OUTSIDE;
	return ELF_OK;
}

/* Both segments lie inside the RAM, so the sums below cannot wrap. */
static enum elf_err check_overlap(const struct elf *elf, uint32_t index)
{
	struct segment s = get_segment(elf, index), other;
	uint32_t i;

	for (i = 0; i < index; i++) {
		other = get_segment(elf, i);
		if (!is_loaded(&other))
			continue;
		if (s.vaddr < other.vaddr + other.memory_size &&
		    other.vaddr < s.vaddr + s.memory_size) {
			elf->note->c = i;
			return ELF_ERR_OVERLAP;
		}
	}
	return ELF_OK;
}

static enum elf_err check_segments(const struct elf *elf)
{
	uint64_t entry = le64(elf->data + E_ENTRY);
	bool loads = false, entry_ok = false;
	enum elf_err err;
	struct segment s;
	uint32_t i;

	for (i = 0; i < elf->count; i++) {
		s = get_segment(elf, i);
		elf->note->segment = i;
		if (s.type == PT_INTERP || s.type == PT_DYNAMIC)
			return ELF_ERR_INTERP;
		if (!is_loaded(&s))
			continue;
		err = check_segment(elf, &s);
		if (!err)
			err = check_overlap(elf, i);
		if (err)
			return err;
		loads = true;
		/* Beyond file_size there are only zeros, which are no entry point. */
		if (s.flags & PF_X && entry >= s.vaddr && entry - s.vaddr < s.file_size)
			entry_ok = true;
	}
	elf->note->a = entry;
	if (!loads)
		return ELF_ERR_NO_LOAD;
	return entry_ok ? ELF_OK : ELF_ERR_ENTRY;
}

enum elf_err elf_check(const void *data, uint64_t size, uint64_t ram_start, uint64_t ram_size,
		       struct elf_note *note)
{
	struct elf elf = {.data = data, .size = size, .start = ram_start, .note = note};
	enum elf_err err;

	memset(note, 0, sizeof(*note));
	/* A RAM that is too small or wraps leaves an empty range: every segment is outside it. */
	elf.end = ram_start;
	if (ram_size > ELF_CELL_TABLES && ram_size <= UINT64_MAX - ram_start)
		elf.end = ram_start + ram_size - ELF_CELL_TABLES;
	err = check_header(&elf);
	return err ? err : check_segments(&elf);
}

/* Errors with numbers in their text; the others are in plain_text(). */
static bool explain_numbers(enum elf_err err, const struct elf_note *n, char *out, size_t size)
{
	switch (err) {
	case ELF_ERR_MACHINE:
		snprintf(out, size, "it is for machine type %" PRIu64 ", not x86-64 (62)", n->a);
		return true;
	case ELF_ERR_TYPE:
		snprintf(out, size,
			 "its type is %" PRIu64 ", not ET_EXEC (2); link it statically at "
			 "a fixed address, with -no-pie",
			 n->a);
		return true;
	case ELF_ERR_FILE:
		snprintf(out, size,
			 "segment %u lies outside the file, which is truncated; copy or "
			 "build it again",
			 n->segment);
		return true;
	case ELF_ERR_SIZES:
		snprintf(out, size,
			 "segment %u has more bytes in the file than in memory; the file "
			 "is damaged, build it again",
			 n->segment);
		return true;
	case ELF_ERR_ADDRESSES:
		snprintf(out, size,
			 "segment %u has the virtual address 0x%" PRIx64 " but the "
			 "physical address 0x%" PRIx64 "; cells run identity-mapped, link both the "
			 "same",
			 n->segment, n->a, n->b);
		return true;
	case ELF_ERR_OUTSIDE:
		snprintf(out, size,
			 "segment %u at 0x%" PRIx64 "..0x%" PRIx64 " lies outside the "
			 "cell's usable memory 0x%" PRIx64 "..0x%" PRIx64 " (the last 32 KiB hold "
			 "page tables); change the link address, 'memory' or 'address'",
			 n->segment, n->a, n->b, n->c, n->d);
		return true;
	case ELF_ERR_OVERLAP:
		snprintf(out, size,
			 "segment %u at 0x%" PRIx64 "..0x%" PRIx64 " overlaps segment %" PRIu64
			 "; correct the linker script",
			 n->segment, n->a, n->b, n->c);
		return true;
	case ELF_ERR_ENTRY:
		snprintf(out, size,
			 "its entry point 0x%" PRIx64 " is not in an executable segment; "
			 "check ENTRY() of the linker script",
			 n->a);
		return true;
	default:
		return false;
	}
}

static const char *plain_text(enum elf_err err)
{
	switch (err) {
	case ELF_OK:
		return "it is a usable cell";
	case ELF_ERR_SHORT:
		return "it is no ELF file: smaller than an ELF header";
	case ELF_ERR_MAGIC:
		return "it is no ELF file: it does not begin with 0x7f 'ELF'";
	case ELF_ERR_CLASS:
		return "it is not a 64-bit little-endian ELF file; build it with -m64";
	case ELF_ERR_HEADERS:
		return "its program headers are missing, too many (more than 128) or outside the "
		       "file";
	case ELF_ERR_INTERP:
		return "it is linked dynamically, and a cell has no linker; link it with -static -no-pie";
	case ELF_ERR_NO_LOAD:
		return "it has no segment to load (PT_LOAD); check the linker script";
	default:
		return "unknown error";
	}
}

const char *elf_explain(enum elf_err err, const struct elf_note *note, char *out, size_t size)
{
	if (!explain_numbers(err, note, out, size))
		snprintf(out, size, "%s", plain_text(err));
	return out;
}
