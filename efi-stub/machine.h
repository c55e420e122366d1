/* SPDX-License-Identifier: BSD-2-Clause */
/* What this machine has: CPUs, their features, the TSC's frequency. */
#ifndef STUB_MACHINE_H
#define STUB_MACHINE_H

#include <bulkhead/boot.h>

#include "platform.h"

struct machine {
	struct bh_boot_cpu *cpus; /* cpus[0] is the boot CPU */
	u32 cpu_count;
	u32 tsc_khz;
	bool has_1g; /* CPUs can map 1 GiB pages */
	struct platform platform;
};

/**
 * machine_cpus - list the CPUs that the firmware has switched on: from the MADT, or from the MP
 * Services protocol where there is no ACPI. fail() if neither tells them.
 * @acpi: the firmware's tables, NULL if it has none.
 */
void machine_cpus(struct machine *m, const struct acpi_tables *acpi);

/**
 * machine_check - fail() unless every CPU has what the hypervisor needs and the firmware has not
 * locked it. CPUs other than the boot CPU are asked where the firmware can start them; the
 * hypervisor checks all of them again.
 */
void machine_check(struct machine *m);

#endif
