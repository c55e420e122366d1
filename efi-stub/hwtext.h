/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hardware dump: all that a layout depends on, as text (docs/hardware-dump.md). Written here;
 * read by tools/mkimage/hw.c. Pure.
 */
#ifndef STUB_HWTEXT_H
#define STUB_HWTEXT_H

#include "machine.h"

#define HWTEXT_VERSION 1u

struct hwtext {
	const struct machine *m;
	const struct platform_source *source;
	const struct acpi_header *ivrs; /* NULL = none */
};

/**
 * hwtext_write - write the dump, with a NUL behind it.
 * @size: bytes of @text, at least 1; what does not fit is left out.
 * Return: bytes of the whole dump without the NUL; if that is @size or more, try a larger buffer.
 */
u64 hwtext_write(const struct hwtext *h, char *text, u64 size);

#endif
