/* SPDX-License-Identifier: BSD-2-Clause */
/* What this machine has: CPUs, their features, the TSC's frequency. */
#ifndef STUB_MACHINE_H
#define STUB_MACHINE_H

#include <bulkhead/boot.h>

#include "caches.h"
#include "cpufaults.h"
#include "efimap.h"
#include "platform.h"
#include "topology.h"

/* All that the layout depends on, and the caches: found by the stub at boot, or read from a
 * hardware dump. */
struct machine {
	struct bh_boot_cpu *cpus; /* cpus[0] is the boot CPU */
	struct cpu_seat *seats;   /* of cpus[] */
	u32 cpu_count;
	u32 tsc_khz;
	char vendor[13]; /* CPUID leaf 0 */
	u32 signature;   /* CPUID leaf 1, EAX: family, model, stepping */
	u32 faults;      /* FAULT_x of all CPUs together */
	bool has_1g;     /* CPUs can map 1 GiB pages */
	struct cpu_cache caches[CACHES_MAX];
	u32 cache_count;
	u64 phys_top; /* memory_top() */
	struct platform platform;
	struct efi_map map; /* the firmware's memory map before the layout is made */
};

/**
 * machine_order - put CPUs into Bulkhead's order: the boot CPU first, the others as listed.
 * @ids: x2APIC ids, each once. @cpus: room for @count + 1; apic_id is written.
 * Return: number of CPUs; it is not @count if @boot is not in the list. Pure.
 */
u32 machine_order(const u32 *ids, u32 count, u32 boot, struct bh_boot_cpu *cpus);

/* machine_apic_id - x2APIC id of the CPU that asks. */
u32 machine_apic_id(void);

/**
 * machine_cpus - list the CPUs that the firmware has switched on: from the MADT, or from the MP
 * Services protocol where there is no ACPI. fail() if neither tells them.
 * @acpi: the firmware's tables, NULL if it has none.
 */
void machine_cpus(struct machine *m, const struct acpi_tables *acpi);

/**
 * machine_probe - ask every CPU what it lacks (faults) and where it sits (seats). CPUs other than
 * the boot CPU are asked where the firmware can start them; the hypervisor checks all of them
 * again.
 */
void machine_probe(struct machine *m);

#endif
