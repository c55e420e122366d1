// SPDX-License-Identifier: BSD-2-Clause
#include "survey.h"

#include "core/string.h"
#include "memory.h"
#include "rootbridge.h"
#include "tables.h"
#include "uefi.h"

#define IOAPIC_BASE 0xfec00000u /* where PCs without ACPI have it */

/* VT-d specification, "Capability Register", "Extended Capability Register" */
#define VTD_CAP  0x08u
#define VTD_ECAP 0x10u

static u64 top; /* memory_top() */

static void *take_list(void *ctx, u64 size)
{
	(void)ctx;
	return (void *)memory_take(&(struct memory_request){
		.what = "the list of devices", .size = size, .type = EFI_MEM_LOADER_DATA});
}

/* Firmware maps what is below the top of its memory to itself; beyond, a read may fault. */
static bool is_reachable(u64 phys)
{
	return phys && phys < top - PAGE_SIZE;
}

static struct unit_caps read_caps(void *ctx, u64 phys)
{
	(void)ctx;
	if (!is_reachable(phys))
		return (struct unit_caps){UINT64_MAX, UINT64_MAX};
	return (struct unit_caps){*(const volatile u64 *)(phys + VTD_CAP),
				  *(const volatile u64 *)(phys + VTD_ECAP)};
}

static u32 read_ioapic_version(void *ctx, u64 phys)
{
	(void)ctx;
	return is_reachable(phys) ? tables_ioapic_version(phys) : UINT32_MAX;
}

static struct bh_boot_ioapic only_ioapic(void *ctx)
{
	(void)ctx;
	return (struct bh_boot_ioapic){.phys = IOAPIC_BASE, .id = tables_ioapic_id()};
}

/* Timer events of drivers must not run meanwhile. */
static void be_quiet(void *ctx, bool on)
{
	static EFI_TPL old;

	(void)ctx;
	if (on)
		old = efi_bs->RaiseTPL(TPL_HIGH_LEVEL);
	else
		efi_bs->RestoreTPL(old);
}

void survey_source(struct platform_source *s, const struct acpi_tables *acpi)
{
	static struct pci_root roots[ROOTBRIDGE_MAX];

	top = memory_top();
	*s = (struct platform_source){
		.take = take_list,
		.caps = read_caps,
		.ioapic_version = read_ioapic_version,
		.ioapic = only_ioapic,
		.quiet = be_quiet,
		.roots = roots,
	};
	s->root_count = rootbridge_open(&s->access, roots);
	if (!acpi) {
		s->pm_timer_port = tables_pm_timer();
		return;
	}
	s->madt = acpi_find(acpi, "APIC");
	s->dmar = acpi_find(acpi, "DMAR");
	s->mcfg = acpi_find(acpi, "MCFG");
	s->fadt = acpi_find(acpi, "FACP");
	s->has_ivrs = acpi_find(acpi, "IVRS") != NULL;
}

static void name_cpu(struct machine *m)
{
	struct cpuid_regs r = cpuid(0, 0);

	memcpy(m->vendor, &r.ebx, 4);
	memcpy(m->vendor + 4, &r.edx, 4);
	memcpy(m->vendor + 8, &r.ecx, 4);
	m->signature = cpuid(1, 0).eax;
}

void survey(struct machine *m, const struct acpi_tables *acpi)
{
	struct platform_source source;
	u64 key;

	machine_cpus(m, acpi);
	machine_probe(m);
	name_cpu(m);
	survey_source(&source, acpi);
	platform_read(&m->platform, &source);
	m->phys_top = top;
	/* As late as possible: what was taken meanwhile must not look free. */
	memory_map(&m->map, 0, &key);
}
