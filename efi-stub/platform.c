// SPDX-License-Identifier: BSD-2-Clause
#include "platform.h"

#include "devices.h"
#include "fadt.h"
#include "fallback.h"
#include "mcfg.h"
#include "memory.h"
#include "pciscan.h"
#include "rootbridge.h"
#include "tables.h"
#include "uefi.h"

#define IOAPIC_BASE 0xfec00000u /* where PCs without ACPI have it */

static void *take_array(u64 count, u64 size)
{
	/* One entry more, because there is no memory of size 0. */
	return (void *)memory_take(&(struct memory_request){.what = "the list of devices",
							    .size = (count + 1) * size,
							    .type = EFI_MEM_LOADER_DATA});
}

static void find_ioapics(struct platform *p, const struct acpi_tables *acpi)
{
	const struct acpi_header *madt = acpi ? acpi_find(acpi, "APIC") : NULL;
	u32 most = madt ? acpi_madt_ioapics(madt, NULL, 0) : 1;

	p->ioapics = take_array(most, sizeof(*p->ioapics));
	p->ioapic_count = most;
	if (madt)
		acpi_madt_ioapics(madt, p->ioapics, most);
	else
		p->ioapics[0] = (struct bh_boot_ioapic){.phys = IOAPIC_BASE,
							.id = tables_ioapic_id()};
}

/* Drivers that poll their devices from timer events must not find them switched off. */
static void find_functions(struct platform *p)
{
	static struct pci_root roots[ROOTBRIDGE_MAX];
	struct pci_access access;
	u32 count = rootbridge_open(&access, roots);
	EFI_TPL old;

	p->pci_count = pci_scan(&access, roots, count, NULL, 0);
	p->pci = take_array(p->pci_count, sizeof(*p->pci));
	old = efi_bs->RaiseTPL(TPL_HIGH_LEVEL);
	pci_scan(&access, roots, count, p->pci, p->pci_count);
	efi_bs->RestoreTPL(old);
}

static void find_iommus(struct platform *p, const struct acpi_tables *acpi, bool required)
{
	const struct acpi_header *dmar = acpi ? acpi_find(acpi, "DMAR") : NULL;
	struct dmar_machine machine = {p->pci, p->pci_count, p->ioapics, p->ioapic_count};
	struct dmar_tables *t = &p->dmar;
	struct why why;
	bool sound = dmar && dmar_parse(dmar, &machine, t, &why);

	if (dmar && !sound && required)
		fail("%s", why.text);
	if (!sound) {
		*t = (struct dmar_tables){0};
		return;
	}
	t->units = take_array(t->unit_count, sizeof(*t->units));
	t->rmrrs = take_array(t->rmrr_count, sizeof(*t->rmrrs));
	t->scopes = take_array(t->scope_count, sizeof(*t->scopes));
	t->unit_max = t->unit_count;
	t->rmrr_max = t->rmrr_count;
	t->scope_max = t->scope_count;
	dmar_parse(dmar, &machine, t, &why);
}

static void find_fixed(struct platform *p, const struct acpi_tables *acpi)
{
	const struct acpi_header *mcfg = acpi ? acpi_find(acpi, "MCFG") : NULL;
	const struct acpi_header *fadt = acpi ? acpi_find(acpi, "FACP") : NULL;

	if (mcfg && !mcfg_find(mcfg, &p->mmconfig_phys, &p->mmconfig_buses))
		p->mmconfig_phys = p->mmconfig_buses = 0;
	p->pm_timer_port = acpi ? (fadt ? fadt_pm_timer(fadt) : 0) : tables_pm_timer();
}

void platform_find(struct platform *p, const struct config *config, const struct acpi_tables *acpi)
{
	struct devices devices;
	struct why why;

	find_fixed(p, acpi);
	find_ioapics(p, acpi);
	find_functions(p);
	find_iommus(p, acpi, config->head->iommu == BH_IOMMU_REQUIRED);
	devices = (struct devices){p->pci, p->pci_count, &p->dmar};
	if (!devices_assign(&devices, config, &why))
		fail("%s", why.text);
}
