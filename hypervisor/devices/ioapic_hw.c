/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/console.h"
#include "devices/ioapic.h"
#include "iommu/iommu.h"
#include "x86/host_tables.h"

#define VIEW_SIZE 0x100u /* index, data, EOI; some chipsets put several into one page */

static struct ioapic ioapics[IOAPIC_MAX];
static struct ioapic_pin pins[IOAPIC_PINS]; /* the root cell's, but for those of give_pins() */
static u32 pins_used;

u32 ioapic_read(const struct ioapic *io, u32 reg)
{
	io->regs[IOAPIC_OFFSET_INDEX / 4] = reg;
	return io->regs[IOAPIC_OFFSET_DATA / 4];
}

void ioapic_write(const struct ioapic *io, u32 reg, u32 value)
{
	io->regs[IOAPIC_OFFSET_INDEX / 4] = reg;
	io->regs[IOAPIC_OFFSET_DATA / 4] = value;
}

void ioapic_write_eoi(const struct ioapic *io, u32 vector)
{
	io->regs[IOAPIC_OFFSET_EOI / 4] = vector;
}

static enum bh_err refuse(const struct bh_boot_ioapic *boot, const char *what)
{
	say("cannot start: the I/O APIC at 0x%lx %s", boot->phys, what);
	return BH_ERR_IOMMU;
}

static enum bh_err take(struct ioapic *io, const struct bh_boot_ioapic *boot)
{
	io->regs = host_map(boot->phys, VIEW_SIZE, MT_UC);
	if (!io->regs)
		return BH_ERR_NOMEM;
	io->version = ioapic_read(io, IOAPIC_VERSION);
	io->pin_count = (io->version >> 16 & 0xff) + 1;
	io->pin = pins + pins_used;
	if (io->version == ~0u || io->pin_count > IOAPIC_PINS - pins_used)
		return refuse(boot, "does not exist, or there are more than 512 pins");
	if (iommu_active() && !boot->has_source)
		return refuse(boot,
			      "cannot be fenced: no IOMMU unit of the firmware's DMAR names it");
	pins_used += io->pin_count;
	ioapic_reset(io);
	return iommu_irq_alloc(boot->source_id, io->pin_count, &io->first_irq);
}

static bool has_pin(const struct ioapic *io, u32 cell)
{
	for (u32 i = 0; i < io->pin_count; i++)
		if (io->pin[i].cell == cell)
			return true;
	return false;
}

static enum bh_err give_pin(struct cell *cell, const struct bh_cell_irq *irq,
			    const struct bh_boot_ioapic *boot, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		struct ioapic *io = &ioapics[i];
		bool first = !has_pin(io, cell->id);

		if (boot[i].phys != irq->ioapic_gpa || irq->pin >= io->pin_count ||
		    io->pin[irq->pin].cell)
			continue;
		io->pin[irq->pin].cell = cell->id;
		return first ? bus_add(&cell->mmio, boot[i].phys, VIEW_SIZE, ioapic_access, io)
			     : BH_OK;
	}
	return BH_ERR_RANGE;
}

static enum bh_err give_pins(struct cell *cell, const struct bh_boot_ioapic *boot, u32 count)
{
	u32 n = cell->info->irq_count;
	const struct bh_cell_irq *irq = cell_info_list(cell, cell->info->irq_offset, n,
						       sizeof(*irq));
	enum bh_err err = irq ? BH_OK : BH_ERR_RANGE;

	for (; n-- && !err; irq++)
		err = give_pin(cell, irq, boot, count);
	return err;
}

enum bh_err ioapic_init(const struct bh_boot_info *info)
{
	const struct bh_boot_ioapic *boot = (const void *)((const u8 *)info + info->ioapic_offset);
	struct cell *root = &cells[0];
	enum bh_err err = BH_OK;

	if (info->ioapic_count > IOAPIC_MAX)
		return refuse(boot, "is one of more than 16");
	for (u32 i = 0; i < info->ioapic_count && !err; i++) {
		err = take(&ioapics[i], &boot[i]);
		if (!err)
			err = cell_trap_memory(root, ALIGN_DOWN(boot[i].phys, PAGE_SIZE),
					       PAGE_SIZE);
		if (!err)
			err = bus_add(&root->mmio, boot[i].phys, VIEW_SIZE, ioapic_access,
				      &ioapics[i]);
	}
	for (u32 i = 1; i < cell_count && !err; i++)
		err = give_pins(&cells[i], boot, info->ioapic_count);
	return err;
}
