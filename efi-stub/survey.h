/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything about this machine that a layout depends on. */
#ifndef STUB_SURVEY_H
#define STUB_SURVEY_H

#include "machine.h"

/**
 * survey_source - how the firmware tells of its platform.
 * @acpi: NULL if the firmware has no tables. Valid until boot services end.
 */
void survey_source(struct platform_source *source, const struct acpi_tables *acpi);

/**
 * survey - CPUs, what they can, devices, interrupt controllers, IOMMUs, memory; all of @m but
 * tsc_khz and the owners. Devices are taken off the bus for microseconds.
 * fail() if the firmware does not tell what its CPUs are.
 */
void survey(struct machine *m, const struct acpi_tables *acpi);

#endif
