// SPDX-License-Identifier: BSD-2-Clause
#include "inspect_json.h"

#include "choice.h"
#include "device.h"
#include "json.h"
#include "profile.h"

#include <inttypes.h>
#include <string.h>

static void put_sections(struct json *j, const struct pe_image *pe)
{
	struct pe_section s;
	uint32_t i;

	json_open(j, "sections", '[');
	for (i = 0; pe_section_at(pe, i, &s) == PE_OK; i++) {
		json_open(j, NULL, '{');
		json_text(j, "name", s.name);
		json_number(j, "address", s.rva);
		json_number(j, "size", s.virtual_size);
		json_number(j, "file_offset", s.raw_offset);
		json_number(j, "file_size", s.raw_size);
		json_bool(j, "writable", s.flags & PE_SCN_WRITE);
		json_bool(j, "executable", s.flags & PE_SCN_EXECUTE);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_section_text(struct json *j, const char *key, const struct pe_image *pe,
			     const char *section)
{
	struct pe_span span;

	if (pe_section(pe, section, &span) == PE_OK)
		json_bytes(j, key, span.data, span.size);
}

static void put_profiles(struct json *j, const struct pe_image *pe)
{
	struct profile p;
	uint32_t i;

	json_open(j, "profiles", '[');
	for (i = 0; profile_at(pe, i, &p); i++) {
		json_open(j, NULL, '{');
		json_text(j, "id", p.id);
		json_text(j, "title", p.title);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_fingerprint(struct json *j, uint64_t fingerprint)
{
	char text[24];

	snprintf(text, sizeof(text), "hw-%016" PRIx64, fingerprint);
	json_text(j, "fingerprint", text);
}

static void put_cpus(struct json *j, const struct bh_config_cell *c)
{
	uint32_t cpu;

	json_number(j, "cpus", c->cpu_count);
	json_open(j, "cpu_list", '[');
	for (cpu = 0; cpu < BH_CPU_MASK_BITS; cpu++)
		if (c->cpu_mask[cpu / 64] >> cpu % 64 & 1)
			json_number(j, NULL, cpu);
	json_close(j, ']');
}

static void put_devices(struct json *j, const struct bh_config_cell *c)
{
	char text[DEVICE_TEXT];
	uint32_t i;

	json_open(j, "devices", '[');
	for (i = 0; i < BH_MAX_DEVICES; i++)
		if (c->devices[i].kind != BH_DEVICE_NONE)
			json_text(j, NULL, device_text(&c->devices[i], text));
	json_close(j, ']');
}

static void put_lines(struct json *j, const struct bh_config_cell *c)
{
	uint32_t i;

	json_open(j, "ports", '[');
	for (i = 0; i < c->port_count; i++) {
		json_open(j, NULL, '{');
		json_number(j, "first", c->ports[i].first);
		json_number(j, "last", c->ports[i].last);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_open(j, "irqs", '[');
	for (i = 0; i < c->irq_count; i++)
		json_number(j, NULL, c->irqs[i]);
	json_close(j, ']');
}

static void put_links(struct json *j, const struct bh_config_cell *c)
{
	uint32_t i;

	json_open(j, "links", '[');
	for (i = 0; i < c->link_count; i++) {
		json_open(j, NULL, '{');
		json_text(j, "name", c->links[i].name);
		json_number(j, "size", c->links[i].size);
		json_text(j, "access", choice_word(choice_access, c->links[i].flags));
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_cell(struct json *j, const struct bh_config_cell *c)
{
	json_open(j, NULL, '{');
	json_text(j, "name", c->name);
	json_text(j, "boot", choice_word(choice_boot, c->boot));
	put_cpus(j, c);
	json_bool(j, "whole_cores", c->flags & BH_CELL_WHOLE_CORES);
	json_number(j, "memory", c->memory_size);
	json_number(j, "address", c->memory_gpa);
	json_number(j, "image_offset", c->image_offset);
	json_number(j, "image_size", c->image_size);
	json_bytes(j, "args", c->args, strnlen(c->args, sizeof(c->args)));
	put_devices(j, c);
	put_lines(j, c);
	put_links(j, c);
	json_text(j, "console", choice_word(choice_cell_console, c->flags & BH_CELL_QUIET));
	json_text(j, "on_fault", choice_word(choice_on_fault, c->flags & BH_CELL_FAULT_RESET));
	json_close(j, '}');
}

static void put_policy(struct json *j, const struct config *config)
{
	const struct bh_config *h = config->head;
	uint32_t i;

	json_open(j, "machine", '{');
	json_text(j, "iommu", choice_word(choice_iommu, h->iommu));
	json_text(j, "on_failure", choice_word(choice_on_failure, h->on_failure));
	json_text(j, "console", choice_word(choice_console, h->console_port));
	if (h->fingerprint)
		put_fingerprint(j, h->fingerprint);
	json_close(j, '}');
	json_open(j, "root", '{');
	json_number(j, "min_cpus", h->root_min_cpus);
	json_number(j, "min_memory", h->root_min_memory);
	json_close(j, '}');
	json_open(j, "cells", '[');
	for (i = 0; i < h->cell_count; i++)
		put_cell(j, &config->cells[i]);
	json_close(j, ']');
}

void inspect_json(const char *name, const struct opened *o, FILE *out)
{
	struct json j = {.out = out};
	uint32_t i;

	json_open(&j, NULL, '{');
	json_text(&j, "image", name);
	json_bool(&j, "sound", o->problem_count == 0);
	json_open(&j, "problems", '[');
	for (i = 0; i < o->problem_count; i++)
		json_text(&j, NULL, o->problems[i]);
	json_close(&j, ']');
	if (o->is_image) {
		put_section_text(&j, "kernel", &o->pe, ".uname");
		put_section_text(&j, "cmdline", &o->pe, ".cmdline");
		put_profiles(&j, &o->pe);
		put_sections(&j, &o->pe);
	}
	if (o->has_policy)
		put_policy(&j, &o->config);
	json_close(&j, '}');
}
