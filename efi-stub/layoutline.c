// SPDX-License-Identifier: BSD-2-Clause
#include "core/cpuset.h"
#include "core/format.h"
#include "layout.h"

void layout_cpus(const struct machine *m, u32 cell, char *text)
{
	struct cpuset set;

	cpuset_clear_all(&set);
	for (u32 i = 0; i < m->cpu_count; i++)
		if (m->cpus[i].cell == cell)
			cpuset_set(&set, i);
	cpuset_format(text, CPUSET_FORMAT_MAX, &set);
}

/* " devices=00:03.0,00:04.0", or nothing. */
static u32 put_devices(const struct machine *m, u32 cell, char *line, u32 at)
{
	const char *before = " devices=";

	for (u32 i = 0; i < m->platform.pci_count; i++) {
		const struct bh_boot_pci *f = &m->platform.pci[i];

		if (f->cell != cell)
			continue;
		at += format(line + at, LAYOUT_LINE - at, "%s%02x:%02x.%x", before, f->bdf >> 8,
			     f->bdf >> 3 & 0x1f, f->bdf & 7);
		before = ",";
	}
	return at;
}

/* " ports=0x2f8-0x2ff irqs=3,5", each only if there are any. */
static void put_lines(const struct bh_config_cell *c, char *line, u32 at)
{
	for (u32 i = 0; i < c->port_count; i++)
		at += format(line + at, LAYOUT_LINE - at, "%s0x%x-0x%x",
			     i ? "," : " ports=", c->ports[i].first, c->ports[i].last);
	for (u32 i = 0; i < c->irq_count; i++)
		at += format(line + at, LAYOUT_LINE - at, "%s%u", i ? "," : " irqs=", c->irqs[i]);
}

static void put_cell(const struct machine *m, const struct config *config, const struct layout *l,
		     u32 index, char *line)
{
	const struct bh_config_cell *c = &config->cells[index];
	char cpus[CPUSET_FORMAT_MAX];
	u64 at = l->cells[index];
	u32 n;

	layout_cpus(m, index + 1, cpus);
	n = format(line, LAYOUT_LINE, "layout: cell %s: memory=0x%lx-0x%lx cpus=%s", c->name, at,
		   at + c->memory_size - 1, cpus);
	n = put_devices(m, index + 1, line, n);
	put_lines(c, line, n);
}

/* A cell that may not write is marked. */
static void put_link(const struct config *config, const struct layout *l, u32 index, char *line)
{
	const struct bh_config_link *link = l->links.links[index].first;
	u64 at = l->link_at[index];
	const char *before = " cells=";
	u32 n = format(line, LAYOUT_LINE, "layout: link %s: memory=0x%lx-0x%lx", link->name, at,
		       at + link->size - 1);

	for (u32 i = 0; i < config->head->cell_count; i++)
		for (u32 k = 0; k < config->cells[i].link_count; k++) {
			const struct bh_config_link *member = &config->cells[i].links[k];

			if (links_find(&l->links, member->name) != &l->links.links[index])
				continue;
			n += format(line + n, LAYOUT_LINE - n, "%s%s%s", before,
				    config->cells[i].name,
				    member->flags & BH_LINK_WRITE ? "" : "(read)");
			before = ",";
		}
}

static void put_root(const struct machine *m, const struct layout *l, char *line)
{
	char cpus[CPUSET_FORMAT_MAX];

	layout_cpus(m, 0, cpus);
	format(line, LAYOUT_LINE, "layout: cell root: memory=%lu MiB cpus=%s", l->root_ram >> 20,
	       cpus);
}

bool layout_line(const struct machine *m, const struct config *config, const struct layout *l,
		 u32 number, char *line)
{
	u32 cells = config->head->cell_count;

	if (number == 0)
		format(line, LAYOUT_LINE, "layout: hypervisor: memory=0x%lx-0x%lx interrupts=%u/%u",
		       l->hv, l->hv + l->block.size - 1, l->interrupts, l->interrupts_max);
	else if (number <= cells)
		put_cell(m, config, l, number - 1, line);
	else if (number <= cells + l->links.count)
		put_link(config, l, number - cells - 1, line);
	else if (number == cells + l->links.count + 1)
		put_root(m, l, line);
	return number <= cells + l->links.count + 1;
}
