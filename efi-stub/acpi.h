/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's ACPI tables: finding them, reading CPUs from the MADT, and a copy for the root
 * cell that does not name what other cells own (ACPI specification 6.5, chapter 5). Pure: physical
 * memory is reached through struct acpi_view. No field of a table is trusted.
 */
#ifndef STUB_ACPI_H
#define STUB_ACPI_H

#include <bulkhead/boot.h>

#include "why.h"

/* "System Description Table Header" */
struct acpi_header {
	char signature[4];
	u32 length;
	u8 revision, checksum;
	char oem_id[6], oem_table_id[8];
	u32 oem_revision, creator_id, creator_revision;
} __attribute__((packed));

/* "Root System Description Pointer" */
struct acpi_rsdp {
	char signature[8];
	u8 checksum;
	char oem_id[6];
	u8 revision;
	u32 rsdt;
	u32 length; /* from here on only with revision >= 2 */
	u64 xsdt;
	u8 extended_checksum, reserved[3];
} __attribute__((packed));

/* "Multiple APIC Description Table" */
struct acpi_madt {
	struct acpi_header header;
	u32 local_apic;
	u32 flags;
	u8 entries[];
} __attribute__((packed));

_Static_assert(sizeof(struct acpi_header) == 36, "ACPI: table header");
_Static_assert(sizeof(struct acpi_rsdp) == 36, "ACPI: RSDP");
_Static_assert(sizeof(struct acpi_madt) == 44, "ACPI: MADT");

#define ACPI_RSDP_V1_SIZE    20u
#define ACPI_MADT_LAPIC      0u
#define ACPI_MADT_IOAPIC     1u
#define ACPI_MADT_OVERRIDE   2u
#define ACPI_MADT_LAPIC_NMI  4u
#define ACPI_MADT_X2APIC     9u
#define ACPI_MADT_X2APIC_NMI 10u
#define ACPI_MADT_WAKEUP     16u
#define ACPI_MADT_ENABLED    BIT32(0)

/* How physical memory is reached. */
struct acpi_view {
	/* Return: @size readable bytes at @phys, NULL if there are none. */
	const void *(*map)(void *ctx, u64 phys, u64 size);
	void *ctx;
};

struct acpi_tables {
	const struct acpi_view *view;
	u64 rsdp;
	u64 root;          /* physical address of the XSDT, or of the RSDT */
	const u8 *entries; /* addresses in it */
	u32 entry_size;    /* 8 in an XSDT, 4 in an RSDT */
	u32 count;
	char oem_id[6];
};

/** acpi_open - check the RSDP at @rsdp and its XSDT or RSDT. Return: false and the sentence. */
bool acpi_open(struct acpi_tables *t, const struct acpi_view *view, u64 rsdp, struct why *why);

/**
 * acpi_find - the first table with a signature of four characters.
 * Return: the whole table, length bytes of it readable and its checksum right; NULL otherwise.
 */
const struct acpi_header *acpi_find(const struct acpi_tables *t, const char *signature);

/* acpi_checksum - the byte that makes the sum of @size bytes at @data zero. */
u8 acpi_checksum(const void *data, u64 size);

/**
 * acpi_madt_cpus - x2APIC ids of the enabled CPUs, each once, in the table's order.
 * @max: entries that fit into @ids.
 * Return: number of CPUs, which may exceed @max.
 */
u32 acpi_madt_cpus(const struct acpi_header *madt, u32 *ids, u32 max);

/**
 * acpi_madt_ioapics - the I/O APICs, in the table's order, without their source ids.
 * @max: entries that fit into @out. Return: number of I/O APICs, which may exceed @max.
 */
u32 acpi_madt_ioapics(const struct acpi_header *madt, struct bh_boot_ioapic *out, u32 max);

/** acpi_madt_gsi - the global system interrupt where an ISA interrupt comes in. */
u32 acpi_madt_gsi(const struct acpi_header *madt, u32 irq);

/* acpi_patch_size - bytes that acpi_patch() needs at most. */
u64 acpi_patch_size(const struct acpi_tables *t);

/**
 * acpi_patch - write RSDP, XSDT, RSDT and MADT for the root cell.
 * @to: acpi_patch_size() zeroed bytes, 64-byte aligned. @phys: their address, below 4 GiB.
 * @ids: x2APIC ids of the root cell's CPUs.
 *
 * DMAR and IVRS are left out. MADT entries of other CPUs and the wake-up mailbox are left out. All
 * else points to the firmware's tables. The RSDP is at @phys.
 * Return: false and the sentence if there is no sound MADT.
 */
bool acpi_patch(const struct acpi_tables *t, u8 *to, u64 phys, const u32 *ids, u32 count,
		struct why *why);

#endif
