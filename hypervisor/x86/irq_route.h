/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From what a guest writes into an MSI register or an I/O APIC entry to the one CPU that gets the
 * interrupt. Pure. SDM vol. 3, "Message Signalled Interrupts"; I/O APIC: 82093AA data sheet, "I/O
 * Redirection Table Registers".
 */
#ifndef X86_IRQ_ROUTE_H
#define X86_IRQ_ROUTE_H

#include "x86/apic_dest.h"

#define DELIVERY_EXTINT 7u /* the others are ICR_DELIVERY_x */

/* What the guest asks for, taken apart but not yet believed. */
struct irq_wish {
	u8 vector;
	u8 delivery; /* ICR_DELIVERY_x or DELIVERY_EXTINT */
	bool logical;
	bool level;
	u8 dest; /* as a physical or logical destination */
};

/* What hardware is told: always a physical destination, always one CPU. */
struct irq_target {
	u32 apic_id;
	u8 vector;
	u8 delivery; /* fixed, NMI or ExtINT */
	bool level;
};

enum irq_verdict {
	IRQ_OK,
	IRQ_NOBODY,     /* no CPU of the cell has that destination */
	IRQ_BAD_VECTOR, /* below 16: hardware would refuse it, too */
	IRQ_REFUSED,    /* a delivery mode that would act beyond the cell */
};

/** irq_from_rte - take apart a redirection table entry in compatibility format. */
void irq_from_rte(u64 rte, struct irq_wish *out);

/**
 * irq_from_msi - take apart an MSI or MSI-X message; masked vectors hold garbage: do not ask.
 * Return: false if @address is no interrupt address or not in compatibility format.
 */
bool irq_from_msi(u64 address, u32 data, struct irq_wish *out);

/**
 * irq_resolve - choose the CPU: the first of the set that the destination names within @ctx.
 * @for_root: NMI and ExtINT are root's only: they come from the platform, which belongs to it.
 * @out: filled if IRQ_OK is returned.
 */
enum irq_verdict irq_resolve(const struct irq_wish *wish, const struct apic_dest_ctx *ctx,
			     bool for_root, struct irq_target *out);

#endif
