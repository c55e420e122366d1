// SPDX-License-Identifier: BSD-2-Clause
#include "dmar.h"

#include "bytes.h"

/* VT-d specification, "DMA Remapping Reporting Structure": remapping structures follow. */
#define DMAR_FIRST    48u
#define DMAR_MAX      0x10000u /* real tables have some hundred bytes */
#define TYPE_DRHD     0u       /* "DMA Remapping Hardware Unit Definition Structure" */
#define TYPE_RMRR     1u       /* "Reserved Memory Region Reporting Structure" */
#define DRHD_SCOPES   16u
#define RMRR_SCOPES   24u
#define DRHD_FLAG_ALL BIT32(0)
#define ADDRESS_LIMIT BIT64(52) /* no CPU has more physical address bits */

/* "Device Scope Structure" */
#define SCOPE_FUNCTION 1u
#define SCOPE_BRIDGE   2u
#define SCOPE_IOAPIC   3u
#define SCOPE_PATH     6u
#define HEADER_BRIDGE  1u

struct parser {
	const u8 *table;
	const struct dmar_machine *machine;
	struct dmar_tables *out;
	struct why *why;
};

struct scope {
	const u8 *p;
	u32 type, length;
};

static bool damaged(const struct parser *s, const u8 *at)
{
	return because(s->why,
		       "the firmware's DMAR table is damaged at byte %u: update the firmware, or "
		       "say iommu: off in the system file",
		       (u32)(at - s->table));
}

static const struct bh_boot_pci *find_function(const struct dmar_machine *m, u32 bdf)
{
	for (u32 i = 0; i < m->pci_count; i++)
		if (m->pci[i].bdf == bdf)
			return &m->pci[i];
	return NULL;
}

static void add_scope(struct dmar_tables *out, u16 bdf)
{
	if (out->scope_count < out->scope_max)
		out->scopes[out->scope_count] = bdf;
	out->scope_count++;
}

/* The bridge itself and whatever is behind it. */
static void add_below(const struct parser *s, const struct bh_boot_pci *bridge)
{
	const struct dmar_machine *m = s->machine;

	add_scope(s->out, bridge->bdf);
	for (u32 i = 0; i < m->pci_count; i++) {
		u32 bus = m->pci[i].bdf >> 8;

		if (bus >= bridge->secondary && bus <= bridge->subordinate &&
		    bus > bridge->bdf >> 8)
			add_scope(s->out, m->pci[i].bdf);
	}
}

/*
 * Follow a path of device and function numbers through bridges.
 * Return: false if it leads through something that is not there.
 */
static bool resolve(const struct parser *s, const struct scope *scope, u16 *bdf)
{
	u32 bus = scope->p[5];

	for (u32 at = SCOPE_PATH; at < scope->length; at += 2) {
		const struct bh_boot_pci *bridge;

		*bdf = BH_BDF(bus, scope->p[at] & 0x1f, scope->p[at + 1] & 7);
		if (at + 2 == scope->length)
			return true;
		bridge = find_function(s->machine, *bdf);
		if (!bridge || bridge->header != HEADER_BRIDGE)
			return false;
		bus = bridge->secondary;
	}
	return false;
}

static void note_ioapic(const struct parser *s, u32 id, u16 bdf)
{
	for (u32 i = 0; i < s->machine->ioapic_count; i++) {
		if (s->machine->ioapics[i].id != id)
			continue;
		s->machine->ioapics[i].source_id = bdf;
		s->machine->ioapics[i].has_source = 1;
	}
}

static void use_scope(const struct parser *s, const struct scope *scope)
{
	const struct bh_boot_pci *function;
	u16 bdf;

	if (!resolve(s, scope, &bdf))
		return;
	if (scope->type == SCOPE_IOAPIC) { /* a number for interrupt requests, often no function */
		note_ioapic(s, scope->p[4], bdf);
		return;
	}
	function = find_function(s->machine, bdf);
	if (!function)
		return;
	if (scope->type == SCOPE_BRIDGE && function->header == HEADER_BRIDGE)
		add_below(s, function);
	else if (scope->type == SCOPE_FUNCTION || scope->type == SCOPE_BRIDGE)
		add_scope(s->out, bdf);
}

/* All scopes from @at to the end of the structure. */
static bool use_scopes(const struct parser *s, const u8 *at, const u8 *end)
{
	while (at != end) {
		struct scope scope = {.p = at};

		if (end - at < 2)
			return damaged(s, at);
		scope.type = at[0];
		scope.length = at[1];
		/* A path has at least one element of two bytes. */
		if (scope.length < SCOPE_PATH + 2 || scope.length % 2 || scope.length > end - at)
			return damaged(s, at);
		use_scope(s, &scope);
		at += scope.length;
	}
	return true;
}

static bool use_unit(const struct parser *s, const u8 *p, u32 length)
{
	struct dmar_tables *out = s->out;
	struct bh_boot_iommu unit = {.kind = BH_IOMMU_VTD, .scope_first = out->scope_count};

	if (length < DRHD_SCOPES)
		return damaged(s, p);
	unit.phys = get64(p + 8);
	unit.flags = p[4] & DRHD_FLAG_ALL ? BH_IOMMU_FLAG_ALL : 0;
	if (get16(p + 6))
		return because(s->why,
			       "the IOMMU at 0x%lx serves PCI segment %u, Bulkhead knows segment 0 "
			       "only: say iommu: off in the system file",
			       unit.phys, get16(p + 6));
	if (!unit.phys || unit.phys & PAGE_MASK || unit.phys >= ADDRESS_LIMIT)
		return damaged(s, p);
	if (!use_scopes(s, p + DRHD_SCOPES, p + length))
		return false;
	unit.scope_count = out->scope_count - unit.scope_first;
	if (out->unit_count < out->unit_max)
		out->units[out->unit_count] = unit;
	out->unit_count++;
	return true;
}

static bool use_rmrr(const struct parser *s, const u8 *p, u32 length)
{
	struct dmar_tables *out = s->out;
	struct bh_boot_rmrr rmrr = {.scope_first = out->scope_count};

	if (length < RMRR_SCOPES)
		return damaged(s, p);
	/* The specification wants whole pages; firmware with odd limits means the page. */
	rmrr.base = ALIGN_DOWN(get64(p + 8), PAGE_SIZE);
	rmrr.limit = get64(p + 16) | PAGE_MASK;
	if (rmrr.limit < rmrr.base || rmrr.limit >= ADDRESS_LIMIT)
		return damaged(s, p);
	if (get16(p + 6)) /* of another segment: no function that we know */
		return true;
	if (!use_scopes(s, p + RMRR_SCOPES, p + length))
		return false;
	rmrr.scope_count = out->scope_count - rmrr.scope_first;
	if (out->rmrr_count < out->rmrr_max)
		out->rmrrs[out->rmrr_count] = rmrr;
	out->rmrr_count++;
	return true;
}

bool dmar_parse(const struct acpi_header *dmar, const struct dmar_machine *machine,
		struct dmar_tables *out, struct why *why)
{
	struct parser s = {(const u8 *)dmar, machine, out, why};
	const u8 *at = s.table + DMAR_FIRST, *end = s.table + dmar->length;
	bool ok = true;

	out->unit_count = out->rmrr_count = out->scope_count = 0;
	if (dmar->length < DMAR_FIRST || dmar->length > DMAR_MAX)
		return damaged(&s, s.table);
	while (ok && at != end) {
		u32 length;

		if (end - at < 4)
			return damaged(&s, at);
		length = get16(at + 2);
		if (length < 4 || length > end - at)
			return damaged(&s, at);
		if (get16(at) == TYPE_DRHD)
			ok = use_unit(&s, at, length);
		else if (get16(at) == TYPE_RMRR)
			ok = use_rmrr(&s, at, length);
		at += length; /* other types tell of ATS, NUMA and names: not needed */
	}
	if (ok && !out->unit_count)
		return because(why, "the firmware's DMAR table lists no IOMMU: enable VT-d in the "
				    "firmware set-up");
	return ok;
}
