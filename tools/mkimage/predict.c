// SPDX-License-Identifier: BSD-2-Clause
#include "predict.h"

#include "bootparams.h"
#include "e820.h"
#include "fingerprint.h"
#include "hw_warn.h"
#include "pe.h"

#include <string.h>

#define HEADER_ALIGN 16u /* of the hypervisor in the stub: efi-stub/images.S */

/* The hypervisor's header inside a section, or a null pointer. */
static const uint8_t *header_in(const struct pe_span *span)
{
	const uint64_t magic = BH_HV_MAGIC;
	uint64_t at;

	for (at = 0; at + sizeof(struct bh_hv_header) <= span->size; at += HEADER_ALIGN)
		if (memcmp(span->data + at, &magic, sizeof(magic)) == 0)
			return span->data + at;
	return NULL;
}

/* The stub's own sections stand before those that mkimage adds, so the first one found is it. */
static bool find_header(const struct blob *stub, struct bh_hv_header *out)
{
	struct pe_section section;
	struct pe_image pe;
	uint32_t i;

	if (pe_open(&pe, stub->data, stub->size, PE_LAYOUT_FILE) != PE_OK)
		return false;
	for (i = 0; pe_section_at(&pe, i, &section) == PE_OK; i++) {
		const uint8_t *header;
		struct pe_span span;

		pe_span_of(&pe, &section, &span);
		header = header_in(&span);
		if (!header)
			continue;
		memcpy(out, header, sizeof(*out));
		return true;
	}
	return false;
}

bool predict(struct prediction *p, const struct predict_input *input, const struct blob *dump,
	     struct diag *diag)
{
	struct bh_hv_header header;
	struct layout_wish wish = {
		.config = input->config,
		.header = &header,
		.kernel = bzimage_home(input->kernel, input->kernel_size),
	};

	memset(p, 0, sizeof(*p));
	p->config = input->config;
	if (!hw_open(&p->hw, dump->data, dump->size, diag))
		return false;
	if (!find_header(input->stub, &header)) {
		diag_error(diag, (struct pos){0, 0},
			   "the stub or image that is to be checked has no hypervisor inside; "
			   "build it again");
		return false;
	}
	if (p->hw.approximate)
		diag_warning(diag, (struct pos){0, 0},
			     "it was recorded under Linux, which does not know the firmware's own "
			     "memory map: addresses can differ from those of a boot");
	p->starts = layout_solve(&p->hw.machine, &wish, &p->layout, &p->why);
	if (p->starts)
		hw_warn(&p->hw.machine, input->config, diag);
	return true;
}

void predict_free(struct prediction *p)
{
	hw_free(&p->hw);
}

/* How many threads of the machine share a cache decides whose work can be felt by whom. */
static void print_caches(const struct machine *m, FILE *out)
{
	uint32_t i;

	for (i = 0; i < m->cache_count; i++) {
		const struct cpu_cache *c = &m->caches[i];

		fprintf(out, "%sL%u %s %lu KiB, %u way%s, for up to %u thread%s%s",
			i ? "; " : "caches: ", c->level, cache_type_name(c->type), c->size >> 10,
			c->ways, c->ways == 1 ? "" : "s", c->threads, c->threads == 1 ? "" : "s",
			i + 1 == m->cache_count ? "\n" : "");
	}
}

void predict_print(const struct prediction *p, FILE *out)
{
	const struct machine *m = &p->hw.machine;
	char line[LAYOUT_LINE];
	uint32_t i;

	fprintf(out, "machine: %s 0x%x, %u CPU%s, %u MiB of memory, %u PCI functions, %u IOMMU%s\n",
		m->vendor, m->signature, m->cpu_count, m->cpu_count == 1 ? "" : "s",
		(uint32_t)(e820_ram(&m->map) >> 20), m->platform.pci_count,
		m->platform.dmar.unit_count, m->platform.dmar.unit_count == 1 ? "" : "s");
	print_caches(m, out);
	fprintf(out, "fingerprint: hw-%016lx\n", fingerprint(m));
	if (!p->starts) {
		fprintf(out, "cannot start: %s\n", p->why.text);
		return;
	}
	for (i = 0; layout_line(m, p->config, &p->layout, i, line); i++)
		fprintf(out, "%s\n", line);
}
