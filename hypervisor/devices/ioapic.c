/* SPDX-License-Identifier: BSD-2-Clause */
/* The emulation; hardware registers are behind ioapic_hw.c, so that host tests can stand in. */
#include "devices/ioapic.h"

#include "core/vcpu.h"
#include "iommu/iommu.h"
#include "x86/vlapic.h"

#define RTE_READ_ONLY (RTE_STATUS | RTE_REMOTE_IRR)
#define RTE_RESERVED  0x00fffffffffe0000ULL
#define REG_LOW(pin)  (IOAPIC_REDIRECTION + 2 * (pin))
#define REG_HIGH(pin) (REG_LOW(pin) + 1)

static void write_low(struct ioapic *io, u32 pin, u32 low)
{
	io->pin[pin].hw_low = low;
	ioapic_write(io, REG_LOW(pin), low);
}

/*
 * Only the mask changes: a level interrupt that is being served keeps the vector by which its EOI
 * will find it. Without an EOI register, though, system software makes a masked entry
 * edge-triggered for a moment to clear its remote IRR, so that one bit passes.
 */
static void mask(struct ioapic *io, u32 pin)
{
	struct ioapic_pin *p = &io->pin[pin];
	u32 low = p->hw_low | RTE_MASKED;

	if (!ioapic_has_eoi(io))
		low = (low & ~RTE_LEVEL) | ((u32)p->shadow & RTE_LEVEL);
	if (low != p->hw_low)
		write_low(io, pin, low);
}

/* Upper half first, so that no unmasked entry ever has half of a destination. */
static void unmask(struct ioapic *io, u32 pin, const struct irq_target *target)
{
	u32 irq = io->first_irq + pin;
	u64 rte = iommu_rte(irq, target) | ((u32)io->pin[pin].shadow & RTE_POLARITY);

	iommu_irq_set(irq, target);
	ioapic_write(io, REG_HIGH(pin), (u32)(rte >> 32));
	write_low(io, pin, (u32)rte);
}

/* An entry that a cell does not get: printed without the lock, for which another cell may wait. */
struct refusal {
	u32 pin;
	u64 shadow;
	enum irq_verdict verdict; /* IRQ_OK: nothing was refused */
};

static void report(struct vcpu *v, const struct refusal *r)
{
	if (r->verdict != IRQ_OK)
		cell_refused(v->cell, v->cpu, BH_REFUSED_IOAPIC,
			     "I/O APIC pin %u: entry 0x%lx %s, stays masked", r->pin, r->shadow,
			     r->verdict == IRQ_NOBODY
				     ? "names no CPU of the cell"
				     : "has no vector or delivery mode for a cell");
}

static void update(struct vcpu *v, struct ioapic *io, u32 pin, struct refusal *r)
{
	u64 shadow = io->pin[pin].shadow;
	struct irq_target target;
	struct irq_wish wish;

	if (shadow & RTE_MASKED) {
		mask(io, pin);
		return;
	}
	irq_from_rte(shadow, &wish);
	*r = (struct refusal){pin, shadow, vlapic_route(v, &wish, &target)};
	if (r->verdict == IRQ_OK)
		unmask(io, pin, &target);
	else
		mask(io, pin);
}

static void write_half(struct vcpu *v, struct ioapic *io, u32 reg, u32 value, struct refusal *r)
{
	u32 pin = (reg - IOAPIC_REDIRECTION) / 2;
	struct ioapic_pin *p = &io->pin[pin];
	u64 shadow = p->shadow;

	if (reg == REG_HIGH(pin))
		shadow = (shadow & 0xffffffff) | (u64)value << 32;
	else
		shadow = (shadow & ~0xffffffffULL) | (value & ~RTE_READ_ONLY);
	p->shadow = shadow & ~RTE_RESERVED;
	/* the upper half of a masked entry takes effect when it is unmasked */
	if (reg == REG_LOW(pin) || !(p->shadow & RTE_MASKED))
		update(v, io, pin, r);
}

static u32 read_half(const struct ioapic *io, u32 reg)
{
	u32 pin = (reg - IOAPIC_REDIRECTION) / 2;

	if (reg == REG_HIGH(pin))
		return (u32)(io->pin[pin].shadow >> 32);
	return (u32)io->pin[pin].shadow | (ioapic_read(io, reg) & RTE_READ_ONLY);
}

static bool owns(const struct ioapic *io, u32 cell, u32 reg)
{
	u32 pin = (reg - IOAPIC_REDIRECTION) / 2;

	return reg >= IOAPIC_REDIRECTION && pin < io->pin_count && io->pin[pin].cell == cell;
}

/* The id is only a number for the ACPI tables' use, and hardware does not care. */
static u32 read_data(const struct ioapic *io, u32 cell)
{
	u32 reg = io->index[cell];

	if (reg == IOAPIC_VERSION)
		return io->version;
	if (reg < IOAPIC_REDIRECTION)
		return ioapic_read(io, reg);
	return owns(io, cell, reg) ? read_half(io, reg) : 0;
}

static bool is_served(const struct ioapic_pin *p, u32 vector)
{
	return (p->hw_low & RTE_LEVEL) && (p->hw_low & 0xff) == vector;
}

/*
 * Software's EOI. Hardware would end the interrupt of every pin with that vector, so where another
 * cell has one, our own pins are ended one by one: edge-triggered for a moment, see mask().
 */
static void write_eoi(struct ioapic *io, u32 cell, u32 vector)
{
	bool mine = false, others = false;

	for (u32 i = 0; i < io->pin_count; i++) {
		if (!is_served(&io->pin[i], vector))
			continue;
		if (io->pin[i].cell == cell)
			mine = true;
		else
			others = true;
	}
	if (mine && !others)
		ioapic_write_eoi(io, vector);
	for (u32 i = 0; mine && others && i < io->pin_count; i++) {
		struct ioapic_pin *p = &io->pin[i];

		if (p->cell != cell || !is_served(p, vector))
			continue;
		ioapic_write(io, REG_LOW(i), (p->hw_low & ~RTE_LEVEL) | RTE_MASKED);
		ioapic_write(io, REG_LOW(i), p->hw_low);
	}
}

static void write(struct vcpu *v, struct ioapic *io, u64 offset, u32 value, struct refusal *r)
{
	u32 cell = v->cell->id;

	if (offset == IOAPIC_OFFSET_INDEX)
		io->index[cell] = value & 0xff;
	else if (offset == IOAPIC_OFFSET_DATA && owns(io, cell, io->index[cell]))
		write_half(v, io, io->index[cell], value, r);
	else if (offset == IOAPIC_OFFSET_EOI && ioapic_has_eoi(io))
		write_eoi(io, cell, value & 0xff);
}

void ioapic_access(struct vcpu *v, void *arg, struct bus_access *access)
{
	struct refusal refusal = {.verdict = IRQ_OK};
	struct ioapic *io = arg;
	u32 cell = v->cell->id;

	spin_lock(&io->lock);
	if (access->write)
		write(v, io, access->offset, (u32)access->value, &refusal);
	else if (access->offset == IOAPIC_OFFSET_INDEX)
		access->value = io->index[cell];
	else if (access->offset == IOAPIC_OFFSET_DATA)
		access->value = read_data(io, cell);
	else
		access->value = 0;
	spin_unlock(&io->lock);
	report(v, &refusal);
}

void ioapic_reset(struct ioapic *io)
{
	for (u32 i = 0; i < io->pin_count; i++) {
		io->pin[i].shadow = RTE_MASKED;
		write_low(io, i, RTE_MASKED); /* edge: ends what the firmware may have left */
		ioapic_write(io, REG_HIGH(i), 0);
	}
}
