/* SPDX-License-Identifier: BSD-2-Clause */
/* Where PCI configuration space is mapped: table MCFG (PCI Firmware Specification). Pure. */
#ifndef STUB_MCFG_H
#define STUB_MCFG_H

#include "acpi.h"

/**
 * mcfg_find - the mapping of segment 0 from bus 0 on.
 * @mcfg: a whole table, as acpi_find() returns it.
 * @base: its address. @buses: how many buses it covers.
 * Return: false if the table has no sound entry for it.
 */
bool mcfg_find(const struct acpi_header *mcfg, u64 *base, u32 *buses);

#endif
