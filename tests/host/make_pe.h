/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds small PE32+ EFI applications for tests, which then damage single fields of them. */
#ifndef TEST_MAKE_PE_H
#define TEST_MAKE_PE_H

#include <stdint.h>
#include <string.h>

#include "le.h"

/* Places in the images made here. PE/COFF specification, as in efi-stub/pe.c. */
#define MAKE_PE_COFF     0x80u /* the PE signature */
#define MAKE_PE_OPTIONAL (MAKE_PE_COFF + 24u)
#define MAKE_PE_DIRS     16u
#define MAKE_PE_TABLE    (MAKE_PE_OPTIONAL + 112u + MAKE_PE_DIRS * 8u)
#define MAKE_PE_HEADERS  0x400u

/* Fields inside the table row of section number i. */
#define MAKE_PE_ROW(i)       (MAKE_PE_TABLE + (i)*40u)
#define MAKE_PE_VIRTUAL_SIZE 8u
#define MAKE_PE_RVA          12u
#define MAKE_PE_RAW_SIZE     16u
#define MAKE_PE_RAW_OFFSET   20u
#define MAKE_PE_FLAGS        36u

struct make_pe_section {
	const char *name;
	uint32_t rva, virtual_size, raw_offset, raw_size, flags;
};

static inline void make_pe_row(uint8_t *image, uint32_t index, const struct make_pe_section *s)
{
	uint8_t *row = image + MAKE_PE_ROW(index);

	memcpy(row, s->name, strlen(s->name) < 8 ? strlen(s->name) : 8);
	put_le32(row + MAKE_PE_VIRTUAL_SIZE, s->virtual_size);
	put_le32(row + MAKE_PE_RVA, s->rva);
	put_le32(row + MAKE_PE_RAW_SIZE, s->raw_size);
	put_le32(row + MAKE_PE_RAW_OFFSET, s->raw_offset);
	put_le32(row + MAKE_PE_FLAGS, s->flags);
}

/* Fill the headers at @image, which must be zeroed and hold at least MAKE_PE_HEADERS bytes. */
static inline void make_pe(uint8_t *image, uint32_t size_of_image, uint32_t entry,
			   const struct make_pe_section *sections, uint32_t count)
{
	uint8_t *coff = image + MAKE_PE_COFF, *opt = image + MAKE_PE_OPTIONAL;

	put_le16(image, 0x5a4d);
	put_le32(image + 0x3c, MAKE_PE_COFF);
	put_le32(coff, 0x00004550);
	put_le16(coff + 4, 0x8664);
	put_le16(coff + 6, count);
	put_le16(coff + 20, 112 + MAKE_PE_DIRS * 8);
	put_le16(coff + 22, 0x0206);
	put_le16(opt, 0x20b);
	put_le32(opt + 16, entry);
	put_le32(opt + 32, 4096);
	put_le32(opt + 36, 512);
	put_le32(opt + 56, size_of_image);
	put_le32(opt + 60, MAKE_PE_HEADERS);
	put_le16(opt + 68, 10);
	put_le32(opt + 108, MAKE_PE_DIRS);
	for (uint32_t i = 0; i < count; i++)
		make_pe_row(image, i, &sections[i]);
}

#endif
