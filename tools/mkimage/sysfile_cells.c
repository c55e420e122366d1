// SPDX-License-Identifier: BSD-2-Clause
/* `cells:` of the system file. */
#include "sysfile_parts.h"

#include "choice.h"
#include "core/port_policy.h"
#include "device.h"
#include "field.h"
#include "ports.h"
#include "scalar.h"
#include "yaml.h"

#include <bulkhead/cell.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KIB             1024ull
#define PAGE_BYTES      (4 * KIB)
#define MIN_CELL_MEMORY (64 * KIB)
#define LOW_MEMORY      (1024 * KIB) /* SIPI starts a CPU below this (SDM vol. 3, "MP Init") */
#define MAX_GSI         511u         /* all inputs that Bulkhead drives: devices/ioapic.h */

static void read_name(struct reader *r, const struct yaml_node *node)
{
	struct sysfile_cell *cell = r->target;
	const char *text;

	if (!field_text(r, node, "a name", SIZE_MAX, &text))
		return;
	if (!scalar_is_cell_name(text)) {
		field_error(r, node,
			    "'%.64s' is not a cell name; use a-z, 0-9, _ and -, begin with "
			    "a letter, at most %u characters",
			    text, BH_NAME_SIZE - 1);
		return;
	}
	if (strcmp(text, "root") == 0) {
		field_error(r, node, "'root' is the name of the root cell; choose another");
		return;
	}
	memcpy(cell->name, text, strlen(text) + 1);
	cell->pos = node->pos;
}

static void read_boot(struct reader *r, const struct yaml_node *node)
{
	struct sysfile_cell *cell = r->target;

	field_choice(r, node, choice_boot, &cell->boot);
}

static void read_image(struct reader *r, const struct yaml_node *node)
{
	struct sysfile_cell *cell = r->target;

	sysfile_read_path(r, node, &cell->image);
}

static bool has_cpu(const struct sysfile_cell *cell, uint64_t cpu)
{
	return cell->cpu_mask[cpu / 64] >> cpu % 64 & 1;
}

/* Which CPUs, not only how many. */
static void read_cpu_list(struct reader *r, const struct yaml_node *node)
{
	struct sysfile_cell *cell = r->target;
	uint64_t n;
	uint32_t i;

	if (node->count == 0)
		field_error(r, node, "the list is empty; name at least one CPU");
	for (i = 0; i < node->count; i++) {
		if (!field_number(r, node->items[i], 1, BH_CPU_MASK_BITS - 1, &n))
			continue;
		if (has_cpu(cell, n))
			field_error(r, node->items[i], "CPU %" PRIu64 " stands here twice", n);
		cell->cpu_mask[n / 64] |= 1ull << n % 64;
	}
	cell->cpus = node->count;
	cell->cpus_pos = node->pos;
}

static void read_cpus(struct reader *r, const struct yaml_node *node)
{
	struct sysfile_cell *cell = r->target;
	uint64_t n;

	if (node->kind == YAML_LIST) {
		read_cpu_list(r, node);
		return;
	}
	if (node->kind == YAML_MAPPING) {
		field_error(r, node,
			    "expected a number of CPUs, or a list ([2, 3]) to say which, found a "
			    "mapping");
		return;
	}
	if (!field_number(r, node, 1, SYSFILE_MAX_CPUS, &n))
		return;
	cell->cpus = (uint32_t)n;
	cell->cpus_pos = node->pos;
}

/* A word that stands for a flag of the cell. */
static void read_flag(struct reader *r, const struct yaml_node *node, const struct choice *list)
{
	struct sysfile_cell *cell = r->target;
	uint32_t flag;

	if (field_choice(r, node, list, &flag))
		cell->flags |= flag;
}

static void read_isolated(struct reader *r, const struct yaml_node *node)
{
	read_flag(r, node, choice_isolated);
}

static void read_console(struct reader *r, const struct yaml_node *node)
{
	read_flag(r, node, choice_cell_console);
}

static void read_on_fault(struct reader *r, const struct yaml_node *node)
{
	read_flag(r, node, choice_on_fault);
}

static void read_memory(struct reader *r, const struct yaml_node *node)
{
	struct sysfile_cell *cell = r->target;

	if (field_size(r, node, MIN_CELL_MEMORY, BH_CELL_INFO_GPA, &cell->memory))
		cell->memory_pos = node->pos;
}

static void read_address(struct reader *r, const struct yaml_node *node)
{
	struct sysfile_cell *cell = r->target;

	if (field_address(r, node, 0, BH_CELL_INFO_GPA - MIN_CELL_MEMORY, &cell->address))
		cell->address_pos = node->pos;
}

static void read_args(struct reader *r, const struct yaml_node *node)
{
	struct sysfile_cell *cell = r->target;
	const char *text;

	if (field_text(r, node, "an argument string", BH_ARGS_SIZE - 1, &text))
		memcpy(cell->args, text, strlen(text) + 1);
}

static void read_device(struct reader *r, const struct yaml_node *node)
{
	struct sysfile_cell *cell = r->target;
	const char *text;

	if (!field_text(r, node, "a device", SIZE_MAX, &text))
		return;
	if (!device_parse(text, &cell->devices[cell->device_count])) {
		field_error(r, node,
			    "'%.64s' is not a device; write its address as \"00:03.0\", or vendor "
			    "and device as \"1234:11e8\", with #1 behind it for the second of "
			    "these",
			    text);
		return;
	}
	cell->device_pos[cell->device_count++] = node->pos;
}

static void read_devices(struct reader *r, const struct yaml_node *node)
{
	field_items(r, node, BH_MAX_DEVICES, "a list of devices ([\"00:03.0\"])", "devices",
		    read_device);
}

static void read_port_range(struct reader *r, const struct yaml_node *node)
{
	struct sysfile_cell *cell = r->target;
	const struct port_rule *rule;
	struct bh_config_ports ports;
	const char *text;

	if (!field_text(r, node, "a range of I/O ports", SIZE_MAX, &text))
		return;
	if (!ports_parse(text, &ports)) {
		field_error(r, node,
			    "'%.64s' is not a range of I/O ports; write one port as 0x378, or the "
			    "first and the last as 0x378-0x37a, up to 0xffff",
			    text);
		return;
	}
	rule = port_policy_find(ports.first, ports.last);
	if (rule) {
		field_error(r, node, "'%s' has ports that no RT cell gets: %s", text, rule->why);
		return;
	}
	cell->port_pos[cell->port_count] = node->pos;
	cell->ports[cell->port_count++] = ports;
}

static void read_ports(struct reader *r, const struct yaml_node *node)
{
	field_items(r, node, BH_MAX_PORTS, "a list of I/O ports ([0x378-0x37a])",
		    "ranges of I/O ports", read_port_range);
}

static void read_irq(struct reader *r, const struct yaml_node *node)
{
	struct sysfile_cell *cell = r->target;
	uint64_t n;

	if (!field_number(r, node, 0, MAX_GSI, &n))
		return;
	if (irq_policy_reserved((uint32_t)n)) {
		field_error(r, node,
			    "interrupt line %" PRIu64 " stays with the root cell: it is "
			    "that of %s",
			    n, irq_policy_reserved((uint32_t)n));
		return;
	}
	cell->irq_pos[cell->irq_count] = node->pos;
	cell->irqs[cell->irq_count++] = (uint16_t)n;
}

static void read_irqs(struct reader *r, const struct yaml_node *node)
{
	field_items(r, node, BH_MAX_IRQS, "a list of interrupt lines ([5])", "interrupt lines",
		    read_irq);
}

/* links: of a cell */

static void read_link_name(struct reader *r, const struct yaml_node *node)
{
	struct bh_config_link *link = r->target;
	const char *text;

	if (!field_text(r, node, "a name", SIZE_MAX, &text))
		return;
	if (!scalar_is_cell_name(text)) {
		field_error(r, node,
			    "'%.64s' is not a name of a link; use a-z, 0-9, _ and -, begin with "
			    "a letter, at most %u characters",
			    text, BH_NAME_SIZE - 1);
		return;
	}
	memcpy(link->name, text, strlen(text) + 1);
}

static void read_link_size(struct reader *r, const struct yaml_node *node)
{
	struct bh_config_link *link = r->target;

	field_size(r, node, PAGE_BYTES, BH_CELL_LINKS_SIZE, &link->size);
}

static void read_link_access(struct reader *r, const struct yaml_node *node)
{
	struct bh_config_link *link = r->target;

	field_choice(r, node, choice_access, &link->flags);
}

/* clang-format off */
static const struct field link_fields[] = {
	{"name", true, read_link_name},
	{"size", true, read_link_size},
	{"access", false, read_link_access},
	{NULL, false, NULL},
};
/* clang-format on */

static void read_link(struct reader *r, const struct yaml_node *node)
{
	struct sysfile_cell *cell = r->target;
	struct bh_config_link *link = &cell->links[cell->link_count];
	char where[48];

	snprintf(where, sizeof(where), "%s.links[%u]", r->where, cell->link_count);
	cell->link_pos[cell->link_count++] = node->pos;
	link->flags = BH_LINK_WRITE;
	field_read(r->diag, node, where, link_fields, link);
}

static void read_links(struct reader *r, const struct yaml_node *node)
{
	field_items(r, node, BH_MAX_LINKS, "a list of links ([{name: axis, size: 64K}])", "links",
		    read_link);
}

/* clang-format off */
static const struct field cell_fields[] = {
	{"name", true, read_name},
	{"boot", true, read_boot},
	{"image", true, read_image},
	{"cpus", true, read_cpus},
	{"isolated", false, read_isolated},
	{"memory", true, read_memory},
	{"address", false, read_address},
	{"args", false, read_args},
	{"devices", false, read_devices},
	{"ports", false, read_ports},
	{"irqs", false, read_irqs},
	{"console", false, read_console},
	{"links", false, read_links},
	{"on_fault", false, read_on_fault},
	{NULL, false, NULL},
};
/* clang-format on */

static void check_name_unique(struct diag *diag, const struct sysfile *sysfile, uint32_t index)
{
	const struct sysfile_cell *cell = &sysfile->cells[index];
	uint32_t i;

	if (cell->name[0] == '\0')
		return;
	for (i = 0; i < index; i++) {
		if (strcmp(sysfile->cells[i].name, cell->name) == 0) {
			diag_error(diag, cell->pos,
				   "cells[%u].name: '%s' is already the name of "
				   "the cell in line %u; choose another",
				   index, cell->name, sysfile->cells[i].pos.line);
			return;
		}
	}
}

/* The entry that says the same as entry @k of cell @index and stands before it, or NULL. */
static const struct pos *same_device(const struct sysfile *sysfile, uint32_t index, uint32_t k)
{
	const struct bh_config_device *device = &sysfile->cells[index].devices[k];
	uint32_t i, j;

	for (i = 0; i <= index; i++) {
		const struct sysfile_cell *cell = &sysfile->cells[i];

		for (j = 0; j < (i == index ? k : cell->device_count); j++)
			if (device_same(&cell->devices[j], device))
				return &cell->device_pos[j];
	}
	return NULL;
}

static void check_devices_unique(struct diag *diag, const struct sysfile *sysfile, uint32_t index)
{
	const struct sysfile_cell *cell = &sysfile->cells[index];
	char text[DEVICE_TEXT];
	uint32_t k;

	for (k = 0; k < cell->device_count; k++) {
		const struct pos *other = same_device(sysfile, index, k);

		if (other)
			diag_error(diag, cell->device_pos[k],
				   "cells[%u].devices: '%s' is already given away in line %u; a "
				   "device belongs to one cell",
				   index, device_text(&cell->devices[k], text), other->line);
	}
}

static void check_cpus_unique(struct diag *diag, const struct sysfile *sysfile, uint32_t index)
{
	const struct sysfile_cell *cell = &sysfile->cells[index], *other;
	uint32_t i, cpu;

	for (i = 0; i < index; i++) {
		other = &sysfile->cells[i];
		for (cpu = 0; cpu < BH_CPU_MASK_BITS; cpu++)
			if (has_cpu(cell, cpu) && has_cpu(other, cpu))
				diag_error(diag, cell->cpus_pos,
					   "cells[%u].cpus: CPU %u is already given away in line "
					   "%u; a CPU belongs to one cell",
					   index, cpu, other->cpus_pos.line);
	}
}

/* The entry before number @k of cell @index that has one of its ports, or NULL. */
static const struct pos *same_ports(const struct sysfile *sysfile, uint32_t index, uint32_t k)
{
	const struct bh_config_ports *ports = &sysfile->cells[index].ports[k];
	uint32_t i, j;

	for (i = 0; i <= index; i++) {
		const struct sysfile_cell *cell = &sysfile->cells[i];

		for (j = 0; j < (i == index ? k : cell->port_count); j++)
			if (cell->ports[j].first <= ports->last &&
			    ports->first <= cell->ports[j].last)
				return &cell->port_pos[j];
	}
	return NULL;
}

static void check_ports_unique(struct diag *diag, const struct sysfile *sysfile, uint32_t index)
{
	const struct sysfile_cell *cell = &sysfile->cells[index];
	char text[PORTS_TEXT];
	uint32_t k;

	for (k = 0; k < cell->port_count; k++) {
		const struct pos *other = same_ports(sysfile, index, k);

		if (other)
			diag_error(diag, cell->port_pos[k],
				   "cells[%u].ports: ports of '%s' are already given away in line "
				   "%u; a port belongs to one cell",
				   index, ports_text(&cell->ports[k], text), other->line);
	}
}

/* The entry before number @k of cell @index that names the same line, or NULL. */
static const struct pos *same_irq(const struct sysfile *sysfile, uint32_t index, uint32_t k)
{
	uint32_t i, j;

	for (i = 0; i <= index; i++) {
		const struct sysfile_cell *cell = &sysfile->cells[i];

		for (j = 0; j < (i == index ? k : cell->irq_count); j++)
			if (cell->irqs[j] == sysfile->cells[index].irqs[k])
				return &cell->irq_pos[j];
	}
	return NULL;
}

static void check_irqs_unique(struct diag *diag, const struct sysfile *sysfile, uint32_t index)
{
	const struct sysfile_cell *cell = &sysfile->cells[index];
	uint32_t k;

	for (k = 0; k < cell->irq_count; k++) {
		const struct pos *other = same_irq(sysfile, index, k);

		if (other)
			diag_error(
				diag, cell->irq_pos[k],
				"cells[%u].irqs: interrupt line %u is already given away in line "
				"%u; a line belongs to one cell",
				index, cell->irqs[k], other->line);
	}
}

/* Rules that need more than one key of a cell. Keys with an error of their own are left out. */
static void check_cell(struct diag *diag, const struct sysfile *sysfile, uint32_t index)
{
	const struct sysfile_cell *cell = &sysfile->cells[index];

	check_name_unique(diag, sysfile, index);
	check_devices_unique(diag, sysfile, index);
	check_ports_unique(diag, sysfile, index);
	check_irqs_unique(diag, sysfile, index);
	check_cpus_unique(diag, sysfile, index);
	if (cell->memory && cell->address + cell->memory > BH_CELL_INFO_GPA)
		diag_error(diag, cell->memory_pos,
			   "cells[%u].memory: the memory ends at 0x%" PRIx64
			   ", above 0x%x where the cell info page lies; lower the size or the "
			   "address",
			   index, cell->address + cell->memory, BH_CELL_INFO_GPA);
	if (cell->cpus > 1 && cell->address >= LOW_MEMORY)
		diag_error(diag, cell->cpus_pos,
			   "cells[%u].cpus: %u CPUs need memory below 1 MiB, "
			   "where a SIPI starts them; put the address below 0x%llx",
			   index, cell->cpus, LOW_MEMORY);
}

static void read_cell(struct reader *r, struct sysfile *sysfile, const struct yaml_node *node)
{
	uint32_t index = sysfile->cell_count++;
	char where[32];

	snprintf(where, sizeof(where), "cells[%u]", index);
	field_read(r->diag, node, where, cell_fields, &sysfile->cells[index]);
	check_cell(r->diag, sysfile, index);
}

/* What all cells together say of the link that is entry @k of cell @index. */
struct link_use {
	const struct sysfile_cell *first; /* that names it */
	uint32_t first_k, members, writers;
};

static struct link_use use_of_link(const struct sysfile *sysfile, const char *name)
{
	struct link_use use = {0};
	uint32_t i, k;

	for (i = 0; i < sysfile->cell_count; i++) {
		const struct sysfile_cell *cell = &sysfile->cells[i];

		for (k = 0; k < cell->link_count; k++) {
			if (strcmp(cell->links[k].name, name) != 0)
				continue;
			if (!use.members++) {
				use.first = cell;
				use.first_k = k;
			}
			use.writers += cell->links[k].flags & BH_LINK_WRITE ? 1 : 0;
		}
	}
	return use;
}

static bool named_before(const struct sysfile_cell *cell, uint32_t k)
{
	uint32_t i;

	for (i = 0; i < k; i++)
		if (strcmp(cell->links[i].name, cell->links[k].name) == 0)
			return true;
	return false;
}

static void check_link(struct diag *diag, const struct sysfile *sysfile, uint32_t index, uint32_t k)
{
	const struct sysfile_cell *cell = &sysfile->cells[index];
	const struct bh_config_link *link = &cell->links[k], *first;
	struct link_use use = use_of_link(sysfile, link->name);
	struct pos pos = cell->link_pos[k];

	first = &use.first->links[use.first_k];
	if (named_before(cell, k))
		diag_error(diag, pos, "cells[%u].links[%u]: the cell has the link '%s' already",
			   index, k, link->name);
	else if (use.members < 2)
		diag_error(diag, pos,
			   "cells[%u].links[%u]: no other cell has a link '%s'; name it in each "
			   "cell that shares it",
			   index, k, link->name);
	else if (first == link && !use.writers)
		diag_error(diag, pos,
			   "cells[%u].links[%u]: no cell may write to the link '%s'; give one of "
			   "them 'access: write'",
			   index, k, link->name);
	else if (link->size && first->size && link->size != first->size)
		diag_error(diag, pos,
			   "cells[%u].links[%u]: the link '%s' has 0x%" PRIx64
			   " bytes here and 0x%" PRIx64 " in line %u; give it one size",
			   index, k, link->name, link->size, first->size,
			   use.first->link_pos[use.first_k].line);
}

/* Rules about the links of all cells together. */
static void check_links(struct diag *diag, const struct sysfile *sysfile)
{
	uint64_t total = 0;
	uint32_t count = 0, i, k;

	for (i = 0; i < sysfile->cell_count; i++)
		for (k = 0; k < sysfile->cells[i].link_count; k++) {
			const struct sysfile_cell *cell = &sysfile->cells[i];
			struct link_use use = use_of_link(sysfile, cell->links[k].name);

			if (cell->links[k].name[0] == '\0')
				continue;
			check_link(diag, sysfile, i, k);
			if (use.first != cell || use.first_k != k)
				continue;
			total += cell->links[k].size;
			if (++count == BH_CONFIG_MAX_LINKS + 1)
				diag_error(
					diag, cell->link_pos[k],
					"cells[%u].links[%u]: there are more than %u links; merge some",
					i, k, BH_CONFIG_MAX_LINKS);
			if (total > BH_CELL_LINKS_SIZE &&
			    total - cell->links[k].size <= BH_CELL_LINKS_SIZE)
				diag_error(diag, cell->link_pos[k],
					   "cells[%u].links[%u]: with '%s' all links together have "
					   "more than %u MiB; make them smaller",
					   i, k, cell->links[k].name, BH_CELL_LINKS_SIZE >> 20);
		}
}

void sysfile_read_cells(struct reader *r, const struct yaml_node *node)
{
	struct sysfile *sysfile = r->target;
	uint32_t i;

	if (!field_is_list(r, node, "a list (items that begin with '- ')"))
		return;
	if (node->count > BH_CONFIG_MAX_CELLS) {
		field_error(r, node->items[BH_CONFIG_MAX_CELLS],
			    "there are %u cells; at most %u are possible", node->count,
			    BH_CONFIG_MAX_CELLS);
		return;
	}
	for (i = 0; i < node->count; i++)
		read_cell(r, sysfile, node->items[i]);
	check_links(r->diag, sysfile);
}
