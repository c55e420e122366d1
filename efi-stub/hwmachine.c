// SPDX-License-Identifier: BSD-2-Clause
/* Rules about the machine: memory, tables, interrupt controllers, IOMMUs, the cells' devices. */
#include "core/format.h"
#include "core/string.h"
#include "devices.h"
#include "fingerprint.h"
#include "hwreport.h"
#include "iommu/vtd.h"
#include "iommu/vtd_hw.h"

#define WHAT_MAX 64u

/* The policy, of which a rule can leave out what another rule is about. */
struct part {
	struct bh_config head;
	struct bh_config_cell cells[BH_CONFIG_MAX_CELLS];
	struct config config;
};

static struct part part;

static bool required(const struct hw_machine *h)
{
	return h->wish->config->head->iommu == BH_IOMMU_REQUIRED;
}

static void check_fingerprint(struct hw_report *r, const struct hw_machine *h)
{
	u64 wanted = h->wish->config->head->fingerprint, found = fingerprint(h->m);

	if (!wanted)
		hw_line(r, HW_PASS, "fingerprint", "any; this machine's is hw-%016lx", found);
	else if (wanted == found)
		hw_line(r, HW_PASS, "fingerprint", "hw-%016lx", found);
	else
		hw_line(r, HW_FAIL, "fingerprint",
			"this machine's is hw-%016lx, the system file wants hw-%016lx: it is made "
			"for another machine, or this one was changed",
			found, wanted);
}

static const char *owner(const struct hw_machine *h, u32 cpu)
{
	u32 cell = h->m->cpus[cpu].cell;

	return cell ? h->wish->config->cells[cell - 1].name : "root";
}

/* For CPUs that have their owners. */
static void check_cores(struct hw_report *r, const struct hw_machine *h)
{
	const struct machine *m = h->m;

	for (u32 i = 1; i < m->cpu_count; i++)
		for (u32 k = 0; k < i; k++)
			if (m->cpus[i].cell != m->cpus[k].cell &&
			    topology_shares_core(&m->seats[i], &m->seats[k])) {
				hw_line(r, HW_WARN, "cores",
					"CPU %u of cell %s shares its core with CPU %u of cell %s, "
					"which slows it down and can watch it: say isolated: core, or "
					"switch SMT off in the firmware set-up",
					i, owner(h, i), k, owner(h, k));
				return;
			}
	hw_line(r, HW_PASS, "cores", "no two cells share one");
}

static void check_cpu_count(struct hw_report *r, const struct hw_machine *h)
{
	const struct config *c = h->wish->config;
	u32 root = 0;
	struct why why;

	if (!place_cpus(c, h->m->cpus, h->m->seats, h->m->cpu_count, &why)) {
		hw_line(r, HW_FAIL, "CPUs for the cells", "%s", why.text);
		return;
	}
	for (u32 i = 0; i < h->m->cpu_count; i++)
		root += h->m->cpus[i].cell == 0;
	hw_line(r, HW_PASS, "CPUs for the cells", "%u for RT cells, %u for root",
		h->m->cpu_count - root, root);
	check_cores(r, h);
}

/* Start with the whole policy. */
static void take_part(const struct config *c)
{
	part.head = *c->head;
	memcpy(part.cells, c->cells, c->head->cell_count * sizeof(*c->cells));
	part.config = (struct config){&part.head, part.cells};
}

/* The layout without devices, IOMMU and a wish for CPUs, and with CPUs that have no fault. */
static void check_memory(struct hw_report *r, const struct hw_machine *h)
{
	struct layout_wish wish = *h->wish;
	struct machine m = *h->m;
	struct layout layout;
	struct why why;

	take_part(wish.config);
	wish.config = &part.config;
	part.head.iommu = BH_IOMMU_OFF;
	part.head.root_min_cpus = 1;
	part.head.fingerprint = 0;
	m.faults = 0;
	for (u32 i = 0; i < part.head.cell_count; i++) {
		part.cells[i].cpu_count = part.cells[i].flags = 0;
		part.cells[i].port_count = part.cells[i].irq_count = 0;
		memset(part.cells[i].cpu_mask, 0, sizeof(part.cells[i].cpu_mask));
		memset(part.cells[i].devices, 0, sizeof(part.cells[i].devices));
	}
	if (layout_solve(&m, &wish, &layout, &why))
		hw_line(r, HW_PASS, "memory for the cells", "%lu MiB are left for root",
			layout.root_ram >> 20);
	else
		hw_line(r, HW_FAIL, "memory for the cells", "%s", why.text);
}

static void check_tables(struct hw_report *r, const struct hw_machine *h)
{
	const struct platform *p = &h->m->platform;

	if (h->has_acpi)
		hw_line(r, HW_PASS, "ACPI tables", "there");
	else
		hw_line(r, HW_WARN, "ACPI tables",
			"none: root gets generated ones, with less in them");
	if (p->mmconfig_phys)
		hw_line(r, HW_PASS, "MMCONFIG", "at 0x%lx, %u buses", p->mmconfig_phys,
			p->mmconfig_buses);
	else
		hw_line(r, HW_WARN, "MMCONFIG",
			"none (no ACPI table MCFG): extended capabilities of PCI Express stay hidden");
}

static void check_ioapics(struct hw_report *r, const struct hw_machine *h)
{
	const struct platform *p = &h->m->platform;
	u32 pins = 0;

	for (u32 i = 0; i < p->ioapic_count; i++) {
		if (required(h) && p->dmar.unit_count && !p->ioapics[i].has_source) {
			hw_line(r, HW_FAIL, "I/O APICs",
				"the one at 0x%lx cannot be fenced, because no unit of the "
				"firmware's DMAR names it: update the firmware",
				p->ioapics[i].phys);
			return;
		}
		pins += p->ioapics[i].pins;
	}
	hw_line(r, HW_PASS, "I/O APICs", "%u with %u pins", p->ioapic_count, pins);
}

static void check_unit(struct hw_report *r, const struct hw_machine *h, u32 i)
{
	const struct unit_caps *c = &h->m->platform.caps[i];
	struct vtd_caps caps = VTD_CAPS_ALL;
	char what[WHAT_MAX];
	const char *lack = c->cap == UINT64_MAX ? "has no registers"
						: vtd_caps_and(&caps, c->cap, c->ecap);

	format(what, sizeof(what), "IOMMU at 0x%lx", h->m->platform.dmar.units[i].phys);
	if (lack)
		hw_line(r, required(h) ? HW_FAIL : HW_WARN, what,
			"this unit %s: look for VT-d and interrupt remapping in the firmware set-up",
			lack);
	else
		hw_line(r, HW_PASS, what,
			"queued invalidation, interrupt remapping, %s addresses, %s pages, %u domains",
			caps.agaw48 ? "48-bit" : "39-bit", caps.leaf_2m ? "2 MiB" : "4 KiB",
			caps.domains);
}

static void check_reserved(struct hw_report *r, const struct hw_machine *h)
{
	u32 count = h->m->platform.dmar.rmrr_count;

	/* An RT cell's device among their users fails in its own line. */
	hw_line(r, HW_PASS, "memory of the firmware's devices", "%u reserved range%s, all root's",
		count, count == 1 ? "" : "s");
}

static void check_iommu(struct hw_report *r, const struct hw_machine *h)
{
	const struct platform *p = &h->m->platform;

	if (!required(h)) {
		hw_line(r, HW_WARN, "IOMMU",
			"the system file says iommu: off: any device of root can write to all memory");
		return;
	}
	if (p->dmar.unit_count > VTD_MAX_UNITS)
		hw_line(r, HW_FAIL, "IOMMU", "%u units, Bulkhead drives %u", p->dmar.unit_count,
			VTD_MAX_UNITS);
	else if (p->dmar.unit_count)
		hw_line(r, HW_PASS, "IOMMU", "VT-d, %u unit%s", p->dmar.unit_count,
			p->dmar.unit_count == 1 ? "" : "s");
	else if (p->has_dmar)
		hw_line(r, HW_FAIL, "IOMMU", "%s", p->dmar_why.text);
	else if (p->has_ivrs)
		hw_line(r, HW_FAIL, "IOMMU",
			"it is an AMD-Vi, which this version does not drive: say iommu: off in the "
			"system file, for development only");
	else
		hw_line(r, HW_FAIL, "IOMMU",
			"none (the firmware has neither a DMAR nor an IVRS table): enable VT-d in "
			"the firmware set-up");
	for (u32 i = 0; i < p->dmar.unit_count; i++)
		check_unit(r, h, i);
	if (p->dmar.unit_count)
		check_reserved(r, h);
}

static void name_device(const struct bh_config_cell *cell, const struct bh_config_device *d,
			char *what)
{
	if (d->kind == BH_DEVICE_ADDRESS)
		format(what, WHAT_MAX, "device %02x:%02x.%x of cell %s", d->bdf >> 8,
		       d->bdf >> 3 & 0x1f, d->bdf & 7, cell->name);
	else
		format(what, WHAT_MAX, "device %04x:%04x#%u of cell %s", d->vendor, d->device,
		       d->index, cell->name);
}

/* The rules for devices with this one alone. Return: the function, NULL and the sentence. */
static const struct bh_boot_pci *find_device(const struct hw_machine *h, u32 cell, u32 device,
					     struct why *why)
{
	struct platform *p = &h->m->platform;
	const struct devices devices = {p->pci, p->pci_count, &p->dmar};
	const struct config *c = h->wish->config;

	take_part(c);
	for (u32 i = 0; i < c->head->cell_count; i++)
		memset(part.cells[i].devices, 0, sizeof(part.cells[i].devices));
	part.cells[cell].devices[device] = c->cells[cell].devices[device];
	if (!devices_assign(&devices, &part.config, why))
		return NULL;
	for (u32 i = 0; i < p->pci_count; i++)
		if (p->pci[i].cell)
			return &p->pci[i];
	return NULL;
}

static void check_devices(struct hw_report *r, const struct hw_machine *h)
{
	const struct config *c = h->wish->config;
	char what[WHAT_MAX];
	struct why why;

	for (u32 i = 0; i < c->head->cell_count; i++) {
		for (u32 k = 0; k < BH_MAX_DEVICES; k++) {
			const struct bh_boot_pci *f;

			if (c->cells[i].devices[k].kind == BH_DEVICE_NONE)
				continue;
			name_device(&c->cells[i], &c->cells[i].devices[k], what);
			f = find_device(h, i, k, &why);
			if (f)
				hw_line(r, HW_PASS, what, "%04x:%04x at %02x:%02x.%x", f->vendor,
					f->device, f->bdf >> 8, f->bdf >> 3 & 0x1f, f->bdf & 7);
			else
				hw_line(r, HW_FAIL, what, "%s", why.text);
		}
	}
}

/* All rules in one, as a start applies them; after a failure it would only repeat that. */
static void check_layout(struct hw_report *r, const struct hw_machine *h, struct layout *out)
{
	struct why why;

	if (r->count[HW_FAIL])
		return;
	if (layout_solve(h->m, h->wish, out, &why))
		hw_line(r, HW_PASS, "layout", "everything has its place");
	else
		hw_line(r, HW_FAIL, "layout", "%s", why.text);
}

void hw_check_machine(struct hw_report *r, const struct hw_machine *machine, struct layout *out)
{
	check_fingerprint(r, machine);
	check_cpu_count(r, machine);
	check_memory(r, machine);
	check_tables(r, machine);
	check_ioapics(r, machine);
	check_iommu(r, machine);
	check_devices(r, machine);
	check_layout(r, machine, out);
}
