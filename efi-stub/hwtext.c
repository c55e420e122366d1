// SPDX-License-Identifier: BSD-2-Clause
#include "hwtext.h"

#include "core/format.h"

#define LINE     256u
#define PCI_REGS 64u

struct writer {
	const struct hwtext *h;
	char *text;
	u64 size, used;
};

static void put_char(struct writer *w, char c)
{
	if (w->used + 1 < w->size)
		w->text[w->used] = c;
	w->used++;
}

static void put(struct writer *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void put(struct writer *w, const char *fmt, ...)
{
	char line[LINE];
	va_list ap;

	va_start(ap, fmt);
	vformat(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (const char *p = line; *p; p++)
		put_char(w, *p);
}

static void put_bytes(struct writer *w, const u8 *p, u64 size)
{
	static const char digits[] = "0123456789abcdef";

	for (u64 i = 0; i < size; i++) {
		put_char(w, digits[p[i] >> 4]);
		put_char(w, digits[p[i] & 0xf]);
	}
	put_char(w, '\n');
}

static void put_table(struct writer *w, const struct acpi_header *table)
{
	const char *s;

	if (!table)
		return;
	s = table->signature;
	put(w, "table %c%c%c%c ", s[0], s[1], s[2], s[3]);
	put_bytes(w, (const u8 *)table, table->length);
}

static void put_cpus(struct writer *w)
{
	const struct machine *m = w->h->m;

	put(w, "cpuid %s 0x%x\n", m->vendor, m->signature);
	put(w, "faults 0x%x\n", m->faults);
	put(w, "gigabyte-pages %u\n", m->has_1g ? 1u : 0u);
	for (u32 i = 0; i < m->cpu_count; i++)
		put(w, "cpu %u package %u core %u thread %u\n", m->cpus[i].apic_id,
		    m->seats[i].package, m->seats[i].core, m->seats[i].thread);
	for (u32 i = 0; i < m->cache_count; i++)
		put(w, "cache %u %s kib %lu ways %u threads %u\n", m->caches[i].level,
		    cache_type_name(m->caches[i].type), m->caches[i].size >> 10, m->caches[i].ways,
		    m->caches[i].threads);
}

static void put_memory(struct writer *w)
{
	const struct machine *m = w->h->m;

	put(w, "address-end 0x%lx\n", m->phys_top);
	for (u32 i = 0; i < efi_map_count(&m->map); i++) {
		struct efi_desc d = efi_map_get(&m->map, i);

		put(w, "memory %u 0x%lx 0x%lx 0x%lx\n", d.type, d.phys, d.pages, d.attribute);
	}
}

static void put_function(struct writer *w, const struct bh_boot_pci *f)
{
	const struct pci_access *access = &w->h->source->access;
	u32 regs[PCI_REGS];

	for (u32 i = 0; i < PCI_REGS; i++)
		regs[i] = access->read(access->ctx, f->bdf, 4 * i);
	put(w, "pci %02x:%02x.%x acs %u bars", f->bdf >> 8, f->bdf >> 3 & 0x1f, f->bdf & 7, f->acs);
	for (u32 i = 0; i < 6; i++)
		put(w, " 0x%lx", f->bar_size[i]);
	put_char(w, ' ');
	put_bytes(w, (const u8 *)regs, sizeof(regs));
}

static void put_platform(struct writer *w)
{
	const struct platform *p = &w->h->m->platform;

	put_table(w, w->h->source->madt);
	put_table(w, w->h->source->dmar);
	put_table(w, w->h->source->mcfg);
	put_table(w, w->h->source->fadt);
	put_table(w, w->h->ivrs);
	for (u32 i = 0; i < p->ioapic_count; i++)
		put(w, "ioapic 0x%lx id %u pins %u\n", p->ioapics[i].phys, p->ioapics[i].id,
		    p->ioapics[i].pins);
	for (u32 i = 0; i < p->dmar.unit_count; i++)
		put(w, "iommu 0x%lx 0x%lx 0x%lx\n", p->dmar.units[i].phys, p->caps[i].cap,
		    p->caps[i].ecap);
	for (u32 i = 0; i < p->pci_count; i++)
		put_function(w, &p->pci[i]);
}

u64 hwtext_write(const struct hwtext *h, char *text, u64 size)
{
	struct writer w = {.h = h, .text = text, .size = size};

	put(&w, "bulkhead-hw %u\n", HWTEXT_VERSION);
	put(&w, "source firmware\n");
	put_cpus(&w);
	put_memory(&w);
	put_platform(&w);
	put(&w, "end\n");
	text[w.used < size ? w.used : size - 1] = 0;
	return w.used;
}
