/* SPDX-License-Identifier: BSD-2-Clause */
/* Loader of a static 64-bit ELF program into a cell's RAM (ELF-64 object file format). Pure. */
#ifndef STUB_ELF_H
#define STUB_ELF_H

#include "why.h"

struct elf_target {
	u8 *ram;   /* size bytes, zeroed; the RAM of the cell as the loader sees it */
	u64 gpa;   /* guest-physical address of ram[0] */
	u64 size;  /* bytes that segments may use */
	u64 entry; /* out: guest-physical entry point, inside an executable segment */
};

/**
 * elf_load - check a program and copy its PT_LOAD segments to their p_paddr.
 * @name: of the cell, for the sentence.
 * Segments may not overlap the end of @target; memory beyond p_filesz stays zero.
 * Return: false and the sentence. The RAM may then hold part of the program.
 */
bool elf_load(struct elf_target *target, const void *image, u64 size, const char *name,
	      struct why *why);

#endif
