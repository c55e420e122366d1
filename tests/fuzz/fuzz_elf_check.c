// SPDX-License-Identifier: BSD-2-Clause
/*
 * What mkimage accepts as a cell, the EFI stub must load, at the same entry point; otherwise an
 * image that built well would refuse to start. Input that begins with "P" patches a sound cell.
 */
#include <stdlib.h>
#include <string.h>

#include "elf.h"
#include "elf_check.h"

#include "../host/make_elf.h"
#include "../host/patch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RAM_START 0x1f0000u
#define RAM_SIZE  0x20000u /* small, because it is cleared for every input */

static void try(const uint8_t *elf, size_t size)
{
	static uint8_t ram[RAM_SIZE];
	struct elf_target target = {
		.ram = ram, .gpa = RAM_START, .size = RAM_SIZE - ELF_CELL_TABLES};
	struct elf_note note;
	struct why why;
	char text[512];
	enum elf_err err = elf_check(elf, size, RAM_START, RAM_SIZE, &note);

	elf_explain(err, &note, text, sizeof(text));
	memset(ram, 0, sizeof(ram));
	if (err == ELF_OK && !elf_load(&target, elf, size, "fuzz", &why))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t elf[MAKE_ELF_SIZE] = {0};

	if (size == 0 || data[0] != 'P') {
		try(data, size);
		return 0;
	}
	make_elf(elf);
	patch_bytes(elf, sizeof(elf), data + 1, size - 1);
	try(elf, sizeof(elf));
	return 0;
}
