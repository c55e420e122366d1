/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DMA and interrupt remapping, for the rest of the hypervisor. A driver (vtd_hw.c) stands behind
 * struct iommu_ops; with `iommu: off` there is none, interrupts keep the compatibility format and
 * the same calls work.
 *
 * Every interrupt that a device may send has an index, reserved at boot for its requester. At run
 * time an index is pointed to a target or blocked; the device or the I/O APIC entry is programmed
 * with the message that iommu_msi_message or iommu_rte returns.
 */
#ifndef IOMMU_IOMMU_H
#define IOMMU_IOMMU_H

#include <bulkhead/boot.h>

#include "core/error.h"
#include "core/page_pool.h"
#include "x86/irq_route.h"

/* What a device is programmed with. */
struct msi_message {
	u64 address;
	u32 data;
};

struct iommu_ops {
	const char *name; /* "vtd", in the ready line */

	/** init - look at the units, make empty tables that let nothing pass. */
	enum bh_err (*init)(const struct bh_boot_info *info, struct page_pool *pool);
	/** build - give each cell's devices the cell's memory. */
	enum bh_err (*build)(const struct bh_boot_info *info, struct page_pool *pool);
	enum bh_err (*enable)(void);

	enum bh_err (*irq_alloc)(u16 source_id, u32 count, u32 *first);
	void (*irq_set)(u32 index, const struct irq_target *target);
	void (*msi_message)(u32 index, u32 count, struct msi_message *out);
	u64 (*rte)(u32 index, const struct irq_target *target);
	bool (*check_faults)(bool by_nmi);
};

extern const struct iommu_ops vtd_ops;

/** iommu_name - "vtd" or "off". */
const char *iommu_name(void);

/** iommu_active - are DMA and interrupts remapped? */
bool iommu_active(void);

/**
 * iommu_init - choose the driver and make empty tables. Boot CPU, after cell_build_all, before the
 * first irq_alloc. BH_ERR_IOMMU: no usable unit; the sentence has been printed.
 */
enum bh_err iommu_init(const struct bh_boot_info *info, struct page_pool *pool);

/**
 * iommu_build - give each cell's devices the memory that the cell's CPUs can reach, at the same
 * addresses. Boot CPU, after the last change to any cell's memory (traps, mapped registers).
 */
enum bh_err iommu_build(const struct bh_boot_info *info, struct page_pool *pool);

/** iommu_enable - from here on devices are fenced. Boot CPU, before any guest runs. */
enum bh_err iommu_enable(void);

/** iommu_bytes - memory that the tables take, for the boot line. */
u64 iommu_bytes(void);

/**
 * iommu_irq_alloc - reserve @count successive indices for a requester; all blocked. While cells
 * are built. @source_id: bdf in its requests.
 * Return: BH_OK; BH_ERR_NOMEM when none are left: ask for fewer, or refuse the device.
 */
enum bh_err iommu_irq_alloc(u16 source_id, u32 count, u32 *first);

/**
 * iommu_irq_set - point an index to @target; NULL blocks it. Any CPU, at run time; when it returns
 * hardware uses the new state. What is blocked stays blocked with the IOMMU off only if the device
 * is not told the message: mask the vector there, too.
 */
void iommu_irq_set(u32 index, const struct irq_target *target);

/**
 * iommu_msi_message - what to write into the device for index @index.
 * @count: 1 for MSI-X and single MSI; for an MSI with several messages their number (a power of
 * two), @index is then the first of that many; the device adds 0 .. count - 1 to the data.
 * @target: what @index was set to; must be valid with the IOMMU off.
 */
void iommu_msi_message(u32 index, u32 count, const struct irq_target *target,
		       struct msi_message *out);

/** iommu_rte - the I/O APIC entry for an index, unmasked, without polarity (bit 13). */
u64 iommu_rte(u32 index, const struct irq_target *target);

/**
 * iommu_check_faults - print and clear what the units blocked. Root's boot CPU, on exits.
 * @by_nmi: an NMI came that nobody posted.   Return: true if a unit sent it.
 */
bool iommu_check_faults(bool by_nmi);

#endif
