// SPDX-License-Identifier: BSD-2-Clause
#include "lines.h"

#include "fadt.h"

#define BAR_IO BIT32(0)

/* Without ACPI the timer was found in a PIIX4: its place among the ports of power management */
#define PIIX4_TIMER 8u
#define PIIX4_PORTS 64u

/* What is being checked. */
struct check {
	const struct platform *p;
	const struct bh_config_cell *cell;
	u32 number; /* of the cell */
	struct why *why;
};

const struct bh_boot_ioapic *lines_ioapic(const struct platform *p, u32 gsi)
{
	for (u32 i = 0; i < p->ioapic_count; i++)
		if (gsi >= p->ioapics[i].gsi_base &&
		    gsi - p->ioapics[i].gsi_base < p->ioapics[i].pins)
			return &p->ioapics[i];
	return NULL;
}

static bool bar_meets(const struct bh_boot_pci *f, const struct bh_config_ports *ports)
{
	for (u32 i = 0; i < 6; i++)
		if (f->bar_size[i] && (f->bar_flags[i] & BAR_IO) &&
		    ranges_meet(ports->first, ports->last - ports->first + 1u, f->bar[i],
				f->bar_size[i]))
			return true;
	return false;
}

static bool check_ports(const struct check *c, const struct bh_config_ports *ports)
{
	const struct platform *p = c->p;

	for (u32 i = 0; i < p->pci_count; i++) {
		const struct bh_boot_pci *f = &p->pci[i];

		if (f->cell != c->number && bar_meets(f, ports))
			return because(
				c->why,
				"cell %s: I/O ports 0x%x-0x%x hold registers of PCI function "
				"%02x:%02x.%x: take them out of its ports, or put the "
				"function into its devices",
				c->cell->name, ports->first, ports->last, f->bdf >> 8,
				f->bdf >> 3 & 0x1f, f->bdf & 7);
	}
	if (p->fadt ? fadt_has_port(p->fadt, ports->first, ports->last)
		    : p->pm_timer_port && ranges_meet(ports->first, ports->last - ports->first + 1u,
						      p->pm_timer_port - PIIX4_TIMER, PIIX4_PORTS))
		return because(c->why,
			       "cell %s: I/O ports 0x%x-0x%x hold registers of ACPI, by which the "
			       "root cell switches this machine off: take them out of its ports",
			       c->cell->name, ports->first, ports->last);
	return true;
}

/* The cell finds the registers where the machine has them. */
static bool check_place(const struct check *c, const struct bh_boot_ioapic *io)
{
	if (!ranges_meet(io->phys, PAGE_SIZE, c->cell->memory_gpa, c->cell->memory_size) &&
	    !config_meets_fixed(c->cell, io->phys, PAGE_SIZE))
		return true;
	return because(c->why,
		       "cell %s: the I/O APIC of its interrupt lines is at 0x%lx, where the cell "
		       "has something else: take the lines out of its irqs, or move its memory",
		       c->cell->name, io->phys);
}

static bool check_irq(const struct check *c, u32 gsi)
{
	const struct bh_boot_ioapic *io = lines_ioapic(c->p, gsi);

	if (!io)
		return because(c->why,
			       "cell %s: this machine has no interrupt line %u: none of its %u I/O "
			       "APICs has an input of that number",
			       c->cell->name, gsi, c->p->ioapic_count);
	if (gsi == c->p->sci_gsi || gsi == c->p->timer_gsi || gsi == c->p->clock_gsi)
		return because(c->why,
			       "cell %s: interrupt line %u is that of %s, which the root cell "
			       "needs: take it out of its irqs",
			       c->cell->name, gsi,
			       gsi == c->p->sci_gsi     ? "ACPI"
			       : gsi == c->p->timer_gsi ? "the system timer"
							: "the real-time clock");
	return check_place(c, io);
}

bool lines_check(const struct platform *p, const struct config *config, struct why *why)
{
	for (u32 i = 0; i < config->head->cell_count; i++) {
		struct check c = {p, &config->cells[i], i + 1, why};

		for (u32 k = 0; k < c.cell->port_count; k++)
			if (!check_ports(&c, &c.cell->ports[k]))
				return false;
		for (u32 k = 0; k < c.cell->irq_count; k++)
			if (!check_irq(&c, c.cell->irqs[k]))
				return false;
	}
	return true;
}
