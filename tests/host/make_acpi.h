/* SPDX-License-Identifier: BSD-2-Clause */
/* A piece of physical memory with ACPI tables in it, for tests to damage. */
#ifndef TEST_MAKE_ACPI_H
#define TEST_MAKE_ACPI_H

#include <string.h>

#include "acpi.h"

#define ACPI_BASE 0x7f000000ULL
#define ACPI_SIZE 0x1000u
#define ACPI_XSDT 0x040u
#define ACPI_RSDT 0x0c0u
#define ACPI_FADT 0x140u
#define ACPI_MADT 0x280u
#define ACPI_DMAR 0x400u
#define ACPI_HPET 0x480u

struct acpi_memory {
	u8 bytes[ACPI_SIZE];
};

static inline const void *acpi_memory_map(void *ctx, u64 phys, u64 size)
{
	const struct acpi_memory *m = ctx;

	if (phys < ACPI_BASE || phys - ACPI_BASE > ACPI_SIZE ||
	    size > ACPI_SIZE - (phys - ACPI_BASE))
		return NULL;
	return m->bytes + (phys - ACPI_BASE);
}

/* A table's header over what follows it in memory. */
static inline void make_table(struct acpi_memory *m, u32 at, const char *signature, u32 length)
{
	struct acpi_header *h = (struct acpi_header *)(m->bytes + at);

	memcpy(h->signature, signature, 4);
	h->length = length;
	h->revision = 1;
	memcpy(h->oem_id, "TEST  ", 6);
	h->checksum = 0;
	h->checksum = acpi_checksum(h, length);
}

static inline void make_rsdp(struct acpi_memory *m, u8 revision)
{
	struct acpi_rsdp *r = (struct acpi_rsdp *)m->bytes;

	memcpy(r->signature, "RSD PTR ", 8);
	memcpy(r->oem_id, "TEST  ", 6);
	r->revision = revision;
	r->rsdt = (u32)ACPI_BASE + ACPI_RSDT;
	r->length = sizeof(*r);
	r->xsdt = revision >= 2 ? ACPI_BASE + ACPI_XSDT : 0;
	r->checksum = 0;
	r->checksum = acpi_checksum(r, ACPI_RSDP_V1_SIZE);
	r->extended_checksum = 0;
	r->extended_checksum = acpi_checksum(r, sizeof(*r));
}

/* Tables of a machine: FACP, APIC with @madt_size bytes of entries, DMAR, HPET. */
static inline void make_acpi(struct acpi_memory *m, u8 revision, const u8 *madt, u32 madt_size)
{
	static const u32 tables[] = {ACPI_FADT, ACPI_MADT, ACPI_DMAR, ACPI_HPET};
	u32 local_apic = 0xfee00000, flags = 1;

	memset(m, 0, sizeof(*m));
	memcpy(m->bytes + ACPI_MADT + sizeof(struct acpi_header), &local_apic, 4);
	memcpy(m->bytes + ACPI_MADT + sizeof(struct acpi_header) + 4, &flags, 4);
	memcpy(m->bytes + ACPI_MADT + sizeof(struct acpi_madt), madt, madt_size);
	make_table(m, ACPI_FADT, "FACP", 244);
	make_table(m, ACPI_MADT, "APIC", (u32)sizeof(struct acpi_madt) + madt_size);
	make_table(m, ACPI_DMAR, "DMAR", 48);
	make_table(m, ACPI_HPET, "HPET", 56);
	for (u32 i = 0; i < ARRAY_SIZE(tables); i++) {
		u64 phys = ACPI_BASE + tables[i];

		memcpy(m->bytes + ACPI_XSDT + sizeof(struct acpi_header) + 8 * i, &phys, 8);
		memcpy(m->bytes + ACPI_RSDT + sizeof(struct acpi_header) + 4 * i, &phys, 4);
	}
	make_table(m, ACPI_XSDT, "XSDT", (u32)sizeof(struct acpi_header) + 4 * 8);
	make_table(m, ACPI_RSDT, "RSDT", (u32)sizeof(struct acpi_header) + 4 * 4);
	make_rsdp(m, revision);
}

/* Entries of QEMU's MADT for four CPUs, then what larger machines have. */
static const u8 acpi_madt_entries[] = {
	0,  8,  0,    0,    1,    0,    0,    0, /* CPU 0 */
	0,  8,  1,    1,    1,    0,    0,    0, /* CPU 1 */
	0,  8,  2,    2,    1,    0,    0,    0, /* CPU 2 */
	0,  8,  3,    3,    1,    0,    0,    0, /* CPU 3 */
	0,  8,  4,    4,    0,    0,    0,    0, /* not enabled */
	0,  8,  5,    5,    2,    0,    0,    0, /* only online-capable */
	0,  8,  6,    0xff, 1,    0,    0,    0, /* no id */
	9,  16, 0,    0,    3,    0,    0,    0,    1, 0, 0, 0, 3, 0, 0, 0, /* CPU 3 once more */
	9,  16, 0,    0,    0,    1,    0,    0,    1, 0, 0, 0, 7, 0, 0, 0, /* CPU with id 0x100 */
	1,  12, 0,    0,    0,    0,    0xc0, 0xfe, 0, 0, 0, 0,             /* I/O APIC */
	2,  10, 0,    0,    2,    0,    0,    0,    0, 0,                   /* IRQ 0 -> GSI 2 */
	4,  6,  0xff, 0,    0,    1,                                        /* NMI of all CPUs */
	4,  6,  1,    0,    0,    1,                                        /* NMI of CPU 1 */
	4,  6,  3,    0,    0,    1,                                        /* NMI of CPU 3 */
	10, 12, 0,    0,    0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0,             /* NMI of all CPUs */
	10, 12, 0,    0,    7,    0,    0,    0,    1, 0, 0, 0,             /* NMI of CPU 0x100 */
	16, 16, 0,    0,    0,    0,    0,    0,    0, 0, 0, 0, 0, 0, 0, 0, /* wake-up mailbox */
	0,  8,  7,    2,    0,    0,    0,    0, /* CPU 2 once more, not enabled */
};

#endif
