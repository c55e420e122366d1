/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine's PCI functions, interrupt controllers and IOMMU units, as boot.h hands them over. */
#ifndef STUB_PLATFORM_H
#define STUB_PLATFORM_H

#include <bulkhead/boot.h>

#include "acpi.h"
#include "dmar.h"
#include "pciscan.h"

/* Capability registers of an IOMMU unit. */
struct unit_caps {
	u64 cap, ecap; /* all ones if there is no unit */
};

struct platform {
	u64 mmconfig_phys; /* 0 = none */
	u32 mmconfig_buses;
	u32 pm_timer_port;              /* 0 = none */
	const struct acpi_header *fadt; /* of the source; NULL = none */
	/* Interrupt lines that root cannot do without */
	u32 timer_gsi, clock_gsi, sci_gsi;
	struct bh_boot_ioapic *ioapics;
	u32 ioapic_count;
	struct bh_boot_pci *pci; /* ascending by bdf */
	u32 pci_count;
	struct dmar_tables dmar; /* no units if it is damaged */
	struct unit_caps *caps;  /* of dmar.units */
	bool has_dmar, has_ivrs;
	struct why dmar_why; /* why a DMAR gave no units */
};

/* Where the facts come from: the firmware, or a hardware dump. */
struct platform_source {
	/* Whole, sound tables; NULL = none */
	const struct acpi_header *madt, *dmar, *mcfg, *fadt;
	bool has_ivrs;
	u32 pm_timer_port; /* where there is no FADT */
	struct pci_access access;
	const struct pci_root *roots;
	u32 root_count;
	void *(*take)(void *ctx, u64 size);            /* zeroed memory for a list; must not fail */
	struct unit_caps (*caps)(void *ctx, u64 phys); /* registers of the unit at @phys */
	u32 (*ioapic_version)(void *ctx, u64 phys);    /* register "I/O APIC Version" */
	struct bh_boot_ioapic (*ioapic)(void *ctx);    /* the only one of a machine without MADT */
	void (*quiet)(void *ctx, bool on);             /* nobody else may use the devices */
	void *ctx;
};

/**
 * platform_read - fill in all of @p but the owners. BARs are sized, which takes each function off
 * the bus for microseconds. Pure.
 */
void platform_read(struct platform *p, const struct platform_source *source);

#endif
