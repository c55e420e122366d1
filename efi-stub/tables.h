/* SPDX-License-Identifier: BSD-2-Clause */
/* ACPI tables between the firmware and the root cell. */
#ifndef STUB_TABLES_H
#define STUB_TABLES_H

#include "acpi.h"

/**
 * tables_open - find the firmware's ACPI tables.
 * Return: false if the firmware has none; fail() if they are damaged.
 */
bool tables_open(struct acpi_tables *t);

/**
 * tables_for_root - make the root cell's tables: a patched copy, or generated ones.
 * @acpi: the firmware's tables, NULL if it has none.
 * @ids: x2APIC ids of the root cell's CPUs.
 * Return: physical address of the RSDP.
 */
u64 tables_for_root(const struct acpi_tables *acpi, const u32 *ids, u32 count);

/* tables_ioapic_id - the I/O APIC's own idea of its id, for machines without ACPI. */
u8 tables_ioapic_id(void);

/* tables_ioapic_version - register "I/O APIC Version" of the one at @phys. */
u32 tables_ioapic_version(u64 phys);

/* tables_pm_timer - port of the power management timer of machines without ACPI, 0 = none. */
u32 tables_pm_timer(void);

/** tables_publish - make @rsdp what the EFI system table names. fail() on errors. */
void tables_publish(u64 rsdp);

/** tables_withdraw - undo tables_publish(), if it was called. */
void tables_withdraw(void);

#endif
