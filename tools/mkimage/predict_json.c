// SPDX-License-Identifier: BSD-2-Clause
#include "predict.h"

#include "core/cpuset.h"
#include "e820.h"
#include "fingerprint.h"
#include "json.h"

static void put_caches(struct json *j, const struct machine *m)
{
	uint32_t i;

	json_open(j, "caches", '[');
	for (i = 0; i < m->cache_count; i++) {
		json_open(j, NULL, '{');
		json_number(j, "level", m->caches[i].level);
		json_text(j, "type", cache_type_name(m->caches[i].type));
		json_number(j, "size", m->caches[i].size);
		json_number(j, "ways", m->caches[i].ways);
		json_number(j, "threads", m->caches[i].threads);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_machine(struct json *j, const struct machine *m)
{
	char text[24];

	snprintf(text, sizeof(text), "hw-%016lx", fingerprint(m));
	json_open(j, "machine", '{');
	json_text(j, "cpu", m->vendor);
	json_number(j, "signature", m->signature);
	json_text(j, "fingerprint", text);
	json_number(j, "cpus", m->cpu_count);
	json_number(j, "memory", e820_ram(&m->map));
	json_number(j, "pci_functions", m->platform.pci_count);
	json_number(j, "iommus", m->platform.dmar.unit_count);
	put_caches(j, m);
	json_close(j, '}');
}

static void put_range(struct json *j, uint64_t start, uint64_t size)
{
	json_open(j, "memory", '{');
	json_number(j, "start", start);
	json_number(j, "size", size);
	json_close(j, '}');
}

/* CPUs as numbers, and the APIC ids that they have. */
static void put_cpus(struct json *j, const struct machine *m, uint32_t cell)
{
	uint32_t i;

	json_open(j, "cpus", '[');
	for (i = 0; i < m->cpu_count; i++)
		if (m->cpus[i].cell == cell)
			json_number(j, NULL, i);
	json_close(j, ']');
	json_open(j, "apic_ids", '[');
	for (i = 0; i < m->cpu_count; i++)
		if (m->cpus[i].cell == cell)
			json_number(j, NULL, m->cpus[i].apic_id);
	json_close(j, ']');
}

static void put_devices(struct json *j, const struct machine *m, uint32_t cell)
{
	char text[16];
	uint32_t i;

	json_open(j, "devices", '[');
	for (i = 0; i < m->platform.pci_count; i++) {
		const struct bh_boot_pci *f = &m->platform.pci[i];

		if (f->cell != cell)
			continue;
		snprintf(text, sizeof(text), "%02x:%02x.%x", f->bdf >> 8, f->bdf >> 3 & 0x1f,
			 f->bdf & 7);
		json_text(j, NULL, text);
	}
	json_close(j, ']');
}

static void put_cells(struct json *j, const struct prediction *p)
{
	const struct machine *m = &p->hw.machine;
	uint32_t i;

	json_open(j, "cells", '[');
	for (i = 0; i < p->config->head->cell_count; i++) {
		const struct bh_config_cell *cell = &p->config->cells[i];

		json_open(j, NULL, '{');
		json_text(j, "name", cell->name);
		put_range(j, p->layout.cells[i], cell->memory_size);
		put_cpus(j, m, i + 1);
		put_devices(j, m, i + 1);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_links(struct json *j, const struct prediction *p)
{
	const struct link_list *list = &p->layout.links;
	uint32_t i;

	json_open(j, "links", '[');
	for (i = 0; i < list->count; i++) {
		json_open(j, NULL, '{');
		json_text(j, "name", list->links[i].first->name);
		put_range(j, p->layout.link_at[i], list->links[i].first->size);
		json_number(j, "address", list->links[i].gpa);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_layout(struct json *j, const struct prediction *p)
{
	json_open(j, "hypervisor", '{');
	put_range(j, p->layout.hv, p->layout.block.size);
	json_number(j, "interrupts", p->layout.interrupts);
	json_number(j, "interrupts_max", p->layout.interrupts_max);
	json_close(j, '}');
	put_cells(j, p);
	put_links(j, p);
	json_open(j, "root", '{');
	json_number(j, "memory", p->layout.root_ram);
	put_cpus(j, &p->hw.machine, 0);
	put_devices(j, &p->hw.machine, 0);
	json_close(j, '}');
}

void predict_json(const struct prediction *p, FILE *out)
{
	struct json j = {.out = out};

	json_open(&j, NULL, '{');
	put_machine(&j, &p->hw.machine);
	json_bool(&j, "approximate", p->hw.approximate);
	json_bool(&j, "starts", p->starts);
	if (p->starts)
		put_layout(&j, p);
	else
		json_text(&j, "reason", p->why.text);
	json_close(&j, '}');
	fputc('\n', out);
}
