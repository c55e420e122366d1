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

/** fadt_has_port - does one of these I/O ports belong to a register block of ACPI? */
bool fadt_has_port(const struct acpi_header *fadt, u32 first, u32 last);

/** fadt_sci - interrupt of ACPI's own events, as the PICs count; UINT32_MAX if the table is cut. */
u32 fadt_sci(const struct acpi_header *fadt);

#endif
