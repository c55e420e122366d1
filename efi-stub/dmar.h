/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's description of Intel's IOMMU: table DMAR (VT-d specification, chapter "BIOS
 * Considerations"). Pure. No field of the table is trusted.
 */
#ifndef STUB_DMAR_H
#define STUB_DMAR_H

#include <bulkhead/boot.h>

#include "acpi.h"

/* What is in the table. Counts go on beyond max, entries beyond it are not written. */
struct dmar_tables {
	struct bh_boot_iommu *units;
	struct bh_boot_rmrr *rmrrs;
	u16 *scopes; /* bdf */
	u32 unit_max, rmrr_max, scope_max;
	u32 unit_count, rmrr_count, scope_count;
};

/* The functions of the machine, ascending by bdf, for paths that lead through bridges. */
struct dmar_machine {
	const struct bh_boot_pci *pci;
	u32 pci_count;
	struct bh_boot_ioapic *ioapics; /* source_id and has_source are filled in */
	u32 ioapic_count;
};

/**
 * dmar_parse - collect the units and reserved memory regions of PCI segment 0.
 * @dmar: a whole table, as acpi_find() returns it.
 * @out: buffers and their sizes; all sizes 0 to learn the counts.
 *
 * A scope that names a bridge stands for the bridge and every function below it. Scopes of
 * functions that the machine does not have are left out.
 * Return: false and the sentence if the table is damaged or names a unit of another segment.
 */
bool dmar_parse(const struct acpi_header *dmar, const struct dmar_machine *machine,
		struct dmar_tables *out, struct why *why);

#endif
