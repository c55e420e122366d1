/* SPDX-License-Identifier: BSD-2-Clause */
#include "iommu/iommu.h"

#include <bulkhead/image.h>

#include "core/console.h"

/* Compatibility format: SDM vol. 3, "Message Address Register Format", "Message Data Register
 * Format"; the entry of an I/O APIC has the same low bits and the destination in bits 63:56. */
#define COMPAT_MSI_BASE 0xfee00000ULL
#define COMPAT_LOW(t)   ((u32)(t)->vector | (u32)(t)->delivery << 8)
#define COMPAT_LEVEL    BIT32(15)

static const struct iommu_ops *ops; /* [I] NULL: off */
static u64 held;                    /* [I] bytes of the pool */

const char *iommu_name(void)
{
	return ops ? ops->name : "off";
}

bool iommu_active(void)
{
	return ops;
}

u64 iommu_bytes(void)
{
	return held;
}

static enum bh_err select_ops(const struct bh_boot_info *info)
{
	const struct bh_boot_iommu *unit = (const void *)((const u8 *)info + info->unit_offset);

	if (info->iommu == BH_IOMMU_OFF)
		return BH_OK;
	if (!info->unit_count || unit->kind != BH_IOMMU_VTD) {
		say("cannot start: iommu: required, but the firmware's tables name no unit that"
		    " Bulkhead can drive; enable VT-d in the firmware set-up");
		return BH_ERR_IOMMU;
	}
	ops = &vtd_ops;
	return BH_OK;
}

enum bh_err iommu_init(const struct bh_boot_info *info, struct page_pool *pool)
{
	u32 before = pool->used;
	enum bh_err err = select_ops(info);

	if (err || !ops)
		return err;
	err = ops->init(info, pool);
	held += (u64)(pool->used - before) * PAGE_SIZE;
	return err;
}

enum bh_err iommu_build(const struct bh_boot_info *info, struct page_pool *pool)
{
	u32 before = pool->used;
	enum bh_err err = ops ? ops->build(info, pool) : BH_OK;

	held += (u64)(pool->used - before) * PAGE_SIZE;
	return err;
}

enum bh_err iommu_enable(void)
{
	return ops ? ops->enable() : BH_OK;
}

enum bh_err iommu_irq_alloc(u16 source_id, u32 count, u32 *first)
{
	*first = 0;
	return ops ? ops->irq_alloc(source_id, count, first) : BH_OK;
}

void iommu_irq_set(u32 index, const struct irq_target *target)
{
	if (ops)
		ops->irq_set(index, target);
}

void iommu_msi_message(u32 index, u32 count, const struct irq_target *target,
		       struct msi_message *out)
{
	if (ops) {
		ops->msi_message(index, count, out);
		return;
	}
	out->address = COMPAT_MSI_BASE | (u64)(target->apic_id & 0xff) << 12;
	out->data = COMPAT_LOW(target);
}

u64 iommu_rte(u32 index, const struct irq_target *target)
{
	if (ops)
		return ops->rte(index, target);
	return (u64)(target->apic_id & 0xff) << 56 | COMPAT_LOW(target) |
	       (target->level ? COMPAT_LEVEL : 0);
}

bool iommu_check_faults(bool by_nmi)
{
	return ops && ops->check_faults(by_nmi);
}
