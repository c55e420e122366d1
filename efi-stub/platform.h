/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine's PCI functions, interrupt controllers and IOMMU units, as boot.h hands them over. */
#ifndef STUB_PLATFORM_H
#define STUB_PLATFORM_H

#include <bulkhead/boot.h>

#include "acpi.h"
#include "config.h"
#include "dmar.h"

struct platform {
	u64 mmconfig_phys; /* 0 = none */
	u32 mmconfig_buses;
	u32 pm_timer_port; /* 0 = none */
	struct bh_boot_ioapic *ioapics;
	u32 ioapic_count;
	struct bh_boot_pci *pci; /* ascending by bdf */
	u32 pci_count;
	struct dmar_tables dmar;
};

/**
 * platform_find - look at the firmware's tables and at PCI configuration space, and give every
 * function its owner. BARs are sized, which takes each function off the bus for microseconds.
 * @acpi: NULL if the firmware has no tables.
 * fail() if a table is damaged that is needed, or a cell wants a device that it cannot have.
 */
void platform_find(struct platform *p, const struct config *config, const struct acpi_tables *acpi);

#endif
