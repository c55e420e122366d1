// SPDX-License-Identifier: BSD-2-Clause
#include "platform.h"

#include "fadt.h"
#include "mcfg.h"

/* 82093AA data sheet, "I/O APIC Version": number of the last pin */
#define VERSION_LAST(version) ((version) >> 16 & 0xff)

#define IRQ_TIMER             0u
#define IRQ_CLOCK             8u
#define IRQ_SCI               9u /* by convention, and in the tables that root gets where there are none */

static u32 gsi_of(const struct platform_source *s, u32 irq)
{
	return s->madt ? acpi_madt_gsi(s->madt, irq) : irq;
}

static void *take(const struct platform_source *s, u64 count, u64 size)
{
	/* One entry more, because there is no memory of size 0. */
	return s->take(s->ctx, (count + 1) * size);
}

static void read_ioapics(struct platform *p, const struct platform_source *s)
{
	p->ioapic_count = s->madt ? acpi_madt_ioapics(s->madt, NULL, 0) : 1;
	p->ioapics = take(s, p->ioapic_count, sizeof(*p->ioapics));
	if (s->madt)
		acpi_madt_ioapics(s->madt, p->ioapics, p->ioapic_count);
	else
		p->ioapics[0] = s->ioapic(s->ctx);
	for (u32 i = 0; i < p->ioapic_count; i++)
		p->ioapics[i].pins = VERSION_LAST(s->ioapic_version(s->ctx, p->ioapics[i].phys)) +
				     1;
}

/* Drivers that poll their devices from timer events must not find them switched off. */
static void read_functions(struct platform *p, const struct platform_source *s)
{
	p->pci_count = pci_scan(&s->access, s->roots, s->root_count, NULL, 0);
	p->pci = take(s, p->pci_count, sizeof(*p->pci));
	s->quiet(s->ctx, true);
	pci_scan(&s->access, s->roots, s->root_count, p->pci, p->pci_count);
	s->quiet(s->ctx, false);
}

static void read_iommus(struct platform *p, const struct platform_source *s)
{
	struct dmar_machine machine = {p->pci, p->pci_count, p->ioapics, p->ioapic_count};
	struct dmar_tables *t = &p->dmar;

	p->has_dmar = s->dmar != NULL;
	p->has_ivrs = s->has_ivrs;
	if (!s->dmar || !dmar_parse(s->dmar, &machine, t, &p->dmar_why)) {
		*t = (struct dmar_tables){0};
		return;
	}
	t->units = take(s, t->unit_count, sizeof(*t->units));
	t->rmrrs = take(s, t->rmrr_count, sizeof(*t->rmrrs));
	t->scopes = take(s, t->scope_count, sizeof(*t->scopes));
	t->unit_max = t->unit_count;
	t->rmrr_max = t->rmrr_count;
	t->scope_max = t->scope_count;
	dmar_parse(s->dmar, &machine, t, &p->dmar_why);
	p->caps = take(s, t->unit_count, sizeof(*p->caps));
	for (u32 i = 0; i < t->unit_count; i++)
		p->caps[i] = s->caps(s->ctx, t->units[i].phys);
}

void platform_read(struct platform *p, const struct platform_source *s)
{
	*p = (struct platform){.pm_timer_port = s->pm_timer_port, .fadt = s->fadt};
	if (s->mcfg && !mcfg_find(s->mcfg, &p->mmconfig_phys, &p->mmconfig_buses))
		p->mmconfig_phys = p->mmconfig_buses = 0;
	if (s->fadt)
		p->pm_timer_port = fadt_pm_timer(s->fadt);
	p->timer_gsi = gsi_of(s, IRQ_TIMER);
	p->clock_gsi = gsi_of(s, IRQ_CLOCK);
	p->sci_gsi = gsi_of(s, s->fadt ? fadt_sci(s->fadt) : IRQ_SCI);
	read_ioapics(p, s);
	read_functions(p, s);
	read_iommus(p, s);
}
