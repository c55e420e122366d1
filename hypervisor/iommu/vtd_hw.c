/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VT-d units: tables, hand-off from the firmware, queues. The tables are built while all units
 * still do what the firmware left them with; then each is switched over without a moment in which
 * it would let everything pass, if the firmware had it on.
 */
#include "iommu/vtd_hw.h"

#include <bulkhead/image.h>

#include "core/cell.h"
#include "core/console.h"
#include "core/cpu.h"
#include "core/main.h"
#include "x86/asm.h"
#include "x86/host_tables.h"

#define WAIT_US    100000u /* hardware answers within microseconds */
#define CACHE_LINE 64u

/* Global Command and Global Status Register: the same bits */
#define G_TRANSLATION BIT32(31) /* TE, TES */
#define G_ROOT_TABLE  BIT32(30) /* SRTP, RTPS */
#define G_WRITE_FLUSH BIT32(27) /* WBF, WBFS */
#define G_QUEUE       BIT32(26) /* QIE, QIES */
#define G_INTERRUPTS  BIT32(25) /* IRE, IRES */
#define G_IRTA        BIT32(24) /* SIRTP, IRTPS */
/* "If multiple control fields ... need to be modified, software must serialize": write back what
 * is on and keeps on; the other status bits are of one-shot commands. CFI (bit 23) is not among
 * them: interrupts in compatibility format are blocked from the first command on. */
#define G_KEPT        (G_TRANSLATION | G_QUEUE | G_INTERRUPTS)

#define CAP_NEEDS_WBF BIT64(4)
#define CAP_PMR       (BIT64(5) | BIT64(6)) /* PLMR, PHMR */
#define PMEN_ENABLE   BIT32(31)
#define PMEN_STATUS   BIT32(0)
#define RTADDR_MODE   (BIT64(11) | BIT64(10)) /* TTM: 00b is legacy mode */
#define IRTA_EIME     BIT64(11)
#define IRTA_SIZE     11u                                    /* S: 2^(S+1) entries */
#define QUEUE_SIZE    (PAGE_SIZE / sizeof(struct vtd_entry)) /* IQA.QS = 0: one page */
#define FSTS_QUEUE    (BIT32(4) | BIT32(5) | BIT32(6))       /* IQE, ICE, ITE */

_Static_assert(VTD_IRTE_COUNT == 1u << (IRTA_SIZE + 1), "IRTA.S says how many entries there are");

struct vtd_unit vtd_units[VTD_MAX_UNITS];
u32 vtd_unit_count;

static struct vtd_caps caps = VTD_CAPS_ALL; /* [I] */
static u32 address_bits;                    /* [I] */
static bool eim;                            /* [I] */
static struct vtd_entry *root_table;        /* [I] */
static struct vtd_entry *irte;              /* [a] the low halves; the high ones are [I] */
static u64 root_table_phys, irte_phys;      /* [I] */
static u32 irte_next;                       /* boot only */
static struct ptable domains[BH_CONFIG_MAX_CELLS + 1]; /* [I] root NULL: no devices */

static enum bh_err refuse(u64 phys, const char *what)
{
	say("cannot start: iommu: required, but the unit at 0x%lx %s", phys, what);
	return BH_ERR_IOMMU;
}

/* Before hardware may look: "Caching Mode and Coherency" - it may read around the caches. */
static void flush_lines(const void *p, u64 bytes)
{
	if (!caps.coherent)
		for (u64 i = 0; i < bytes; i += CACHE_LINE)
			clflush((const u8 *)p + i);
	mfence();
}

static bool wait_for(const struct vtd_unit *u, u32 reg, u32 mask, u32 want)
{
	u64 end = rdtsc() + (u64)tsc_khz * WAIT_US / 1000;

	while ((vtd_read(u, reg) & mask) != want) {
		if (rdtsc() > end)
			return false;
		cpu_relax();
	}
	return true;
}

static enum bh_err command(const struct vtd_unit *u, u32 bit, bool on)
{
	u32 keep = vtd_read(u, VTD_GSTS) & G_KEPT & ~bit;

	vtd_write(u, VTD_GCMD, keep | (on ? bit : 0));
	if (wait_for(u, VTD_GSTS, bit, on ? bit : 0))
		return BH_OK;
	return refuse(u->phys, "does not answer a command");
}

/* "Write Buffer Flushing": some old chipsets keep our writes to tables to themselves. */
static void flush_write_buffer(const struct vtd_unit *u)
{
	if (!(u->cap & CAP_NEEDS_WBF))
		return;
	vtd_write(u, VTD_GCMD, (vtd_read(u, VTD_GSTS) & G_KEPT) | G_WRITE_FLUSH);
	wait_for(u, VTD_GSTS, G_WRITE_FLUSH, 0);
}

static bool wait_ticket(const struct vtd_unit *u)
{
	u64 end = rdtsc() + (u64)tsc_khz * WAIT_US / 1000;

	while (*u->status != u->ticket) {
		if (rdtsc() > end)
			return false;
		cpu_relax();
	}
	return true;
}

static void put(struct vtd_unit *u, struct vtd_entry descriptor)
{
	u->queue[u->tail] = descriptor;
	u->tail = (u->tail + 1) % QUEUE_SIZE;
}

/* One request and a wait behind it, so that the queue is always empty here. */
static bool invalidate(struct vtd_unit *u, struct vtd_entry descriptor)
{
	bool done = false;

	spin_lock(&u->lock);
	if (u->live) {
		flush_write_buffer(u);
		u->ticket++;
		put(u, descriptor);
		put(u, vtd_wait(u->status_phys, u->ticket));
		mfence();
		vtd_write64(u, VTD_IQT, u->tail * sizeof(struct vtd_entry));
		done = wait_ticket(u);
		u->live = done;
		if (!done)
			say("iommu: the unit at 0x%lx does not finish an invalidation (status 0x%x)",
			    u->phys, vtd_read(u, VTD_FSTS) & FSTS_QUEUE);
	}
	spin_unlock(&u->lock);
	return done;
}

static enum bh_err find_unit(struct vtd_unit *u, const struct bh_boot_iommu *boot)
{
	const char *lack;
	u64 bytes;

	u->phys = boot->phys;
	u->regs = host_map(u->phys, PAGE_SIZE, MT_UC);
	if (!u->regs)
		return BH_ERR_NOMEM;
	u->cap = vtd_read64(u, VTD_CAP);
	u->ecap = vtd_read64(u, VTD_ECAP);
	lack = u->cap == ~0ULL ? "has no registers" : vtd_caps_and(&caps, u->cap, u->ecap);
	if (lack)
		return refuse(u->phys, lack);
	bytes = vtd_reg_bytes(u->cap, u->ecap);
	if (bytes > PAGE_SIZE)
		u->regs = host_map(u->phys, bytes, MT_UC);
	if (!u->regs)
		return BH_ERR_NOMEM;
	return cell_trap_memory(&cells[0], u->phys, bytes);
}

static enum bh_err make_queue(struct vtd_unit *u, struct page_pool *pool)
{
	static u8 *status_page; /* 64 bytes for each unit */
	u32 number = (u32)(u - vtd_units);

	if (!status_page)
		status_page = pool_alloc(pool, 1);
	u->queue = pool_alloc(pool, 1);
	if (!u->queue || !status_page)
		return BH_ERR_NOMEM;
	u->status = (volatile u32 *)(status_page + number * CACHE_LINE);
	u->status_phys = pool_phys(pool, status_page) + number * CACHE_LINE;
	u->queue_phys = pool_phys(pool, u->queue);
	return BH_OK;
}

static enum bh_err find_units(const struct bh_boot_info *info, struct page_pool *pool)
{
	const struct bh_boot_iommu *boot = (const void *)((const u8 *)info + info->unit_offset);
	enum bh_err err = BH_OK;

	if (info->unit_count > VTD_MAX_UNITS)
		return refuse(boot->phys, "is one of more than 16");
	for (u32 i = 0; i < info->unit_count && !err; i++) {
		err = find_unit(&vtd_units[i], &boot[i]);
		if (!err)
			err = make_queue(&vtd_units[i], pool);
	}
	vtd_unit_count = info->unit_count;
	return err;
}

/* An 8-bit destination would name the wrong CPU. */
static bool needs_eim(void)
{
	for (u32 i = 0; i < cpu_count; i++)
		if (cpus[i].apic_id >= 0xff)
			return true;
	return false;
}

static enum bh_err vtd_init(const struct bh_boot_info *info, struct page_pool *pool)
{
	enum bh_err err = find_units(info, pool);

	if (err)
		return err;
	address_bits = vtd_address_bits(&caps, info->phys_top);
	eim = caps.eim && this_cpu()->vcpu.x2apic; /* "Extended Interrupt Mode" is for x2APIC */
	if (!eim && needs_eim())
		return refuse(vtd_units[0].phys, "cannot interrupt CPUs with APIC ids above 254");
	if (cell_count >= caps.domains)
		return refuse(vtd_units[0].phys, "has fewer domains than there are cells");
	root_table = pool_alloc(pool, 1);
	irte = pool_alloc(pool, VTD_IRTE_COUNT * sizeof(*irte) / PAGE_SIZE);
	if (!root_table || !irte)
		return BH_ERR_NOMEM;
	root_table_phys = pool_phys(pool, root_table);
	irte_phys = pool_phys(pool, irte);
	vtd_faults_setup(info);
	return BH_OK;
}

static u64 dma_limit(void)
{
	u32 bits = caps.guest_bits < address_bits ? caps.guest_bits : address_bits;

	return BIT64(bits);
}

/* A cell's tables, made when its first device comes. */
static enum bh_err domain_of(u32 cell, struct page_pool *pool)
{
	struct ptable *domain = &domains[cell];
	enum bh_err err;

	if (domain->root)
		return BH_OK;
	err = ptable_init(domain, caps.leaf_2m ? PT_VTD : PT_VTD_4K, caps.leaf_1g, pool);
	if (!err)
		err = vtd_copy_memory(domain, &cells[cell].memory, dma_limit());
	if (!err && !domain->root[0])
		err = BH_ERR_RANGE; /* a cell without memory */
	return err;
}

static enum bh_err attach(u16 bdf, u32 cell, struct page_pool *pool)
{
	enum bh_err err = domain_of(cell, pool);

	if (err)
		return err;
	/* domain 0 is reserved where "Caching Mode" is reported */
	return vtd_attach(root_table, pool, bdf,
			  vtd_context_entry(vtd_domain_root(&domains[cell], address_bits), cell + 1,
					    address_bits));
}

/* What conventional PCI devices behind a bridge send carries the bridge's secondary bus. */
static enum bh_err attach_bridge(const struct bh_boot_pci *bridge, struct page_pool *pool)
{
	if (!bridge->secondary)
		return BH_OK;
	return attach(BH_BDF(bridge->secondary, 0, 0), bridge->cell, pool);
}

/*
 * Some devices, SATA controllers above all, send with the number of a function that they do not
 * have (Linux calls that a DMA alias). Where a device has one owner, all its numbers go there.
 */
static enum bh_err attach_function(const struct bh_boot_pci *f, bool whole, struct page_pool *pool)
{
	enum bh_err err = BH_OK;

	for (u32 fn = 0; fn < 8 && !err; fn++)
		if (whole || fn == (f->bdf & 7u))
			err = attach((u16)((f->bdf & ~7u) | fn), f->cell, pool);
	return err;
}

static enum bh_err attach_functions(const struct bh_boot_info *info, struct page_pool *pool)
{
	const struct bh_boot_pci *pci = (const void *)((const u8 *)info + info->pci_offset);
	enum bh_err err = BH_OK;

	for (u32 i = 0; i < info->pci_count && !err; i++)
		if (pci[i].header == 1)
			err = attach_bridge(&pci[i], pool);
	/* behind the bridges, so that a function's own owner counts where there is one */
	for (u32 i = 0; i < info->pci_count && !err; i++)
		err = attach_function(&pci[i], vtd_one_owner(pci, info->pci_count, &pci[i]), pool);
	return err;
}

/* "Reserved Memory Region Reporting": memory that a device uses behind the system's back. */
static enum bh_err map_reserved(const struct bh_boot_rmrr *rmrr)
{
	u64 first = ALIGN_DOWN(rmrr->base, PAGE_SIZE), end = ALIGN_UP(rmrr->limit + 1, PAGE_SIZE);
	struct map_req req = {first, first, end - first, PT_READ | PT_WRITE, MT_WB};
	struct pt_leaf leaf;

	for (u64 at = first; at < end; at += PAGE_SIZE) {
		if (ptable_lookup(&cells[0].memory, at, &leaf) && leaf.pa == at)
			continue;
		say("cannot start: iommu: required, but the firmware reserves 0x%lx for a device,"
		    " which is not the root cell's",
		    at);
		return BH_ERR_IOMMU;
	}
	return ptable_map(&domains[0], &req);
}

static u32 owner_of(const struct bh_boot_info *info, u16 bdf)
{
	const struct bh_boot_pci *pci = (const void *)((const u8 *)info + info->pci_offset);

	for (u32 i = 0; i < info->pci_count; i++)
		if (pci[i].bdf == bdf)
			return pci[i].cell;
	return 0; /* hidden by the firmware, but it exists */
}

static enum bh_err attach_reserved(const struct bh_boot_info *info, struct page_pool *pool)
{
	const struct bh_boot_rmrr *rmrr = (const void *)((const u8 *)info + info->rmrr_offset);
	const u16 *scope = (const void *)((const u8 *)info + info->scope_offset);
	enum bh_err err = BH_OK;

	for (u32 i = 0; i < info->rmrr_count && !err; i++) {
		for (u32 k = 0; k < rmrr[i].scope_count && !err; k++) {
			u16 bdf = scope[rmrr[i].scope_first + k];
			u32 cell = owner_of(info, bdf);

			if (cell) {
				say("cannot start: cell %s cannot own %02x:%02x.%u: the firmware"
				    " uses it with reserved memory",
				    cells[cell].name, bdf >> 8, bdf >> 3 & 31, bdf & 7);
				return BH_ERR_IOMMU;
			}
			err = attach(bdf, 0, pool);
		}
		if (!err && rmrr[i].scope_count)
			err = map_reserved(&rmrr[i]);
	}
	return err;
}

static enum bh_err vtd_build(const struct bh_boot_info *info, struct page_pool *pool)
{
	u32 first = pool->used;
	enum bh_err err = attach_functions(info, pool);

	if (!err)
		err = attach_reserved(info, pool);
	if (err)
		return err;
	flush_lines(pool->base + (u64)first * PAGE_SIZE, (u64)(pool->used - first) * PAGE_SIZE);
	flush_lines(root_table, PAGE_SIZE);
	flush_lines(irte, VTD_IRTE_COUNT * sizeof(*irte));
	if (info->phys_top > dma_limit())
		say("iommu: devices reach addresses below 0x%lx only", dma_limit());
	return BH_OK;
}

/* What the firmware left: its queue and its interrupt table cannot be used, its translation stays
 * on until ours replaces it, unless its mode is another one. */
static enum bh_err take_over(struct vtd_unit *u)
{
	u32 on = vtd_read(u, VTD_GSTS);
	enum bh_err err = BH_OK;

	if (on & G_INTERRUPTS)
		err = command(u, G_INTERRUPTS, false);
	if (!err && (on & G_TRANSLATION) && (vtd_read64(u, VTD_RTADDR) & RTADDR_MODE))
		err = command(u, G_TRANSLATION, false);
	if (!err && (on & G_QUEUE)) {
		wait_for(u, VTD_IQH, ~0u, vtd_read(u, VTD_IQT));
		err = command(u, G_QUEUE, false);
	}
	return err;
}

static enum bh_err start_queue(struct vtd_unit *u)
{
	enum bh_err err;

	vtd_write(u, VTD_FSTS, FSTS_QUEUE); /* errors of the firmware's queue would stop ours */
	vtd_write64(u, VTD_IQT, 0);
	vtd_write64(u, VTD_IQA, u->queue_phys);
	err = command(u, G_QUEUE, true);
	u->live = !err;
	return err;
}

/* "Set Root Table Pointer Operation", "Set Interrupt Remapping Table Pointer Operation" */
static enum bh_err start_tables(struct vtd_unit *u)
{
	enum bh_err err;

	flush_write_buffer(u);
	vtd_write64(u, VTD_RTADDR, root_table_phys);
	err = command(u, G_ROOT_TABLE, true);
	if (err)
		return err;
	if (!invalidate(u, vtd_flush_contexts()) || !invalidate(u, vtd_flush_iotlb(u->cap)))
		return refuse(u->phys, "does not forget the firmware's tables");
	vtd_write64(u, VTD_IRTA, irte_phys | (eim ? IRTA_EIME : 0) | IRTA_SIZE);
	err = command(u, G_IRTA, true);
	if (err)
		return err;
	if (!invalidate(u, vtd_flush_all_irtes()))
		return refuse(u->phys, "does not forget the firmware's interrupts");
	return BH_OK;
}

/* Protected memory regions guarded the time until translation is on; then they only block. */
static enum bh_err drop_protected_regions(struct vtd_unit *u)
{
	if (!(u->cap & CAP_PMR) || !(vtd_read(u, VTD_PMEN) & PMEN_STATUS))
		return BH_OK;
	vtd_write(u, VTD_PMEN, vtd_read(u, VTD_PMEN) & ~PMEN_ENABLE);
	if (wait_for(u, VTD_PMEN, PMEN_STATUS, 0))
		return BH_OK;
	return refuse(u->phys, "does not let go of the firmware's protected memory");
}

static enum bh_err start_unit(struct vtd_unit *u)
{
	enum bh_err err = take_over(u);

	if (!err)
		err = start_queue(u);
	if (!err)
		err = start_tables(u);
	if (!err)
		err = command(u, G_TRANSLATION, true);
	if (!err)
		err = command(u, G_INTERRUPTS, true);
	if (!err)
		err = drop_protected_regions(u);
	if (!err)
		vtd_faults_on(u);
	return err;
}

/* Linux is about to run without us: it must find the units off. */
static void stop_units(void)
{
	static const u32 order[] = {G_INTERRUPTS, G_TRANSLATION, G_QUEUE};

	for (u32 i = 0; i < vtd_unit_count; i++)
		for (u32 k = 0; k < ARRAY_SIZE(order); k++)
			if (vtd_read(&vtd_units[i], VTD_GSTS) & order[k])
				command(&vtd_units[i], order[k], false);
}

static enum bh_err vtd_enable(void)
{
	enum bh_err err = BH_OK;

	for (u32 i = 0; i < vtd_unit_count && !err; i++)
		err = start_unit(&vtd_units[i]);
	if (err)
		stop_units();
	return err;
}

static enum bh_err vtd_irq_alloc(u16 source_id, u32 count, u32 *first)
{
	if (count > VTD_IRTE_COUNT - irte_next)
		return BH_ERR_NOMEM;
	*first = irte_next;
	irte_next += count;
	for (u32 i = *first; i < irte_next; i++)
		irte[i].hi = vtd_irte_high(source_id);
	return BH_OK;
}

/* The upper half never changes, so one 64-bit write changes an entry as a whole. */
static void vtd_irq_set(u32 index, const struct irq_target *target)
{
	__atomic_store_n(&irte[index].lo, vtd_irte_low(target, eim), __ATOMIC_RELEASE);
	flush_lines(&irte[index], sizeof(*irte));
	for (u32 i = 0; i < vtd_unit_count; i++)
		invalidate(&vtd_units[i], vtd_flush_irte(index));
}

const struct iommu_ops vtd_ops = {
	.name = "vtd",
	.init = vtd_init,
	.build = vtd_build,
	.enable = vtd_enable,
	.irq_alloc = vtd_irq_alloc,
	.irq_set = vtd_irq_set,
	.msi_message = vtd_msi,
	.rte = vtd_rte,
	.check_faults = vtd_check_faults,
};
