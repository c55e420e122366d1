/* SPDX-License-Identifier: BSD-2-Clause */
/* Fixed hardware: table FADT (ACPI specification 6.5, "Fixed ACPI Description Table"). Pure. */
#ifndef STUB_FADT_H
#define STUB_FADT_H

#include "acpi.h"

/**
 * fadt_pm_timer - I/O port of the power management timer.
 * @fadt: a whole table, as acpi_find() returns it.
 * Return: the port, 0 if there is none.
 */
u32 fadt_pm_timer(const struct acpi_header *fadt);

#endif
