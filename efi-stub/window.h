/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * List of ACPI QWORD address space descriptors, as EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL.Configuration()
 * returns it (ACPI specification, "QWord Address Space Descriptor"; UEFI specification, "PCI Root
 * Bridge I/O Protocol"). Pure.
 */
#ifndef STUB_WINDOW_H
#define STUB_WINDOW_H

#include "core/types.h"

#define WINDOW_MEMORY 0u
#define WINDOW_IO     1u
#define WINDOW_BUS    2u

struct window {
	u32 kind; /* WINDOW_x */
	u64 start;
	u64 end; /* first address behind it */
};

/**
 * window_next - take one descriptor of the list.
 * @list: the list; it ends itself, but no more than @size bytes of it are read.
 * @at: position, 0 at first; moved behind the descriptor.
 * Empty windows are skipped. Return: false at the end.
 */
bool window_next(const u8 *list, u64 size, u64 *at, struct window *out);

#endif
