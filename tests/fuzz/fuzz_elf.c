/* SPDX-License-Identifier: BSD-2-Clause */
/* The input is damage to a sound program; it is loaded into memory whose borders are guarded. */
#include "elf.h"

#include <stdlib.h>
#include <string.h>

#include "../host/make_elf.h"
#include "../host/patch.h"

#define RAM_SIZE 0x4000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_target target = {.ram = calloc(1, RAM_SIZE), .gpa = 0x200000, .size = RAM_SIZE};
	uint8_t *elf = calloc(1, MAKE_ELF_SIZE);
	struct why why;

	make_elf(elf);
	patch_bytes(elf, MAKE_ELF_SIZE, data, size);
	if (elf_load(&target, elf, MAKE_ELF_SIZE, "cell", &why) &&
	    (target.entry < target.gpa || target.entry >= target.gpa + target.size))
		abort();
	free(elf);
	free(target.ram);
	return 0;
}
