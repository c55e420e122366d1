// SPDX-License-Identifier: BSD-2-Clause
/*
 * Tables of the firmware as arbitrary bytes: nothing outside them is read, counting and filling
 * agree, and what comes out can be walked. The first byte chooses the table.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../host/make_dmar.h"
#include "../host/patch.h"
#include "dmar.h"
#include "fadt.h"
#include "mcfg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct bh_boot_pci functions[] = {
	{.bdf = 0x0010  },
	{.bdf = 0x00e0,   .header = 1, .secondary = 1, .subordinate = 2},
	{.bdf = 0x0100, .header = 1, .secondary = 2, .subordinate = 1},
	{.bdf = 0x0219              },
};

static void check_dmar(const struct acpi_header *table)
{
	struct bh_boot_ioapic ioapic = {.id = 0};
	struct dmar_machine machine = {functions, 4, &ioapic, 1};
	struct dmar_tables counted = {0}, t;
	struct why why;
	bool ok = dmar_parse(table, &machine, &counted, &why);

	t = counted;
	t.units = calloc(t.unit_count + 1, sizeof(*t.units));
	t.rmrrs = calloc(t.rmrr_count + 1, sizeof(*t.rmrrs));
	t.scopes = calloc(t.scope_count + 1, sizeof(*t.scopes));
	t.unit_max = t.unit_count;
	t.rmrr_max = t.rmrr_count;
	t.scope_max = t.scope_count;
	if (dmar_parse(table, &machine, &t, &why) != ok || t.scope_count != counted.scope_count)
		abort();
	for (u32 i = 0; ok && i < t.unit_count; i++)
		if (t.units[i].scope_first + t.units[i].scope_count > t.scope_count)
			abort();
	for (u32 i = 0; ok && i < t.rmrr_count; i++)
		if (t.rmrrs[i].scope_first + t.rmrrs[i].scope_count > t.scope_count ||
		    t.rmrrs[i].base > t.rmrrs[i].limit)
			abort();
	free(t.units);
	free(t.rmrrs);
	free(t.scopes);
}

static void check_others(const struct acpi_header *table)
{
	struct bh_boot_ioapic ioapics[2];
	uint64_t base;
	uint32_t buses, ids[2];

	if (mcfg_find(table, &base, &buses) && (!base || !buses || buses > 256))
		abort();
	if (fadt_pm_timer(table) > 0xfffc)
		abort();
	if (table->length >= sizeof(struct acpi_madt)) {
		acpi_madt_ioapics(table, ioapics, 2);
		acpi_madt_cpus(table, ids, 2);
	}
}

static void check(const void *bytes, size_t size, void (*fn)(const struct acpi_header *table))
{
	struct acpi_header *table;

	if (size < sizeof(*table) || size > 0x20000)
		return;
	table = malloc(size); /* of exactly this size, for the sanitizer */
	memcpy(table, bytes, size);
	table->length = (uint32_t)size;
	fn(table);
	free(table);
}

static void check_patched(const uint8_t *patches, size_t size)
{
	struct make_dmar m;

	make_dmar_begin(&m);
	make_dmar_unit(&m, 0, 0, 0xfed90000);
	make_dmar_scope(&m, 1, 0, 0, 2, 0, 0xff, 0);
	make_dmar_scope(&m, 2, 0, 0, 0x1c, 0, 0, 0);
	make_dmar_unit(&m, 1, 0, 0xfed91000);
	make_dmar_scope(&m, 3, 0, 0xf0, 0x1f, 0, 0xff, 0);
	make_dmar_rmrr(&m, 0, 0x7f000000, 0x7f000fff);
	make_dmar_scope(&m, 1, 0, 1, 0, 0, 3, 1);
	patch_bytes(m.table, m.size, patches, size);
	check(m.table, m.size, check_dmar);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] == 'P')
		check_patched(data + 1, size - 1);
	else if (data[0] == 'D')
		check(data + 1, size - 1, check_dmar);
	else
		check(data + 1, size - 1, check_others);
	return 0;
}
