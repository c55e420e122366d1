/* SPDX-License-Identifier: BSD-2-Clause */
/* The cell's own pins of the I/O APICs: interrupt lines of devices that have no MSI. */
#ifndef GUEST_IOAPIC_H
#define GUEST_IOAPIC_H

#include <bulkhead/cell.h>

#include "types.h"

#define IOAPIC_VERSION 1u

/* 82093AA data sheet, "I/O Redirection Table Registers" */
#define IOAPIC_EDGE_HIGH 0u          /* ISA devices */
#define IOAPIC_LEVEL_LOW 0x0000a000u /* PCI devices */

/**
 * ioapic_connect - let a line interrupt this CPU.
 * @irq: of cell_irqs(). @vector: what it raises. @trigger: IOAPIC_EDGE_HIGH or IOAPIC_LEVEL_LOW.
 */
void ioapic_connect(const struct bh_cell_irq *irq, u8 vector, u32 trigger);

/** ioapic_disconnect - mask a line. */
void ioapic_disconnect(const struct bh_cell_irq *irq);

/** ioapic_read, ioapic_write - a register of the I/O APIC in which @irq ends. */
u32 ioapic_read(const struct bh_cell_irq *irq, u32 reg);
void ioapic_write(const struct bh_cell_irq *irq, u32 reg, u32 value);

/** ioapic_pin - the number of the first of a pin's two registers, the low half. */
static inline u32 ioapic_pin(u32 pin)
{
	return 0x10 + 2 * pin;
}

#endif
