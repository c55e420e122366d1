/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds a small native cell: an ELF file with a code and a data segment, for tests to damage. */
#ifndef TEST_MAKE_ELF_H
#define TEST_MAKE_ELF_H

#include <stdint.h>
#include <string.h>

#include "le.h"

#define MAKE_ELF_SIZE  0x300u
#define MAKE_ELF_ENTRY 0x200010u

/* Offsets of fields; ELF-64, "ELF Header" and "Program Header". */
#define MAKE_ELF_TYPE     16u
#define MAKE_ELF_MACHINE  18u
#define MAKE_ELF_START    24u
#define MAKE_ELF_PHOFF    32u
#define MAKE_ELF_PHSIZE   54u
#define MAKE_ELF_PHNUM    56u
#define MAKE_ELF_PH(i)    (64u + (i)*56u)
#define MAKE_ELF_P_TYPE   0u
#define MAKE_ELF_P_FLAGS  4u
#define MAKE_ELF_P_OFFSET 8u
#define MAKE_ELF_P_VADDR  16u
#define MAKE_ELF_P_PADDR  24u
#define MAKE_ELF_P_FILESZ 32u
#define MAKE_ELF_P_MEMSZ  40u

static inline void make_elf_put64(uint8_t *p, uint64_t value)
{
	put_le32(p, (uint32_t)value);
	put_le32(p + 4, (uint32_t)(value >> 32));
}

static inline void make_elf_segment(uint8_t *elf, uint32_t index, uint32_t flags, uint64_t offset,
				    uint64_t address, uint64_t file_size, uint64_t memory_size)
{
	uint8_t *p = elf + MAKE_ELF_PH(index);

	put_le32(p + MAKE_ELF_P_TYPE, 1);
	put_le32(p + MAKE_ELF_P_FLAGS, flags);
	make_elf_put64(p + MAKE_ELF_P_OFFSET, offset);
	make_elf_put64(p + MAKE_ELF_P_VADDR, address);
	make_elf_put64(p + MAKE_ELF_P_PADDR, address);
	make_elf_put64(p + MAKE_ELF_P_FILESZ, file_size);
	make_elf_put64(p + MAKE_ELF_P_MEMSZ, memory_size);
}

/* Code at 0x200000..0x200100, data at 0x201000..0x203000. @elf: MAKE_ELF_SIZE zeroed bytes. */
static inline void make_elf(uint8_t *elf)
{
	memcpy(elf, "\177ELF\2\1\1", 7);
	put_le16(elf + MAKE_ELF_TYPE, 2);
	put_le16(elf + MAKE_ELF_MACHINE, 62);
	put_le32(elf + 20, 1);
	make_elf_put64(elf + MAKE_ELF_START, MAKE_ELF_ENTRY);
	make_elf_put64(elf + MAKE_ELF_PHOFF, MAKE_ELF_PH(0));
	put_le16(elf + 52, 64);
	put_le16(elf + MAKE_ELF_PHSIZE, 56);
	put_le16(elf + MAKE_ELF_PHNUM, 2);
	make_elf_segment(elf, 0, 5, 0x100, 0x200000, 0x100, 0x100);
	make_elf_segment(elf, 1, 6, 0x200, 0x201000, 0x100, 0x2000);
}

#endif
