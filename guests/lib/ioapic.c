/* SPDX-License-Identifier: BSD-2-Clause */
#include "ioapic.h"

#include "apic.h"

#define INDEX      0x00u
#define DATA       0x10u
#define RTE_MASKED 0x00010000u
#define DEST_SHIFT 24 /* of the high half: physical destination */

/* The index register selects what the data register is. */
static volatile u32 *select(const struct bh_cell_irq *irq, u32 reg)
{
	volatile u8 *base = (volatile u8 *)(uintptr_t)irq->ioapic_gpa;

	*(volatile u32 *)(base + INDEX) = reg;
	return (volatile u32 *)(base + DATA);
}

u32 ioapic_read(const struct bh_cell_irq *irq, u32 reg)
{
	return *select(irq, reg);
}

void ioapic_write(const struct bh_cell_irq *irq, u32 reg, u32 value)
{
	*select(irq, reg) = value;
}

void ioapic_connect(const struct bh_cell_irq *irq, u8 vector, u32 trigger)
{
	ioapic_disconnect(irq);
	ioapic_write(irq, ioapic_pin(irq->pin) + 1, apic_id() << DEST_SHIFT);
	ioapic_write(irq, ioapic_pin(irq->pin), trigger | vector);
}

void ioapic_disconnect(const struct bh_cell_irq *irq)
{
	ioapic_write(irq, ioapic_pin(irq->pin), RTE_MASKED);
}
