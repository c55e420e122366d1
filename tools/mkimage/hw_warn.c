// SPDX-License-Identifier: BSD-2-Clause
#include "hw_warn.h"

#include <stdio.h>

#define ADDRESS_TEXT 8u /* "00:1f.2" */

static const char *cell_name(const struct config *config, uint32_t cell)
{
	return cell ? config->cells[cell - 1].name : "root";
}

static void warn_core(const struct machine *m, const struct config *config, uint32_t cell,
		      struct diag *diag)
{
	uint32_t a, b;

	for (a = 0; a < m->cpu_count; a++)
		for (b = 0; b < m->cpu_count && m->cpus[a].cell == cell; b++) {
			if (m->cpus[b].cell == cell ||
			    !topology_shares_core(&m->seats[a], &m->seats[b]))
				continue;
			diag_warning(
				diag, (struct pos){0, 0},
				"cell %s: its CPU %u shares a core with CPU %u of cell %s, which "
				"slows it down and can watch it; say 'isolated: core', or switch "
				"SMT off in the firmware set-up",
				cell_name(config, cell), a, b, cell_name(config, m->cpus[b].cell));
			return;
		}
}

static const char *address(uint16_t bdf, char *text)
{
	snprintf(text, ADDRESS_TEXT, "%02x:%02x.%x", bdf >> 8, bdf >> 3 & 0x1f, bdf & 7);
	return text;
}

/* The bridge that leads to the bus of @f, or a null pointer on a root bus. */
static const struct bh_boot_pci *bridge_of(const struct platform *p, const struct bh_boot_pci *f)
{
	const struct bh_boot_pci *best = NULL;
	uint32_t i;

	for (i = 0; i < p->pci_count; i++)
		if (p->pci[i].header == 1 && p->pci[i].secondary == f->bdf >> 8 &&
		    p->pci[i].bdf >> 8 < f->bdf >> 8)
			best = &p->pci[i];
	return best;
}

/* Is @f behind @bridge, directly or not? */
static bool is_behind(const struct bh_boot_pci *f, const struct bh_boot_pci *bridge)
{
	uint32_t bus = f->bdf >> 8;

	return bridge->secondary && bus >= bridge->secondary && bus <= bridge->subordinate;
}

/*
 * Requests from @f and from @other meet where both are behind one bridge, or inside one device.
 * What leads there from @f - itself, or a port of a switch - sends them back past the IOMMU unless
 * it has ACS.
 */
static bool can_meet(const struct platform *p, const struct bh_boot_pci *f,
		     const struct bh_boot_pci *other)
{
	const struct bh_boot_pci *way = f, *bridge;

	if (f->bdf >> 3 == other->bdf >> 3)
		return !f->acs;
	/* Bus numbers fall on the way up, so this ends. */
	for (bridge = bridge_of(p, way); bridge; bridge = bridge_of(p, way)) {
		if (is_behind(other, bridge))
			return !way->acs;
		way = bridge;
	}
	return false;
}

static void warn_device(const struct machine *m, const struct config *config,
			const struct bh_boot_pci *f, struct diag *diag)
{
	const struct platform *p = &m->platform;
	char mine[ADDRESS_TEXT], theirs[ADDRESS_TEXT];
	uint32_t i;

	for (i = 0; i < p->pci_count; i++) {
		const struct bh_boot_pci *other = &p->pci[i];

		if (other->cell == f->cell || other->header != 0 || !can_meet(p, f, other))
			continue;
		diag_warning(
			diag, (struct pos){0, 0},
			"cell %s: its device %s can reach %s of cell %s, which is behind the same "
			"bridge or in the same device, without passing the IOMMU: there is no ACS; "
			"put one of them elsewhere",
			cell_name(config, f->cell), address(f->bdf, mine),
			address(other->bdf, theirs), cell_name(config, other->cell));
		return;
	}
}

void hw_warn(const struct machine *m, const struct config *config, struct diag *diag)
{
	uint32_t i;

	for (i = 1; i <= config->head->cell_count; i++)
		warn_core(m, config, i, diag);
	for (i = 0; i < m->platform.pci_count; i++)
		if (m->platform.pci[i].cell)
			warn_device(m, config, &m->platform.pci[i], diag);
}
