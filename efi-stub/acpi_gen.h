/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ACPI tables for the root cell where the firmware has none (ACPI specification 6.5, chapter 5).
 * Linux takes its CPUs only from a MADT, and its reset and power-off from a FADT. Pure.
 */
#ifndef STUB_ACPI_GEN_H
#define STUB_ACPI_GEN_H

#include "acpi.h"

struct acpi_machine {
	const u32 *cpu_ids; /* x2APIC ids of the root cell's CPUs */
	u32 cpu_count;
	u8 ioapic_id;
	/*
	 * Port of the PIIX4's power management registers. 0 where there is no such function: the
	 * FADT is then a hardware-reduced one, and the kernel uses the EFI services for reset.
	 */
	u16 pm_base;
	/* 32-bit window of the PCI root bridge, [start, end). */
	u32 mmio_start, mmio_end;
	const u8 *dsdt; /* compiled dsdt.asl */
	u32 dsdt_size;
};

/* acpi_generate_size - bytes that acpi_generate() needs. */
u64 acpi_generate_size(const struct acpi_machine *m);

/**
 * acpi_generate - write RSDP, XSDT, RSDT, FADT, FACS, MADT and DSDT.
 * @to: acpi_generate_size() zeroed bytes, 64-byte aligned. @phys: their address, below 4 GiB.
 * The RSDP is at @phys.
 * Return: false and the sentence if the DSDT is not the one that this code knows.
 */
bool acpi_generate(const struct acpi_machine *m, u8 *to, u64 phys, struct why *why);

#endif
