/* SPDX-License-Identifier: BSD-2-Clause */
#include "acpi_gen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PHYS      0x3f000000ULL
#define DSDT_SIZE 120u
#define WINDOW_AT 60u

/* Offsets in the FADT: ACPI specification, "Fixed ACPI Description Table (FADT)" */
#define FADT_FACS     36u
#define FADT_DSDT     40u
#define FADT_SCI      46u
#define FADT_SMI_CMD  48u
#define FADT_PM1A_EVT 56u
#define FADT_PM1A_CNT 64u
#define FADT_PM_TMR   76u
#define FADT_FLAGS    112u
#define FADT_RESET    116u
#define FADT_VALUE    128u
#define FADT_X_DSDT   140u
#define HW_REDUCED    BIT32(20)
#define RESET_SUP     BIT32(10)

static u8 dsdt[DSDT_SIZE];

/* A table body with one DWord address space descriptor, as iasl writes dsdt.asl's window. */
static void make_dsdt(void)
{
	static const u32 fields[] = {0, 0x80000000, 0xfebfffff, 0, 0x7ec00000};

	memset(dsdt, 0, sizeof(dsdt));
	memcpy(dsdt, "DSDT", 4);
	dsdt[4] = DSDT_SIZE;
	dsdt[WINDOW_AT] = 0x87;
	dsdt[WINDOW_AT + 1] = 23;
	memcpy(dsdt + WINDOW_AT + 6, fields, sizeof(fields));
}

static struct acpi_machine bochs(const u32 *ids, u32 count)
{
	make_dsdt();
	return (struct acpi_machine){
		.cpu_ids = ids,
		.cpu_count = count,
		.ioapic_id = 4,
		.pm_base = 0xb000,
		.mmio_start = 0xc0000000,
		.mmio_end = 0xfec00000,
		.dsdt = dsdt,
		.dsdt_size = DSDT_SIZE,
	};
}

struct memory {
	u8 *bytes;
	u64 size;
};

static const void *map(void *ctx, u64 phys, u64 size)
{
	const struct memory *m = ctx;

	if (phys < PHYS || phys - PHYS > m->size || size > m->size - (phys - PHYS))
		return NULL;
	return m->bytes + (phys - PHYS);
}

/* Generate into memory of exactly the promised size and open the result as a kernel would. */
static struct acpi_tables generate(const struct acpi_machine *machine, struct memory *m,
				   struct acpi_view *view)
{
	struct acpi_tables t;
	struct why why;

	m->size = acpi_generate_size(machine);
	m->bytes = aligned_alloc(64, ALIGN_UP(m->size, 64));
	memset(m->bytes, 0, m->size);
	assert_true(acpi_generate(machine, m->bytes, PHYS, &why));
	*view = (struct acpi_view){map, m};
	assert_true(acpi_open(&t, view, PHYS, &why));
	return t;
}

static u32 get32(const void *p, u32 at)
{
	u32 v;

	memcpy(&v, (const u8 *)p + at, 4);
	return v;
}

static const u32 three_cpus[] = {0, 1, 2};

static void piix4_machine_gets_fixed_hardware(void **state)
{
	struct acpi_machine machine = bochs(three_cpus, 3);
	const struct acpi_header *fadt;
	struct acpi_view view;
	struct memory m;
	struct acpi_tables t = generate(&machine, &m, &view);

	(void)state;
	fadt = acpi_find(&t, "FACP");
	assert_non_null(fadt);
	assert_int_equal(fadt->length, 268);
	assert_int_equal(get32(fadt, FADT_SCI) & 0xffff, 9);
	assert_int_equal(get32(fadt, FADT_SMI_CMD), 0xb2);
	assert_int_equal(get32(fadt, FADT_PM1A_EVT), 0xb000);
	assert_int_equal(get32(fadt, FADT_PM1A_CNT), 0xb004);
	assert_int_equal(get32(fadt, FADT_PM_TMR), 0xb008);
	assert_int_equal(get32(fadt, FADT_FLAGS) & HW_REDUCED, 0);
	assert_int_equal(get32(fadt, FADT_FLAGS) & RESET_SUP, RESET_SUP);
	assert_int_equal(get32(fadt, FADT_RESET + 4), 0xcf9);
	assert_int_equal(((const u8 *)fadt)[FADT_VALUE], 6);
	free(m.bytes);
}

static void machine_without_piix4_is_hardware_reduced(void **state)
{
	struct acpi_machine machine = bochs(three_cpus, 3);
	const struct acpi_header *fadt;
	struct acpi_view view;
	struct acpi_tables t;
	struct memory m;

	(void)state;
	machine.pm_base = 0;
	t = generate(&machine, &m, &view);
	fadt = acpi_find(&t, "FACP");
	assert_non_null(fadt);
	assert_int_equal(get32(fadt, FADT_FLAGS) & HW_REDUCED, HW_REDUCED);
	assert_int_equal(get32(fadt, FADT_FLAGS) & RESET_SUP, 0);
	assert_int_equal(get32(fadt, FADT_PM1A_EVT), 0);
	assert_int_equal(get32(fadt, FADT_FACS), 0);
	free(m.bytes);
}

static void facs_is_aligned_and_dsdt_is_found(void **state)
{
	struct acpi_machine machine = bochs(three_cpus, 3);
	const struct acpi_header *fadt, *table;
	struct acpi_view view;
	struct memory m;
	struct acpi_tables t = generate(&machine, &m, &view);
	const char *facs;

	(void)state;
	fadt = acpi_find(&t, "FACP");
	assert_int_equal(get32(fadt, FADT_FACS) % 64, 0);
	facs = map(&m, get32(fadt, FADT_FACS), 64);
	assert_non_null(facs);
	assert_memory_equal(facs, "FACS", 4);
	assert_int_equal(get32(fadt, FADT_DSDT), get32(fadt, FADT_X_DSDT));
	table = map(&m, get32(fadt, FADT_DSDT), DSDT_SIZE);
	assert_non_null(table);
	assert_memory_equal(table->signature, "DSDT", 4);
	assert_int_equal(acpi_checksum(table, DSDT_SIZE), 0);
	free(m.bytes);
}

static void dsdt_names_the_real_pci_window(void **state)
{
	struct acpi_machine machine = bochs(three_cpus, 3);
	struct acpi_view view;
	struct memory m;
	struct acpi_tables t = generate(&machine, &m, &view);
	const u8 *window = map(&m, get32(acpi_find(&t, "FACP"), FADT_DSDT), DSDT_SIZE);

	(void)state;
	assert_non_null(window);
	window += WINDOW_AT;
	assert_int_equal(get32(window, 10), 0xc0000000);
	assert_int_equal(get32(window, 14), 0xfebfffff);
	assert_int_equal(get32(window, 22), 0x3ec00000);
	free(m.bytes);
}

static void madt_lists_the_root_cells_cpus(void **state)
{
	struct acpi_machine machine = bochs(three_cpus, 3);
	struct acpi_view view;
	struct memory m;
	struct acpi_tables t = generate(&machine, &m, &view);
	u32 ids[4];

	(void)state;
	assert_int_equal(acpi_madt_cpus(acpi_find(&t, "APIC"), ids, 4), 3);
	assert_memory_equal(ids, three_cpus, sizeof(three_cpus));
	free(m.bytes);
}

static void madt_has_ioapic_and_overrides(void **state)
{
	static const u8 expected[] = {
		1, 12, 4,    0, 0, 0, 0xc0, 0xfe, 0,  0, 0, 0, /* I/O APIC 4 */
		2, 10, 0,    0, 2, 0, 0,    0,    0,  0,       /* IRQ 0 -> GSI 2 */
		2, 10, 0,    9, 9, 0, 0,    0,    13, 0,       /* SCI: level, active high */
		4, 6,  0xff, 5, 0, 1,                          /* NMI at LINT1: edge, active high */
	};
	struct acpi_machine machine = bochs(three_cpus, 3);
	struct acpi_view view;
	struct memory m;
	struct acpi_tables t = generate(&machine, &m, &view);
	const struct acpi_header *madt = acpi_find(&t, "APIC");
	u32 at = (u32)sizeof(struct acpi_madt) + 3 * 8;

	(void)state;
	assert_int_equal(madt->length, at + sizeof(expected));
	assert_memory_equal((const u8 *)madt + at, expected, sizeof(expected));
	free(m.bytes);
}

static void ids_beyond_8_bits_become_x2apic_entries(void **state)
{
	static const u32 ids[] = {0, 0xfe, 0xff, 0x12345};
	struct acpi_machine machine = bochs(ids, 4);
	struct acpi_view view;
	struct memory m;
	struct acpi_tables t = generate(&machine, &m, &view);
	u32 found[5];

	(void)state;
	assert_int_equal(acpi_madt_cpus(acpi_find(&t, "APIC"), found, 5), 4);
	assert_memory_equal(found, ids, sizeof(ids));
	free(m.bytes);
}

static void refuse(const struct acpi_machine *machine)
{
	u8 *to = aligned_alloc(64, ALIGN_UP(acpi_generate_size(machine), 64));
	struct why why;

	memset(to, 0, acpi_generate_size(machine));
	assert_false(acpi_generate(machine, to, PHYS, &why));
	assert_non_null(strstr(why.text, "no PCI window"));
	free(to);
}

static void missing_window_is_refused(void **state)
{
	struct acpi_machine machine = bochs(three_cpus, 3);

	(void)state;
	dsdt[WINDOW_AT] = 0;
	refuse(&machine);
	machine = bochs(three_cpus, 3);
	machine.mmio_end = machine.mmio_start;
	refuse(&machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(piix4_machine_gets_fixed_hardware),
		cmocka_unit_test(machine_without_piix4_is_hardware_reduced),
		cmocka_unit_test(facs_is_aligned_and_dsdt_is_found),
		cmocka_unit_test(dsdt_names_the_real_pci_window),
		cmocka_unit_test(madt_lists_the_root_cells_cpus),
		cmocka_unit_test(madt_has_ioapic_and_overrides),
		cmocka_unit_test(ids_beyond_8_bits_become_x2apic_entries),
		cmocka_unit_test(missing_window_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
