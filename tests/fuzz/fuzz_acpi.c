/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The input is damage to sound tables; checksums are made right again, because no fuzzer finds
 * them. Whatever the tables say, the copy must stay inside the memory that it asked for, and must
 * be tables that open again and name no CPU but those of the root cell.
 */
#include "acpi.h"

#include <stdlib.h>
#include <string.h>

#include "../host/make_acpi.h"
#include "../host/patch.h"

#define COPY_PHYS 0x60000000ULL
#define MAX_IDS   16u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct copy {
	u8 *bytes;
	u64 size;
};

static const void *map_copy(void *ctx, u64 phys, u64 size)
{
	const struct copy *c = ctx;

	if (phys < COPY_PHYS || phys - COPY_PHYS > c->size || size > c->size - (phys - COPY_PHYS))
		return NULL;
	return c->bytes + (phys - COPY_PHYS);
}

static void seal(struct acpi_memory *m)
{
	static const u32 tables[] = {ACPI_XSDT, ACPI_RSDT, ACPI_FADT,
				     ACPI_MADT, ACPI_DMAR, ACPI_HPET};
	struct acpi_rsdp *r = (struct acpi_rsdp *)m->bytes;

	for (u32 i = 0; i < ARRAY_SIZE(tables); i++) {
		struct acpi_header *h = (struct acpi_header *)(m->bytes + tables[i]);

		if (h->length > ACPI_SIZE - tables[i])
			continue;
		h->checksum = (u8)(h->checksum + acpi_checksum(h, h->length));
	}
	r->checksum = (u8)(r->checksum + acpi_checksum(r, ACPI_RSDP_V1_SIZE));
}

static void check_copy(struct copy *c, const u32 *ids, u32 count)
{
	struct acpi_view view = {map_copy, c};
	const struct acpi_header *madt;
	struct acpi_tables t;
	struct why why;
	u32 found[MAX_IDS];
	u32 n;

	if (!acpi_open(&t, &view, COPY_PHYS, &why))
		abort();
	madt = acpi_find(&t, "APIC");
	if (!madt)
		abort();
	n = acpi_madt_cpus(madt, found, MAX_IDS);
	for (u32 i = 0; i < n && i < MAX_IDS; i++) {
		bool known = false;

		for (u32 k = 0; k < count; k++)
			known = known || ids[k] == found[i];
		if (!known)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct acpi_memory m;
	struct acpi_view view = {acpi_memory_map, &m};
	const struct acpi_header *madt;
	struct acpi_tables t;
	struct why why;
	u32 ids[MAX_IDS];
	struct copy c;

	make_acpi(&m, 2, acpi_madt_entries, sizeof(acpi_madt_entries));
	patch_bytes(m.bytes, sizeof(m.bytes), data, size);
	seal(&m);
	if (!acpi_open(&t, &view, ACPI_BASE, &why))
		return 0;
	madt = acpi_find(&t, "APIC");
	if (madt)
		acpi_madt_cpus(madt, ids, MAX_IDS);
	ids[0] = 0;
	ids[1] = 0x100;
	c.size = acpi_patch_size(&t);
	c.bytes = aligned_alloc(64, ALIGN_UP(c.size, 64));
	memset(c.bytes, 0, ALIGN_UP(c.size, 64));
	if (acpi_patch(&t, c.bytes, COPY_PHYS, ids, 2, &why))
		check_copy(&c, ids, 2);
	free(c.bytes);
	return 0;
}
