/* SPDX-License-Identifier: BSD-2-Clause */
#include "acpi.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "make_acpi.h"

#define COPY_PHYS 0x60000000ULL
#define MADT_MIN  ((u32)sizeof(struct acpi_madt))

/* A machine's tables, opened. */
struct bench {
	struct acpi_memory memory;
	struct acpi_view view;
	struct acpi_tables tables;
	struct why why;
};

static void set_up(struct bench *b, u8 revision)
{
	make_acpi(&b->memory, revision, acpi_madt_entries, sizeof(acpi_madt_entries));
	b->view = (struct acpi_view){acpi_memory_map, &b->memory};
	memset(&b->why, 0, sizeof(b->why));
}

static bool open_tables(struct bench *b)
{
	return acpi_open(&b->tables, &b->view, ACPI_BASE, &b->why);
}

/* The root cell's copy, in memory of exactly the promised size. */
struct copy {
	u8 *bytes;
	u64 size;
};

static struct copy patch(struct bench *b, const u32 *ids, u32 count)
{
	struct copy c = {.size = acpi_patch_size(&b->tables)};

	c.bytes = aligned_alloc(64, ALIGN_UP(c.size, 64));
	memset(c.bytes, 0, c.size);
	assert_true(acpi_patch(&b->tables, c.bytes, COPY_PHYS, ids, count, &b->why));
	return c;
}

static const struct acpi_header *in_copy(const struct copy *c, u64 phys, const char *signature)
{
	const struct acpi_header *h;

	assert_true(phys >= COPY_PHYS && phys - COPY_PHYS + sizeof(*h) <= c->size);
	h = (const struct acpi_header *)(c->bytes + (phys - COPY_PHYS));
	assert_memory_equal(h->signature, signature, 4);
	assert_true(phys - COPY_PHYS + h->length <= c->size);
	assert_int_equal(acpi_checksum(h, h->length), 0);
	return h;
}

static const struct acpi_header *copy_root(const struct copy *c, bool xsdt)
{
	const struct acpi_rsdp *r = (const struct acpi_rsdp *)c->bytes;

	return xsdt ? in_copy(c, r->xsdt, "XSDT") : in_copy(c, r->rsdt, "RSDT");
}

static u64 root_entry(const struct acpi_header *root, u32 size, u32 index)
{
	u64 phys = 0;

	memcpy(&phys, (const u8 *)(root + 1) + index * size, size);
	return phys;
}

static void xsdt_is_used_when_there_is_one(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, 2);
	assert_true(open_tables(&b));
	assert_int_equal(b.tables.root, ACPI_BASE + ACPI_XSDT);
	assert_int_equal(b.tables.count, 4);
}

static void rsdt_is_used_by_acpi_1(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, 0);
	assert_true(open_tables(&b));
	assert_int_equal(b.tables.root, ACPI_BASE + ACPI_RSDT);
	assert_int_equal(b.tables.entry_size, 4);
	assert_non_null(acpi_find(&b.tables, "APIC"));
}

static void rsdt_is_used_when_the_xsdt_is_damaged(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, 2);
	b.memory.bytes[ACPI_XSDT + 40] ^= 1;
	assert_true(open_tables(&b));
	assert_int_equal(b.tables.root, ACPI_BASE + ACPI_RSDT);
}

static void damaged_roots_are_refused_with_a_sentence(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, 2);
	b.memory.bytes[9] ^= 1;
	assert_false(open_tables(&b));
	assert_non_null(strstr(b.why.text, "root pointer at 0x7f000000 is damaged"));

	set_up(&b, 2);
	b.memory.bytes[ACPI_XSDT + 40] ^= 1;
	b.memory.bytes[ACPI_RSDT + 40] ^= 1;
	assert_false(open_tables(&b));
	assert_non_null(strstr(b.why.text, "root table is damaged"));
}

static void rsdp_outside_memory_is_refused(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, 2);
	assert_false(acpi_open(&b.tables, &b.view, 0x1000, &b.why));
	assert_false(acpi_open(&b.tables, &b.view, ACPI_BASE + ACPI_SIZE - 8, &b.why));
}

static void table_with_a_wrong_checksum_is_not_found(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, 2);
	b.memory.bytes[ACPI_MADT + 50] ^= 1;
	assert_true(open_tables(&b));
	assert_null(acpi_find(&b.tables, "APIC"));
	assert_non_null(acpi_find(&b.tables, "DMAR"));
	assert_null(acpi_find(&b.tables, "IVRS"));
}

static void table_that_leaves_memory_is_not_found(void **state)
{
	static struct bench b;
	u32 length = ACPI_SIZE;

	(void)state;
	set_up(&b, 2);
	memcpy(b.memory.bytes + ACPI_MADT + 4, &length, 4);
	assert_true(open_tables(&b));
	assert_null(acpi_find(&b.tables, "APIC"));
}

static void enabled_cpus_are_listed_once_in_order(void **state)
{
	static const u32 expected[] = {0, 1, 2, 3, 0x100};
	static struct bench b;
	u32 ids[8] = {0};

	(void)state;
	set_up(&b, 2);
	assert_true(open_tables(&b));
	assert_int_equal(acpi_madt_cpus(acpi_find(&b.tables, "APIC"), ids, 8), 5);
	assert_memory_equal(ids, expected, sizeof(expected));
}

static void overrides_tell_where_isa_interrupts_come_in(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, 2);
	assert_true(open_tables(&b));
	assert_int_equal(acpi_madt_gsi(acpi_find(&b.tables, "APIC"), 0), 2);
	assert_int_equal(acpi_madt_gsi(acpi_find(&b.tables, "APIC"), 8), 8);
}

static void cpus_beyond_the_array_are_counted_only(void **state)
{
	static struct bench b;
	u32 ids[3] = {0, 0, 77};

	(void)state;
	set_up(&b, 2);
	assert_true(open_tables(&b));
	assert_true(acpi_madt_cpus(acpi_find(&b.tables, "APIC"), ids, 2) >= 5);
	assert_int_equal(ids[2], 77);
}

/* Entry lengths that lie must end the walk, not leave the table. */
static void lying_madt_entries_end_the_walk(void **state)
{
	static const u8 lengths[] = {0, 1, 255};
	u8 entries[] = {0, 8, 0, 0, 1, 0, 0, 0, 0, 8, 1, 1, 1, 0, 0, 0};
	static struct bench b;
	u32 ids[8];

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(lengths); i++) {
		set_up(&b, 2);
		entries[9] = lengths[i];
		make_acpi(&b.memory, 2, entries, sizeof(entries));
		assert_true(open_tables(&b));
		assert_int_equal(acpi_madt_cpus(acpi_find(&b.tables, "APIC"), ids, 8), 1);
	}
}

static void short_cpu_entries_are_ignored(void **state)
{
	static const u8 entries[] = {0, 4, 0, 0, 9, 8, 0, 0, 5, 0, 0, 0, 0, 8, 1, 1, 1, 0, 0, 0};
	static struct bench b;
	u32 ids[8];

	(void)state;
	set_up(&b, 2);
	make_acpi(&b.memory, 2, entries, sizeof(entries));
	assert_true(open_tables(&b));
	assert_int_equal(acpi_madt_cpus(acpi_find(&b.tables, "APIC"), ids, 8), 1);
	assert_int_equal(ids[0], 1);
}

static void copy_has_sound_roots_without_dmar(void **state)
{
	static const u32 ids[] = {0, 1, 2};
	const struct acpi_header *xsdt, *rsdt;
	static struct bench b;
	struct copy c;

	(void)state;
	set_up(&b, 2);
	assert_true(open_tables(&b));
	c = patch(&b, ids, 3);
	assert_int_equal(acpi_checksum(c.bytes, ACPI_RSDP_V1_SIZE), 0);
	assert_int_equal(acpi_checksum(c.bytes, sizeof(struct acpi_rsdp)), 0);
	xsdt = copy_root(&c, true);
	rsdt = copy_root(&c, false);
	assert_int_equal(xsdt->length, sizeof(*xsdt) + 3 * 8);
	assert_int_equal(rsdt->length, sizeof(*rsdt) + 3 * 4);
	assert_int_equal(root_entry(xsdt, 8, 0), ACPI_BASE + ACPI_FADT);
	assert_int_equal(root_entry(xsdt, 8, 2), ACPI_BASE + ACPI_HPET);
	for (u32 i = 0; i < 3; i++)
		assert_int_equal(root_entry(xsdt, 8, i), root_entry(rsdt, 4, i));
	in_copy(&c, root_entry(xsdt, 8, 1), "APIC");
	free(c.bytes);
}

static void copy_from_acpi_1_gets_an_xsdt(void **state)
{
	static const u32 ids[] = {0};
	static struct bench b;
	struct copy c;

	(void)state;
	set_up(&b, 0);
	assert_true(open_tables(&b));
	c = patch(&b, ids, 1);
	assert_int_equal(root_entry(copy_root(&c, true), 8, 0), ACPI_BASE + ACPI_FADT);
	free(c.bytes);
}

/* Does the copied MADT hold these bytes at an entry's start? */
static bool has_entry(const struct acpi_header *madt, const u8 *entry)
{
	const u8 *p = (const u8 *)madt;

	for (u32 at = MADT_MIN; at < madt->length; at += p[at + 1])
		if (memcmp(p + at, entry, entry[1]) == 0)
			return true;
	return false;
}

static void copied_madt_names_the_root_cells_cpus_only(void **state)
{
	/* Offsets in acpi_madt_entries: kept with ids 0, 1, 2, and dropped */
	static const u8 kept[] = {0, 8, 16, 88, 100, 110, 116, 128};
	static const u8 dropped[] = {24, 32, 40, 48, 56, 72, 122, 140, 152, 168};
	static const u32 ids[] = {0, 1, 2};
	const struct acpi_header *madt;
	static struct bench b;
	struct copy c;

	(void)state;
	set_up(&b, 2);
	assert_true(open_tables(&b));
	c = patch(&b, ids, 3);
	madt = in_copy(&c, root_entry(copy_root(&c, true), 8, 1), "APIC");
	for (u32 i = 0; i < sizeof(kept); i++)
		assert_true(has_entry(madt, acpi_madt_entries + kept[i]));
	for (u32 i = 0; i < sizeof(dropped); i++)
		assert_false(has_entry(madt, acpi_madt_entries + dropped[i]));
	free(c.bytes);
}

static void x2apic_cpu_of_the_root_cell_keeps_its_nmi(void **state)
{
	static const u32 ids[] = {0x100};
	const struct acpi_header *madt;
	static struct bench b;
	struct copy c;
	u32 found[4];

	(void)state;
	set_up(&b, 2);
	assert_true(open_tables(&b));
	c = patch(&b, ids, 1);
	madt = in_copy(&c, root_entry(copy_root(&c, true), 8, 1), "APIC");
	assert_int_equal(acpi_madt_cpus(madt, found, 4), 1);
	assert_int_equal(found[0], 0x100);
	assert_true(has_entry(madt, acpi_madt_entries + 140));
	free(c.bytes);
}

static void copy_without_a_madt_is_refused(void **state)
{
	static const u32 ids[] = {0};
	u8 buffer[512] __attribute__((aligned(64))) = {0};
	static struct bench b;

	(void)state;
	set_up(&b, 2);
	make_table(&b.memory, ACPI_MADT, "APIC", sizeof(struct acpi_header));
	assert_true(open_tables(&b));
	assert_false(acpi_patch(&b.tables, buffer, COPY_PHYS, ids, 1, &b.why));
	assert_non_null(strstr(b.why.text, "no sound MADT"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xsdt_is_used_when_there_is_one),
		cmocka_unit_test(rsdt_is_used_by_acpi_1),
		cmocka_unit_test(rsdt_is_used_when_the_xsdt_is_damaged),
		cmocka_unit_test(damaged_roots_are_refused_with_a_sentence),
		cmocka_unit_test(rsdp_outside_memory_is_refused),
		cmocka_unit_test(table_with_a_wrong_checksum_is_not_found),
		cmocka_unit_test(table_that_leaves_memory_is_not_found),
		cmocka_unit_test(enabled_cpus_are_listed_once_in_order),
		cmocka_unit_test(overrides_tell_where_isa_interrupts_come_in),
		cmocka_unit_test(cpus_beyond_the_array_are_counted_only),
		cmocka_unit_test(lying_madt_entries_end_the_walk),
		cmocka_unit_test(short_cpu_entries_are_ignored),
		cmocka_unit_test(copy_has_sound_roots_without_dmar),
		cmocka_unit_test(copy_from_acpi_1_gets_an_xsdt),
		cmocka_unit_test(copied_madt_names_the_root_cells_cpus_only),
		cmocka_unit_test(x2apic_cpu_of_the_root_cell_keeps_its_nmi),
		cmocka_unit_test(copy_without_a_madt_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
