// SPDX-License-Identifier: BSD-2-Clause
#include "acpi.h"

#include "bytes.h"
#include "core/string.h"

#define MAX_TABLE  0x1000000u /* no sane table is larger than 16 MiB */
#define ALL_UIDS8  0xffu
#define ALL_UIDS32 0xffffffffu

static void put32(u8 *p, u32 v)
{
	memcpy(p, &v, sizeof(v));
}

static void put64(u8 *p, u64 v)
{
	memcpy(p, &v, sizeof(v));
}

u8 acpi_checksum(const void *data, u64 size)
{
	const u8 *p = data;
	u32 sum = 0;

	while (size--)
		sum += *p++;
	return (u8)(0x100u - (sum & 0xff));
}

static const struct acpi_header *map_table(const struct acpi_view *view, u64 phys)
{
	const struct acpi_header *h = view->map(view->ctx, phys, sizeof(*h));

	if (!h || h->length < sizeof(*h) || h->length > MAX_TABLE)
		return NULL;
	h = view->map(view->ctx, phys, h->length);
	return h && acpi_checksum(h, h->length) == 0 ? h : NULL;
}

static bool use_root(struct acpi_tables *t, u64 phys, const char *signature, u32 entry_size)
{
	const struct acpi_header *h = phys ? map_table(t->view, phys) : NULL;

	if (!h || memcmp(h->signature, signature, 4))
		return false;
	t->root = phys;
	t->entries = (const u8 *)(h + 1);
	t->entry_size = entry_size;
	t->count = (h->length - (u32)sizeof(*h)) / entry_size;
	return true;
}

bool acpi_open(struct acpi_tables *t, const struct acpi_view *view, u64 rsdp, struct why *why)
{
	const struct acpi_rsdp *r = view->map(view->ctx, rsdp, ACPI_RSDP_V1_SIZE);

	t->view = view;
	t->rsdp = rsdp;
	if (!r || memcmp(r->signature, "RSD PTR ", 8) || acpi_checksum(r, ACPI_RSDP_V1_SIZE))
		return because(why, "the firmware's ACPI root pointer at 0x%lx is damaged", rsdp);
	memcpy(t->oem_id, r->oem_id, sizeof(t->oem_id));
	if (r->revision >= 2) {
		const struct acpi_rsdp *r2 = view->map(view->ctx, rsdp, sizeof(*r2));

		if (r2 && use_root(t, r2->xsdt, "XSDT", 8))
			return true;
	}
	if (use_root(t, r->rsdt, "RSDT", 4))
		return true;
	return because(why, "the firmware's ACPI root table is damaged (root pointer at 0x%lx)",
		       rsdp);
}

static u64 entry_at(const struct acpi_tables *t, u32 index)
{
	const u8 *p = t->entries + (u64)index * t->entry_size;

	return t->entry_size == 8 ? get64(p) : get32(p);
}

static bool has_signature(const struct acpi_tables *t, u32 index, const char *signature)
{
	const char *s = t->view->map(t->view->ctx, entry_at(t, index), 4);

	return s && memcmp(s, signature, 4) == 0;
}

const struct acpi_header *acpi_find(const struct acpi_tables *t, const char *signature)
{
	for (u32 i = 0; i < t->count; i++)
		if (has_signature(t, i, signature))
			return map_table(t->view, entry_at(t, i));
	return NULL;
}

/* One entry of the MADT; every type begins with its type and length. */
struct madt_entry {
	const u8 *p;
	u32 type, length;
};

/* Take the entry at *at; false at the end, or where the rest is not an entry. */
static bool next_entry(const struct acpi_header *madt, u32 *at, struct madt_entry *e)
{
	const u8 *base = (const u8 *)madt;

	if (*at + 2 > madt->length)
		return false;
	e->p = base + *at;
	e->type = e->p[0];
	e->length = e->p[1];
	if (e->length < 2 || e->length > madt->length - *at)
		return false;
	*at += e->length;
	return true;
}

struct madt_cpu {
	u32 uid, id, flags;
};

/* "Processor Local APIC Structure" and "Processor Local x2APIC Structure" */
static bool entry_cpu(const struct madt_entry *e, struct madt_cpu *cpu)
{
	if (e->type == ACPI_MADT_LAPIC && e->length >= 8) {
		*cpu = (struct madt_cpu){e->p[2], e->p[3], get32(e->p + 4)};
		return cpu->id != 0xff;
	}
	if (e->type == ACPI_MADT_X2APIC && e->length >= 16) {
		*cpu = (struct madt_cpu){get32(e->p + 12), get32(e->p + 4), get32(e->p + 8)};
		return cpu->id != 0xffffffff;
	}
	return false;
}

static bool contains(const u32 *ids, u32 count, u32 id)
{
	for (u32 i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

u32 acpi_madt_cpus(const struct acpi_header *madt, u32 *ids, u32 max)
{
	u32 at = sizeof(struct acpi_madt), count = 0;
	struct madt_entry e;
	struct madt_cpu cpu;

	while (next_entry(madt, &at, &e)) {
		if (!entry_cpu(&e, &cpu) || !(cpu.flags & ACPI_MADT_ENABLED))
			continue;
		/* CPUs with an id below 255 may be listed in both forms. */
		if (contains(ids, count < max ? count : max, cpu.id))
			continue;
		if (count < max)
			ids[count] = cpu.id;
		count++;
	}
	return count;
}

u32 acpi_madt_ioapics(const struct acpi_header *madt, struct bh_boot_ioapic *out, u32 max)
{
	u32 at = sizeof(struct acpi_madt), count = 0;
	struct madt_entry e;

	while (next_entry(madt, &at, &e)) {
		if (e.type != ACPI_MADT_IOAPIC || e.length < 12)
			continue;
		if (count < max)
			out[count] = (struct bh_boot_ioapic){
				.phys = get32(e.p + 4), .id = e.p[2], .gsi_base = get32(e.p + 8)};
		count++;
	}
	return count;
}

/* "Interrupt Source Override Structure": source in byte 3, its GSI behind */
u32 acpi_madt_gsi(const struct acpi_header *madt, u32 irq)
{
	u32 at = sizeof(struct acpi_madt);
	struct madt_entry e;

	while (next_entry(madt, &at, &e))
		if (e.type == ACPI_MADT_OVERRIDE && e.length >= 10 && e.p[3] == irq)
			return get32(e.p + 4);
	return irq;
}

/* Does a processor with this ACPI id belong to the root cell? */
static bool owns_uid(const struct acpi_header *madt, u32 uid, const u32 *ids, u32 count)
{
	u32 at = sizeof(struct acpi_madt);
	struct madt_entry e;
	struct madt_cpu cpu;

	while (next_entry(madt, &at, &e))
		if (entry_cpu(&e, &cpu) && cpu.uid == uid && cpu.flags & ACPI_MADT_ENABLED &&
		    contains(ids, count, cpu.id))
			return true;
	return false;
}

/* May the root cell see this entry? */
static bool keep_entry(const struct acpi_header *madt, const struct madt_entry *e, const u32 *ids,
		       u32 count)
{
	struct madt_cpu cpu;
	u32 uid;

	switch (e->type) {
	case ACPI_MADT_LAPIC:
	case ACPI_MADT_X2APIC:
		return entry_cpu(e, &cpu) && cpu.flags & ACPI_MADT_ENABLED &&
		       contains(ids, count, cpu.id);
	case ACPI_MADT_LAPIC_NMI:
		return e->length >= 6 &&
		       (e->p[2] == ALL_UIDS8 || owns_uid(madt, e->p[2], ids, count));
	case ACPI_MADT_X2APIC_NMI:
		if (e->length < 12)
			return false;
		uid = get32(e->p + 4);
		return uid == ALL_UIDS32 || owns_uid(madt, uid, ids, count);
	case ACPI_MADT_WAKEUP:
		return false; /* its mailbox starts CPUs without an IPI that could be filtered */
	default:
		return true;
	}
}

static void finish(struct acpi_header *h, u32 length)
{
	h->length = length;
	h->checksum = 0;
	h->checksum = acpi_checksum(h, length);
}

static void patch_madt(const struct acpi_header *from, struct acpi_header *to, const u32 *ids,
		       u32 count)
{
	u32 at = sizeof(struct acpi_madt), length = at;
	struct madt_entry e;

	memcpy(to, from, sizeof(struct acpi_madt));
	while (next_entry(from, &at, &e)) {
		if (!keep_entry(from, &e, ids, count))
			continue;
		memcpy((u8 *)to + length, e.p, e.length);
		length += e.length;
	}
	finish(to, length);
}

/* Layout of the copy: RSDP, XSDT, RSDT, MADT, each 64-byte aligned. */
static u64 xsdt_offset(void)
{
	return 64;
}

static u64 rsdt_offset(const struct acpi_tables *t)
{
	return ALIGN_UP(xsdt_offset() + sizeof(struct acpi_header) + 8ULL * t->count, 64);
}

static u64 madt_offset(const struct acpi_tables *t)
{
	return ALIGN_UP(rsdt_offset(t) + sizeof(struct acpi_header) + 4ULL * t->count, 64);
}

u64 acpi_patch_size(const struct acpi_tables *t)
{
	const struct acpi_header *madt = acpi_find(t, "APIC");

	return madt_offset(t) + (madt ? madt->length : 0);
}

static void patch_roots(const struct acpi_tables *t, u8 *to, u64 phys)
{
	struct acpi_header *xsdt = (struct acpi_header *)(to + xsdt_offset());
	struct acpi_header *rsdt = (struct acpi_header *)(to + rsdt_offset(t));
	u8 *x = (u8 *)(xsdt + 1), *r = (u8 *)(rsdt + 1);

	memcpy(xsdt, t->entries - sizeof(*xsdt), sizeof(*xsdt));
	memcpy(rsdt, xsdt, sizeof(*rsdt));
	memcpy(xsdt->signature, "XSDT", 4);
	memcpy(rsdt->signature, "RSDT", 4);
	for (u32 i = 0; i < t->count; i++) {
		u64 table = entry_at(t, i);

		if (has_signature(t, i, "DMAR") || has_signature(t, i, "IVRS"))
			continue;
		if (has_signature(t, i, "APIC"))
			table = phys + madt_offset(t);
		put64(x, table);
		x += 8;
		if (table > UINT32_MAX)
			continue;
		put32(r, (u32)table);
		r += 4;
	}
	finish(xsdt, (u32)(x - (u8 *)xsdt));
	finish(rsdt, (u32)(r - (u8 *)rsdt));
}

static void patch_rsdp(const struct acpi_tables *t, u8 *to, u64 phys)
{
	struct acpi_rsdp *rsdp = (struct acpi_rsdp *)to;

	memcpy(rsdp->signature, "RSD PTR ", 8);
	memcpy(rsdp->oem_id, t->oem_id, sizeof(rsdp->oem_id));
	rsdp->revision = 2;
	rsdp->rsdt = (u32)(phys + rsdt_offset(t));
	rsdp->length = sizeof(*rsdp);
	rsdp->xsdt = phys + xsdt_offset();
	rsdp->checksum = acpi_checksum(rsdp, ACPI_RSDP_V1_SIZE);
	rsdp->extended_checksum = acpi_checksum(rsdp, sizeof(*rsdp));
}

bool acpi_patch(const struct acpi_tables *t, u8 *to, u64 phys, const u32 *ids, u32 count,
		struct why *why)
{
	const struct acpi_header *madt = acpi_find(t, "APIC");

	if (!madt || madt->length < sizeof(struct acpi_madt))
		return because(why, "the firmware's ACPI tables have no sound MADT");
	patch_madt(madt, (struct acpi_header *)(to + madt_offset(t)), ids, count);
	patch_roots(t, to, phys);
	patch_rsdp(t, to, phys);
	return true;
}
