/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O APICs as the cells see them: each pin belongs to one cell, whose writes land in a shadow of
 * the redirection table; hardware gets an entry only while it is unmasked, and only with a CPU of
 * that cell as its target. Other cells' pins read as zero and ignore writes.
 * Registers: 82093AA data sheet; later ones have an EOI register (version 20h).
 */
#ifndef DEVICES_IOAPIC_H
#define DEVICES_IOAPIC_H

#include <bulkhead/boot.h>
#include <bulkhead/image.h>

#include "core/bus.h"
#include "core/cell.h"
#include "core/sync.h"

#define IOAPIC_MAX          16u
#define IOAPIC_PINS         512u /* of all I/O APICs together */
#define IOAPIC_CELLS        (BH_CONFIG_MAX_CELLS + 1)

#define IOAPIC_VERSION      0x01u
#define IOAPIC_REDIRECTION  0x10u /* two registers for each pin, low half first */
#define IOAPIC_OFFSET_INDEX 0x00u
#define IOAPIC_OFFSET_DATA  0x10u
#define IOAPIC_OFFSET_EOI   0x40u

#define RTE_STATUS          BIT32(12) /* delivery status, read-only */
#define RTE_POLARITY        BIT32(13)
#define RTE_REMOTE_IRR      BIT32(14) /* read-only */
#define RTE_LEVEL           BIT32(15)
#define RTE_MASKED          BIT32(16)

struct ioapic_pin {
	u64 shadow; /* as its cell wrote it */
	u32 hw_low; /* as we wrote it last */
	u32 cell;   /* [I] owner */
};

/* I fixed once the cells run; all else under lock */
struct ioapic {
	volatile u32 *regs; /* [I] */
	u32 first_irq;      /* [I] index of pin 0 for iommu_irq_set */
	u32 version;        /* [I] the register */
	u32 pin_count;      /* [I] */
	struct ioapic_pin *pin;
	u32 index[IOAPIC_CELLS]; /* each cell has an index register of its own */
	struct spinlock lock;
};

/**
 * ioapic_init - mask all pins, give RT cells those that their info pages name and root the others,
 * and trap the cells' accesses. Boot CPU, after iommu_init.
 */
enum bh_err ioapic_init(const struct bh_boot_info *info);

/** ioapic_reset - shadow and hardware of all pins as after reset: masked. */
void ioapic_reset(struct ioapic *io);

/** ioapic_access - a cell's access (bus_fn). @arg: struct ioapic. */
void ioapic_access(struct vcpu *v, void *arg, struct bus_access *access);

/** ioapic_read, ioapic_write - hardware registers (ioapic_hw.c). The caller holds the lock. */
u32 ioapic_read(const struct ioapic *io, u32 reg);
void ioapic_write(const struct ioapic *io, u32 reg, u32 value);

/** ioapic_write_eoi - the directed EOI register, where ioapic_has_eoi (ioapic_hw.c). */
void ioapic_write_eoi(const struct ioapic *io, u32 vector);

static inline bool ioapic_has_eoi(const struct ioapic *io)
{
	return (io->version & 0xff) >= 0x20;
}

#endif
