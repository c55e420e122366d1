// SPDX-License-Identifier: BSD-2-Clause
#include "tables.h"

#include "acpi_gen.h"
#include "fallback.h"
#include "memory.h"
#include "rootbridge.h"
#include "uefi.h"

/* PIIX4 data sheet: function 3, "Power Management Base Address" */
#define PIIX4_DEVICE    1u
#define PIIX4_FUNCTION  3u
#define PIIX4_ID        0x71138086u
#define PIIX4_PMBA      0x40u
#define PIIX4_PMBA_MASK 0xffc0u
#define PIIX4_PMTMR     0x08u /* "Power Management Timer" */

/* 82093AA data sheet, "I/O APIC Identification", "I/O APIC Version" */
#define IOAPIC_SELECT  0xfec00000ULL
#define IOAPIC_DATA    0x10u
#define IOAPIC_ID      0u
#define IOAPIC_VERSION 1u

extern const u8 dsdt_image[], dsdt_image_end[];

static void *old_acpi10, *old_acpi20;
static bool published;

/* Firmware maps all memory to itself; addresses that no CPU can have are refused. */
static const void *map_identity(void *ctx, u64 phys, u64 size)
{
	u64 top = *(u64 *)ctx;

	if (phys == 0 || phys >= top || size > top - phys)
		return NULL;
	return (const void *)phys;
}

bool tables_open(struct acpi_tables *t)
{
	static struct acpi_view view = {map_identity, NULL};
	static u64 top;
	void *rsdp = uefi_config_table(&guid_acpi20);
	struct why why;

	if (!rsdp)
		rsdp = uefi_config_table(&guid_acpi10);
	if (!rsdp)
		return false;
	top = memory_top();
	view.ctx = &top;
	if (!acpi_open(t, &view, (uintptr_t)rsdp, &why))
		fail("%s", why.text);
	return true;
}

static u64 take(u64 size)
{
	return memory_take(&(struct memory_request){.what = "the root cell's ACPI tables",
						    .size = size,
						    .below = SIZE_4G,
						    .type = EFI_MEM_ACPI_RECLAIM});
}

static u32 ioapic_read(u64 phys, u32 reg)
{
	*(volatile u32 *)phys = reg;
	return *(volatile u32 *)(phys + IOAPIC_DATA);
}

u8 tables_ioapic_id(void)
{
	return (u8)(ioapic_read(IOAPIC_SELECT, IOAPIC_ID) >> 24 & 0xf);
}

u32 tables_ioapic_version(u64 phys)
{
	return ioapic_read(phys, IOAPIC_VERSION);
}

static u16 piix4_pm_base(void)
{
	if (rootbridge_read32(PIIX4_DEVICE, PIIX4_FUNCTION, 0) != PIIX4_ID)
		return 0;
	return (u16)(rootbridge_read32(PIIX4_DEVICE, PIIX4_FUNCTION, PIIX4_PMBA) & PIIX4_PMBA_MASK);
}

u32 tables_pm_timer(void)
{
	u32 base = piix4_pm_base();

	return base ? base + PIIX4_PMTMR : 0;
}

static u64 generate(const u32 *ids, u32 count)
{
	struct acpi_machine m = {
		.cpu_ids = ids,
		.cpu_count = count,
		.ioapic_id = tables_ioapic_id(),
		.pm_base = piix4_pm_base(),
		.dsdt = dsdt_image,
		.dsdt_size = (u32)(dsdt_image_end - dsdt_image),
	};
	struct window low;
	struct why why;
	u64 to;

	/*
	 * The firmware reports what its devices use. What follows up to the I/O APIC is free for
	 * the devices that the root cell's kernel has to find room for.
	 */
	if (rootbridge_low(&low) && low.start < IOAPIC_SELECT) {
		m.mmio_start = (u32)low.start;
		m.mmio_end = (u32)IOAPIC_SELECT;
	}
	to = take(acpi_generate_size(&m));
	if (!acpi_generate(&m, (u8 *)to, to, &why))
		fail("%s", why.text);
	return to;
}

u64 tables_for_root(const struct acpi_tables *acpi, const u32 *ids, u32 count)
{
	struct why why;
	u64 to;

	if (!acpi)
		return generate(ids, count);
	to = take(acpi_patch_size(acpi));
	if (!acpi_patch(acpi, (u8 *)to, to, ids, count, &why))
		fail("%s", why.text);
	return to;
}

static EFI_STATUS install(const EFI_GUID *guid, void *table)
{
	EFI_GUID copy = *guid;

	return efi_bs->InstallConfigurationTable(&copy, table);
}

void tables_publish(u64 rsdp)
{
	EFI_STATUS status;

	old_acpi10 = uefi_config_table(&guid_acpi10);
	old_acpi20 = uefi_config_table(&guid_acpi20);
	published = true;
	status = install(&guid_acpi20, (void *)rsdp);
	if (!EFI_ERROR(status))
		status = install(&guid_acpi10, (void *)rsdp);
	if (EFI_ERROR(status))
		fail("the firmware does not take the root cell's ACPI tables (firmware error 0x%lx)",
		     status);
}

void tables_withdraw(void)
{
	if (!published)
		return;
	published = false;
	/* A null pointer removes the entry; there is nothing to do if the firmware refuses. */
	(void)install(&guid_acpi20, old_acpi20);
	(void)install(&guid_acpi10, old_acpi10);
}
