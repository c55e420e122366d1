/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the units blocked: printed with device, cell and address. A device can fault a million
 * times a second, so lines and NMIs have a budget for each second.
 */
#include "core/cell.h"
#include "core/console.h"
#include "core/cpu.h"
#include "core/main.h"
#include "iommu/vtd_hw.h"
#include "x86/apic_dest.h"
#include "x86/asm.h"
#include "x86/lapic.h"
#include "x86/regs.h"

#define LINES_PER_SECOND   8u
#define REPORTS_PER_SECOND 64u
#define RECORDS_PER_LOOK   64u

/* Fault Status Register, Fault Event Control Register */
#define FSTS_OVERFLOW BIT32(0) /* PFO */
#define FSTS_PENDING  BIT32(1) /* PPF */
#define FECTL_MASK    BIT32(31)
#define FRCD_VALID    BIT32(31) /* of the highest of the four words; writing 1 clears */

/* Only root's boot CPU looks, so these need no lock. */
static u64 second_end;             /* TSC */
static u32 lines, reports, unsaid; /* in this second */
static bool masked;                /* too many reports: units are silent until the second is over */
static bool nmi_due;               /* a fault was seen whose NMI may come later */

static const struct bh_boot_info *boot;

void vtd_faults_setup(const struct bh_boot_info *info)
{
	boot = info;
}

static void mask_all(bool on)
{
	masked = on;
	if (vcpu_ops->polls_console)
		return; /* never unmasked */
	for (u32 i = 0; i < vtd_unit_count; i++) {
		vtd_write(&vtd_units[i], VTD_FECTL, on ? FECTL_MASK : 0);
		vtd_read(&vtd_units[i], VTD_FECTL);
	}
}

/*
 * Programmed as an NMI to root's boot CPU, so that no cell's interrupt state matters; fault events
 * are not remapped themselves. A backend that looks here regularly does without.
 */
void vtd_faults_on(const struct vtd_unit *u)
{
	u32 apic_id = cpus[cells[0].boot_cpu].apic_id;
	u32 count = vtd_fault_count(u->cap), at = vtd_fault_offset(u->cap);

	vtd_write(u, VTD_FECTL, FECTL_MASK);
	for (u32 i = 0; i < count; i++) /* what happened before us */
		vtd_write(u, at + i * 16 + 12, FRCD_VALID);
	vtd_write(u, VTD_FSTS, FSTS_OVERFLOW);
	vtd_write(u, VTD_FEDATA, ICR_MODE(ICR_DELIVERY_NMI));
	vtd_write(u, VTD_FEADDR, (u32)APIC_DEFAULT_PHYS | (apic_id & 0xff) << 12);
	vtd_write(u, VTD_FEUADDR,
		  apic_id & ~0xffu); /* bits 31:8 of an x2APIC id; others have none */
	if (!vcpu_ops->polls_console)
		vtd_write(u, VTD_FECTL, 0);
	vtd_read(u, VTD_FECTL);
}

static const char *owner_name(u16 bdf)
{
	const struct bh_boot_pci *pci = (const void *)((const u8 *)boot + boot->pci_offset);

	for (u32 i = 0; i < boot->pci_count; i++)
		if (pci[i].bdf == bdf)
			return cells[pci[i].cell].name;
	return "none";
}

static void print(const struct vtd_fault *f)
{
	u32 bus = f->source_id >> 8, dev = f->source_id >> 3 & 31, fn = f->source_id & 7;
	const char *cell = owner_name(f->source_id), *why = vtd_fault_text(f->reason);

	if (f->interrupt)
		say("iommu: blocked interrupt %u of %02x:%02x.%u (cell %s): %s (reason 0x%x)",
		    f->index, bus, dev, fn, cell, why, f->reason);
	else
		say("iommu: blocked %s 0x%lx by %02x:%02x.%u (cell %s): %s (reason 0x%x)",
		    f->write ? "write to" : "read from", f->address, bus, dev, fn, cell, why,
		    f->reason);
}

static void new_second(void)
{
	if (rdtsc() < second_end)
		return;
	if (unsaid)
		say("iommu: %u more blocked accesses were not printed", unsaid);
	second_end = rdtsc() + (u64)tsc_khz * 1000;
	lines = reports = unsaid = 0;
	if (masked)
		mask_all(false);
}

static void report(const struct vtd_fault *f)
{
	if (lines++ < LINES_PER_SECOND)
		print(f);
	else
		unsaid++;
}

/* Return: how many events the unit may have sent for what it had. */
static u32 look(const struct vtd_unit *u)
{
	u32 count = vtd_fault_count(u->cap), at = vtd_fault_offset(u->cap);
	struct vtd_fault fault;
	u32 status = vtd_read(u, VTD_FSTS), budget = RECORDS_PER_LOOK;
	u32 events = status & (FSTS_PENDING | FSTS_OVERFLOW) ? 1 : 0;

	for (u32 i = status >> 8 & 0xff; (status & FSTS_PENDING) && budget; budget--) {
		u32 reg = at + i % count * 16; /* from FRI, the oldest record */
		struct vtd_entry record = {vtd_read64(u, reg), vtd_read64(u, reg + 8)};

		if (vtd_fault_decode(record, &fault)) {
			vtd_write(u, reg + 12, FRCD_VALID);
			report(&fault);
		}
		i++;
		status = vtd_read(u, VTD_FSTS);
		events += status & FSTS_PENDING ? 1 : 0;
	}
	if (status & FSTS_OVERFLOW)
		vtd_write(u, VTD_FSTS, FSTS_OVERFLOW);
	if (!budget)
		reports = REPORTS_PER_SECOND; /* it faults faster than we can read */
	return events;
}

bool vtd_check_faults(bool by_nmi)
{
	u32 events = nmi_due ? 1 : 0, here;

	new_second();
	for (u32 i = 0; i < vtd_unit_count; i++) {
		here = look(&vtd_units[i]);
		events += here;
		if (here && ++reports > REPORTS_PER_SECOND && !masked)
			mask_all(true);
	}
	if (vcpu_ops->polls_console)
		return false;
	nmi_due = events > (by_nmi ? 1 : 0); /* this one was for one of them */
	return by_nmi && events;
}
