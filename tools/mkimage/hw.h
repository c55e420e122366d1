/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hardware dump (docs/hardware-dump.md), read into what the EFI stub finds at boot. What can be
 * derived is derived by the stub's own source. Hostile input expected.
 */
#ifndef MKIMAGE_HW_H
#define MKIMAGE_HW_H

#include "diag.h"
#include "machine.h"

#define HW_MAX_SIZE (16ull * 1024 * 1024) /* bytes of a dump */

struct hw_raw;

struct hw {
	struct machine machine; /* owners are left 0 */
	bool approximate;       /* recorded under Linux: the memory map is not the firmware's */
	struct hw_raw *raw;
};

/**
 * hw_open - read the dump of @size bytes at @text.
 * The first error is noted in @diag. Return: true if there was none. Call hw_free() in both cases.
 */
bool hw_open(struct hw *hw, const void *text, size_t size, struct diag *diag);

void hw_free(struct hw *hw);

#endif
