// SPDX-License-Identifier: BSD-2-Clause
#include "config.h"

#include <bulkhead/cell.h>

#include "core/port_policy.h"
#include "crc32.h"

#define UART_PORTS 8u
#define LAPIC_BASE 0xfee00000ULL /* SDM vol. 3, "Local APIC Status and Location" */

static u32 blob_crc(const struct bh_config *head)
{
	static const u32 zero;
	const u8 *p = (const u8 *)head;
	u32 at = (u32)offsetof(struct bh_config, crc32);
	u32 crc = crc32(0, p, at);

	crc = crc32(crc, &zero, sizeof(zero));
	return crc32(crc, p + at + sizeof(zero), head->size - at - sizeof(zero));
}

static bool check_head(const struct bh_config *head, u64 size, struct why *why)
{
	if (size < sizeof(*head) || head->magic != BH_CONFIG_MAGIC)
		return because(why,
			       "section .rtcfg is not a Bulkhead policy: build the image again");
	if (head->version != BH_CONFIG_VERSION)
		return because(why,
			       "section .rtcfg has version %u, this stub reads version %u: "
			       "build the image with the mkimage of the same build",
			       head->version, BH_CONFIG_VERSION);
	if (head->size > size || head->cell_count > BH_CONFIG_MAX_CELLS ||
	    head->size != sizeof(*head) + head->cell_count * sizeof(struct bh_config_cell))
		return because(why,
			       "section .rtcfg is %u bytes for %u cells, which does not fit: "
			       "the image is damaged",
			       head->size, head->cell_count);
	if (blob_crc(head) != head->crc32)
		return because(why, "section .rtcfg is damaged: its checksum does not match");
	if (head->iommu > BH_IOMMU_REQUIRED || head->on_failure > BH_FAIL_HALT ||
	    head->root_min_cpus == 0)
		return because(why, "section .rtcfg holds an unknown setting: build the image with "
				    "the mkimage of the same build");
	return true;
}

static bool name_ok(const char *name)
{
	u32 i;

	for (i = 0; i < BH_NAME_SIZE && name[i]; i++) {
		bool lower = name[i] >= 'a' && name[i] <= 'z';
		bool other = (name[i] >= '0' && name[i] <= '9') || name[i] == '_' || name[i] == '-';

		if (!lower && !(other && i > 0))
			return false;
	}
	return i > 0 && i < BH_NAME_SIZE;
}

bool config_same_name(const char *a, const char *b)
{
	u32 i = 0;

	while (a[i] && a[i] == b[i])
		i++;
	return a[i] == b[i];
}

bool config_meets_fixed(const struct bh_config_cell *cell, u64 base, u64 size)
{
	return ranges_meet(base, size, BH_CELL_INFO_GPA, PAGE_SIZE + BH_CELL_CONSOLE_SIZE) ||
	       (cell->link_count &&
		ranges_meet(base, size, BH_CELL_LINKS_GPA, BH_CELL_LINKS_SIZE)) ||
	       ranges_meet(base, size, LAPIC_BASE, PAGE_SIZE);
}

static bool check_names(const struct config *c, u32 index, struct why *why)
{
	const char *name = c->cells[index].name;

	if (!name_ok(name) || config_same_name(name, "root"))
		return because(why, "section .rtcfg: cell %u has no usable name", index + 1);
	for (u32 i = 0; i < index; i++)
		if (config_same_name(name, c->cells[i].name))
			return because(why, "section .rtcfg: two cells are called %s", name);
	return true;
}

static bool check_memory(const struct bh_config_cell *cell, struct why *why)
{
	/* 64 KiB is the smallest size that image.h allows; 32 KiB of it are the boot tables. */
	if (cell->memory_size < 0x10000 || cell->memory_size % PAGE_SIZE ||
	    cell->memory_gpa % PAGE_SIZE)
		return because(why,
			       "cell %s: memory size 0x%lx at 0x%lx is not made of whole pages "
			       "or is below 64 KiB",
			       cell->name, cell->memory_size, cell->memory_gpa);
	if (cell->memory_size > BH_CELL_INFO_GPA ||
	    cell->memory_gpa > BH_CELL_INFO_GPA - cell->memory_size)
		return because(why,
			       "cell %s: memory reaches beyond 0x%x, where the info page is: "
			       "make it smaller or move it down",
			       cell->name, BH_CELL_INFO_GPA);
	return true;
}

static bool check_devices(const struct bh_config_cell *cell, struct why *why)
{
	for (u32 i = 0; i < BH_MAX_DEVICES; i++)
		if (cell->devices[i].kind > BH_DEVICE_ID)
			return because(why, "cell %s: unknown kind %u of device", cell->name,
				       cell->devices[i].kind);
	return true;
}

/* The entry of a cell up to number @index that has one of these ports, but entry @k itself. */
static const struct bh_config_cell *port_owner(const struct config *c, u32 index, u32 k)
{
	const struct bh_config_ports *p = &c->cells[index].ports[k];

	for (u32 i = 0; i <= index; i++)
		for (u32 n = 0; n < (i == index ? k : c->cells[i].port_count); n++)
			if (c->cells[i].ports[n].first <= p->last &&
			    p->first <= c->cells[i].ports[n].last)
				return &c->cells[i];
	return NULL;
}

static bool check_port(const struct config *c, u32 index, u32 k, struct why *why)
{
	const struct bh_config_cell *cell = &c->cells[index], *owner = port_owner(c, index, k);
	const struct bh_config_ports *p = &cell->ports[k];
	u32 console = c->head->console_port;

	if (p->last < p->first)
		return because(why, "cell %s: I/O ports 0x%x-0x%x are no range", cell->name,
			       p->first, p->last);
	if (port_policy_find(p->first, p->last))
		return because(why, "cell %s: I/O ports 0x%x-0x%x are for no RT cell (%s)",
			       cell->name, p->first, p->last,
			       port_policy_find(p->first, p->last)->why);
	if (console && p->first < console + UART_PORTS && console <= p->last)
		return because(why, "cell %s: I/O ports 0x%x-0x%x are those of Bulkhead's console",
			       cell->name, p->first, p->last);
	if (owner)
		return because(why, "cells %s and %s both have ports of 0x%x-0x%x", owner->name,
			       cell->name, p->first, p->last);
	return true;
}

static bool irq_taken(const struct config *c, u32 index, u32 k)
{
	for (u32 i = 0; i <= index; i++)
		for (u32 n = 0; n < (i == index ? k : c->cells[i].irq_count); n++)
			if (c->cells[i].irqs[n] == c->cells[index].irqs[k])
				return true;
	return false;
}

static bool check_lines(const struct config *c, u32 index, struct why *why)
{
	const struct bh_config_cell *cell = &c->cells[index];

	if (cell->port_count > BH_MAX_PORTS || cell->irq_count > BH_MAX_IRQS)
		return because(why, "cell %s: too many ranges of I/O ports, or interrupt lines",
			       cell->name);
	for (u32 k = 0; k < cell->port_count; k++)
		if (!check_port(c, index, k, why))
			return false;
	for (u32 k = 0; k < cell->irq_count; k++) {
		if (irq_policy_reserved(cell->irqs[k]))
			return because(
				why, "cell %s: interrupt line %u stays with the root cell (%s)",
				cell->name, cell->irqs[k], irq_policy_reserved(cell->irqs[k]));
		if (irq_taken(c, index, k))
			return because(why, "cell %s: interrupt line %u is given away twice",
				       cell->name, cell->irqs[k]);
	}
	return true;
}

static bool check_links(const struct bh_config_cell *cell, struct why *why)
{
	if (cell->link_count > BH_MAX_LINKS)
		return because(why, "cell %s: too many links", cell->name);
	for (u32 i = 0; i < cell->link_count; i++) {
		const struct bh_config_link *link = &cell->links[i];

		if (!name_ok(link->name))
			return because(why, "cell %s: link %u has no usable name", cell->name,
				       i + 1);
		if (!link->size || link->size % PAGE_SIZE || link->size > BH_CELL_LINKS_SIZE ||
		    (link->flags & ~BH_LINK_WRITE))
			return because(why, "cell %s: link %s has an impossible size or flag",
				       cell->name, link->name);
		for (u32 k = 0; k < i; k++)
			if (config_same_name(link->name, cell->links[k].name))
				return because(why, "cell %s: link %s is there twice", cell->name,
					       link->name);
	}
	return true;
}

static bool has_cpu(const struct bh_config_cell *cell, u32 cpu)
{
	return cell->cpu_mask[cpu / 64] >> cpu % 64 & 1;
}

/* A cell that names its CPUs names all of them, not the boot CPU, and none of another cell. */
static bool check_cpus(const struct config *c, u32 index, struct why *why)
{
	const struct bh_config_cell *cell = &c->cells[index];
	u32 named = 0;

	for (u32 cpu = 0; cpu < BH_CPU_MASK_BITS; cpu++) {
		if (!has_cpu(cell, cpu))
			continue;
		named++;
		for (u32 i = 0; i < index; i++)
			if (has_cpu(&c->cells[i], cpu))
				return because(why,
					       "section .rtcfg: cells %s and %s both name CPU "
					       "%u",
					       c->cells[i].name, cell->name, cpu);
	}
	if (named && (named != cell->cpu_count || has_cpu(cell, 0)))
		return because(why, "cell %s: its list of CPUs does not fit their number",
			       cell->name);
	return true;
}

static bool check_cell(const struct config *c, u32 index, struct why *why)
{
	const struct bh_config_cell *cell = &c->cells[index];

	if (!check_names(c, index, why) || !check_memory(cell, why) || !check_devices(cell, why))
		return false;
	if (cell->boot != BH_BOOT_ELF64)
		return because(why, "cell %s: unknown boot kind %u", cell->name, cell->boot);
	if (cell->flags & ~BH_CELL_FLAGS)
		return because(why, "cell %s: unknown flags 0x%x", cell->name, cell->flags);
	if (cell->cpu_count == 0)
		return because(why, "cell %s: it wants no CPU", cell->name);
	if (!check_cpus(c, index, why) || !check_lines(c, index, why) || !check_links(cell, why))
		return false;
	if (cell->image_size > c->head->cells_size ||
	    cell->image_offset > c->head->cells_size - cell->image_size)
		return because(why, "cell %s: its program lies outside section .rtcells",
			       cell->name);
	if (cell->args[BH_ARGS_SIZE - 1])
		return because(why, "cell %s: its arguments do not end", cell->name);
	return true;
}

bool config_open(struct config *out, const void *data, u64 size, struct why *why)
{
	out->head = data;
	if (!check_head(out->head, size, why))
		return false;
	out->cells = (const struct bh_config_cell *)(out->head + 1);
	for (u32 i = 0; i < out->head->cell_count; i++)
		if (!check_cell(out, i, why))
			return false;
	return true;
}
