// SPDX-License-Identifier: BSD-2-Clause
#include "devices/msi.h"

#include "core/cell.h"
#include "core/cpu.h"
#include "devices/pci.h"
#include "devices/pci_hw.h"
#include "iommu/iommu.h"
#include "x86/vlapic.h"

/* "Message Control for MSI", in the upper half of the first dword */
#define CONTROL_ENABLE   0x0001u
#define CONTROL_CAPABLE  0x000eu /* log2 of the messages that the function can send */
#define CONTROL_ENABLED  0x0070u /* log2 of those that it may */
#define CONTROL_WRITABLE (CONTROL_ENABLE | CONTROL_ENABLED)
#define CONTROL_64BIT    0x0080u
#define CONTROL_MASKS    0x0100u
#define MAX_LOG2         5u

static u32 log2_capable(const struct msi *m)
{
	u32 n = (m->control & CONTROL_CAPABLE) >> 1;

	return n < MAX_LOG2 ? n : MAX_LOG2;
}

static u32 log2_enabled(const struct msi *m)
{
	u32 n = (m->control & CONTROL_ENABLED) >> 4;

	return n < log2_capable(m) ? n : log2_capable(m);
}

/* Offsets of the dwords behind the first and the address */
static u32 data_at(const struct msi *m)
{
	return m->cap + (m->wide ? 12u : 8u);
}

static u32 mask_at(const struct msi *m)
{
	return data_at(m) + 4;
}

u32 msi_vectors(const struct pci_fn *f)
{
	return f->msi.cap ? BIT32(log2_capable(&f->msi)) : 0;
}

bool msi_has(const struct pci_fn *f, u32 dword)
{
	const struct msi *m = &f->msi;

	return m->cap && dword >= m->cap && dword <= (m->masks ? mask_at(m) : data_at(m));
}

static void write_control(const struct pci_fn *f, u16 control)
{
	pci_hw_write(f->info->bdf, f->msi.cap + 2u, 2, control);
}

void msi_init(struct pci_fn *f)
{
	struct msi *m = &f->msi;

	m->cap = f->info->msi_cap;
	if (!m->cap)
		return;
	m->control = (u16)pci_hw_read(f->info->bdf, m->cap + 2u, 2);
	m->control &= (u16)~CONTROL_WRITABLE;
	m->wide = m->control & CONTROL_64BIT;
	m->masks = m->control & CONTROL_MASKS;
	write_control(f, m->control);
}

u32 msi_read(struct pci_fn *f, u32 dword)
{
	const struct msi *m = &f->msi;

	if (dword == m->cap && f->no_interrupts)
		return pci_hw_read(f->info->bdf, dword, 4) & 0xff00; /* "Null Capability" */
	if (dword == m->cap)
		return (pci_hw_read(f->info->bdf, dword, 4) & 0xffff) | (u32)m->control << 16;
	if (dword == m->cap + 4u)
		return (u32)m->address;
	if (dword == data_at(m))
		return m->data;
	if (dword == mask_at(m))
		return m->mask;
	return (u32)(m->address >> 32);
}

/* The messages of the guest, one by one, into the table of interrupts; the first is in *out. */
static enum irq_verdict route(struct vcpu *v, struct pci_fn *f, u32 count, struct irq_target *out)
{
	const struct msi *m = &f->msi;
	enum irq_verdict first = IRQ_REFUSED;

	for (u32 i = 0; i < count; i++) {
		u32 data = (m->data & 0xffff & ~(count - 1)) | i;
		enum irq_verdict verdict = IRQ_REFUSED;
		struct irq_target target;
		struct irq_wish wish;

		if (irq_from_msi(m->address, data, &wish))
			verdict = vlapic_route(v, &wish, &target);
		iommu_irq_set(f->first_irq + i, verdict == IRQ_OK ? &target : NULL);
		if (i == 0) {
			first = verdict;
			*out = target;
		}
	}
	return first;
}

static void program(const struct pci_fn *f, u32 count, const struct irq_target *target)
{
	const struct msi *m = &f->msi;
	struct msi_message message;

	iommu_msi_message(f->first_irq, count, target, &message);
	pci_hw_write(f->info->bdf, m->cap + 4u, 4, (u32)message.address);
	if (m->wide)
		pci_hw_write(f->info->bdf, m->cap + 8u, 4, (u32)(message.address >> 32));
	pci_hw_write(f->info->bdf, data_at(m), 2, message.data & 0xffff);
	write_control(f, m->control);
}

/* Bring hardware in line with what the guest has written. */
static void update(struct vcpu *v, struct pci_fn *f)
{
	u32 count = BIT32(log2_enabled(&f->msi));
	struct irq_target target;

	if (!(f->msi.control & CONTROL_ENABLE)) {
		write_control(f, f->msi.control);
	} else if (route(v, f, count, &target) == IRQ_OK) {
		program(f, count, &target);
	} else {
		write_control(f, f->msi.control & (u16)~CONTROL_ENABLE);
		cell_refused(f->cell, v->cpu, BH_REFUSED_MSI,
			     "MSI of PCI function %02x:%02x.%x: 0x%lx data 0x%x", f->info->bdf >> 8,
			     f->info->bdf >> 3 & 0x1f, f->info->bdf & 7, f->msi.address,
			     f->msi.data);
	}
}

void msi_write(struct vcpu *v, struct pci_fn *f, u32 dword, u32 lanes, u32 value)
{
	struct msi *m = &f->msi;

	if (f->no_interrupts)
		return;
	if (dword == m->cap) {
		m->control = (u16)(pci_merge((u32)m->control << 16, value,
					     lanes & CONTROL_WRITABLE << 16) >>
				   16);
	} else if (dword == m->cap + 4u) {
		m->address = pci_merge((u32)m->address, value, lanes) |
			     (m->address & 0xffffffff00000000ULL);
	} else if (dword == data_at(m)) {
		m->data = pci_merge(m->data, value, lanes & 0xffff);
	} else if (m->masks && dword == mask_at(m)) {
		m->mask = pci_merge(m->mask, value, lanes);
		pci_hw_write(f->info->bdf, dword, 4, m->mask);
		return;
	} else {
		m->address = (u32)m->address | (u64)pci_merge((u32)(m->address >> 32), value, lanes)
						       << 32;
	}
	/* Until it is enabled, nobody looks at what may be half written. */
	if (dword == m->cap || m->control & CONTROL_ENABLE)
		update(v, f);
}
