// SPDX-License-Identifier: BSD-2-Clause
#include "fingerprint.h"

/* FNV-1a with 64 bits (RFC 9923) */
#define FNV_START 0xcbf29ce484222325ULL
#define FNV_PRIME 0x100000001b3ULL

static void add(u64 *hash, u64 value)
{
	for (u32 i = 0; i < 64; i += 8) {
		*hash ^= value >> i & 0xff;
		*hash *= FNV_PRIME;
	}
}

static void add_cpus(u64 *hash, const struct machine *m)
{
	for (u32 i = 0; i < sizeof(m->vendor) && m->vendor[i]; i++)
		add(hash, (u8)m->vendor[i]);
	add(hash, m->signature);
	add(hash, m->cpu_count);
	for (u32 i = 0; i < m->cpu_count; i++)
		add(hash, m->cpus[i].apic_id);
}

static void add_functions(u64 *hash, const struct platform *p)
{
	add(hash, p->pci_count);
	for (u32 i = 0; i < p->pci_count; i++) {
		add(hash, p->pci[i].bdf);
		add(hash, (u64)p->pci[i].vendor << 16 | p->pci[i].device);
		add(hash, p->pci[i].class_code);
	}
}

u64 fingerprint(const struct machine *m)
{
	const struct platform *p = &m->platform;
	u64 hash = FNV_START;

	add_cpus(&hash, m);
	add_functions(&hash, p);
	add(&hash, p->ioapic_count);
	for (u32 i = 0; i < p->ioapic_count; i++)
		add(&hash, p->ioapics[i].phys);
	add(&hash, p->dmar.unit_count);
	for (u32 i = 0; i < p->dmar.unit_count; i++)
		add(&hash, p->dmar.units[i].phys);
	return hash ? hash : 1;
}
