/* SPDX-License-Identifier: BSD-2-Clause */
#include "iommu/vtd.h"

#define FIELD(value, low, bits) ((u32)((value) >> (low)) & (u32)(BIT64(bits) - 1))

/* Capability Register */
#define CAP_ND(cap)     FIELD(cap, 0, 3)
#define CAP_AGAW39      BIT64(9)  /* SAGAW bit 1: three levels */
#define CAP_AGAW48      BIT64(10) /* SAGAW bit 2: four levels */
#define CAP_MGAW(cap)   FIELD(cap, 16, 6)
#define CAP_FRO(cap)    FIELD(cap, 24, 10)
#define CAP_LEAF_2M     BIT64(34)
#define CAP_LEAF_1G     BIT64(35)
#define CAP_NFR(cap)    FIELD(cap, 40, 8)
#define CAP_DRAIN_WRITE BIT64(54)
#define CAP_DRAIN_READ  BIT64(55)

/* Extended Capability Register */
#define ECAP_COHERENT  BIT64(0)
#define ECAP_QI        BIT64(1)
#define ECAP_IR        BIT64(3)
#define ECAP_EIM       BIT64(4)
#define ECAP_IRO(ecap) FIELD(ecap, 8, 10)

#define PRESENT        BIT64(0) /* root, context and interrupt entries */

const char *vtd_caps_and(struct vtd_caps *all, u64 cap, u64 ecap)
{
	u32 domains = 1u << (4 + 2 * CAP_ND(cap));
	u32 guest_bits = CAP_MGAW(cap) + 1;

	if (!(ecap & ECAP_QI))
		return "has no queued invalidation";
	if (!(ecap & ECAP_IR))
		return "has no interrupt remapping";
	all->agaw39 = all->agaw39 && (cap & CAP_AGAW39);
	all->agaw48 = all->agaw48 && (cap & CAP_AGAW48);
	all->leaf_2m = all->leaf_2m && (cap & CAP_LEAF_2M);
	all->leaf_1g = all->leaf_1g && (cap & CAP_LEAF_1G);
	all->eim = all->eim && (ecap & ECAP_EIM);
	all->coherent = all->coherent && (ecap & ECAP_COHERENT);
	all->domains = domains < all->domains ? domains : all->domains;
	all->guest_bits = guest_bits < all->guest_bits ? guest_bits : all->guest_bits;
	if (!all->agaw39 && !all->agaw48)
		return "shares neither 39-bit nor 48-bit addresses with the other units";
	return NULL;
}

u32 vtd_fault_count(u64 cap)
{
	return CAP_NFR(cap) + 1;
}

u32 vtd_fault_offset(u64 cap)
{
	return CAP_FRO(cap) * 16;
}

u64 vtd_reg_bytes(u64 cap, u64 ecap)
{
	u64 faults = vtd_fault_offset(cap) + vtd_fault_count(cap) * 16ULL;
	u64 iotlb = ECAP_IRO(ecap) * 16ULL + 16;

	return ALIGN_UP(faults > iotlb ? faults : iotlb, PAGE_SIZE);
}

u32 vtd_address_bits(const struct vtd_caps *caps, u64 phys_top)
{
	if (caps->agaw39 && (phys_top <= BIT64(39) || !caps->agaw48))
		return 39;
	return caps->agaw48 ? 48 : 0;
}

struct vtd_entry vtd_root_entry(u64 context_phys)
{
	return (struct vtd_entry){context_phys | PRESENT, 0};
}

struct vtd_entry vtd_context_entry(u64 table_phys, u32 domain, u32 address_bits)
{
	u64 width = address_bits == 39 ? 1 : 2; /* Address Width: 001b three, 010b four levels */

	/* Translation Type 00b: translated requests of devices with an own TLB are blocked */
	return (struct vtd_entry){table_phys | PRESENT, width | (u64)domain << 8};
}

#define IRTE_LEVEL          BIT64(4)
#define IRTE_DELIVERY_SHIFT 5
#define IRTE_VECTOR_SHIFT   16
#define IRTE_DEST_SHIFT     32
#define IRTE_DEST8_SHIFT    40 /* without extended interrupt mode: bits 47:40 */
#define IRTE_VERIFY_SOURCE                                                                         \
	BIT64(82 - 64) /* Source Validation Type 01b, qualifier 00b: all bits                      \
			*/

u64 vtd_irte_high(u16 source_id)
{
	return IRTE_VERIFY_SOURCE | source_id;
}

u64 vtd_irte_low(const struct irq_target *target, bool eim)
{
	if (!target)
		return 0;
	return PRESENT | (target->level ? IRTE_LEVEL : 0) |
	       (u64)target->delivery << IRTE_DELIVERY_SHIFT |
	       (u64)target->vector << IRTE_VECTOR_SHIFT |
	       (eim ? (u64)target->apic_id << IRTE_DEST_SHIFT
		    : (u64)(target->apic_id & 0xff) << IRTE_DEST8_SHIFT);
}

#define MSI_ADDRESS      0xfee00000ULL
#define MSI_REMAPPABLE   BIT64(4)
#define MSI_SUBHANDLE    BIT64(3) /* the data is added to the handle */
#define MSI_HANDLE_SHIFT 5        /* bits 14:0 of the handle; bit 15 goes to bit 2 */

void vtd_msi(u32 index, u32 count, struct msi_message *out)
{
	out->address = MSI_ADDRESS | MSI_REMAPPABLE | (count > 1 ? MSI_SUBHANDLE : 0) |
		       (u64)(index & 0x7fff) << MSI_HANDLE_SHIFT | (index >> 15 & 1) << 2;
	out->data = 0;
}

#define RTE_REMAPPABLE  BIT64(48)
#define RTE_INDEX_SHIFT 49 /* bits 14:0 of the index; bit 15 goes to bit 11 */
#define RTE_LEVEL       BIT64(15)

/* The vector must be the one of the IRTE: the EOI message of a level interrupt finds it by that. */
u64 vtd_rte(u32 index, const struct irq_target *target)
{
	return RTE_REMAPPABLE | (u64)(index & 0x7fff) << RTE_INDEX_SHIFT | (index >> 15 & 1) << 11 |
	       target->vector | (target->level ? RTE_LEVEL : 0);
}

/* Types of descriptors, bits 3:0 */
#define QI_CONTEXT      1u
#define QI_IOTLB        2u
#define QI_IRTE         4u
#define QI_WAIT         5u

#define QI_GLOBAL       BIT64(4) /* granularity of context-cache and IOTLB flushes */
#define QI_DRAIN_WRITES BIT64(6)
#define QI_DRAIN_READS  BIT64(7)
#define QI_ONE_IRTE     BIT64(4)
#define QI_IRTE_SHIFT   32
#define QI_STATUS_WRITE BIT64(5)
#define QI_STATUS_SHIFT 32

struct vtd_entry vtd_flush_contexts(void)
{
	return (struct vtd_entry){QI_CONTEXT | QI_GLOBAL, 0};
}

struct vtd_entry vtd_flush_iotlb(u64 cap)
{
	return (struct vtd_entry){QI_IOTLB | QI_GLOBAL |
					  (cap & CAP_DRAIN_WRITE ? QI_DRAIN_WRITES : 0) |
					  (cap & CAP_DRAIN_READ ? QI_DRAIN_READS : 0),
				  0};
}

struct vtd_entry vtd_flush_all_irtes(void)
{
	return (struct vtd_entry){QI_IRTE, 0};
}

struct vtd_entry vtd_flush_irte(u32 index)
{
	return (struct vtd_entry){QI_IRTE | QI_ONE_IRTE | (u64)index << QI_IRTE_SHIFT, 0};
}

struct vtd_entry vtd_wait(u64 status_phys, u32 value)
{
	return (struct vtd_entry){QI_WAIT | QI_STATUS_WRITE | (u64)value << QI_STATUS_SHIFT,
				  status_phys};
}

/* Fault Recording Registers */
#define FAULT_VALID        BIT64(127 - 64)
#define FAULT_READ         BIT64(126 - 64)
#define FAULT_REASON_SHIFT (96 - 64)
#define FAULT_INDEX_SHIFT  48
#define FAULT_FIRST_IRQ    0x20u /* "Interrupt Remapping Fault Conditions": 20h to 26h */
#define FAULT_LAST_IRQ     0x26u

bool vtd_fault_decode(struct vtd_entry record, struct vtd_fault *out)
{
	if (!(record.hi & FAULT_VALID))
		return false;
	out->source_id = (u16)record.hi;
	out->reason = (u8)(record.hi >> FAULT_REASON_SHIFT);
	out->interrupt = out->reason >= FAULT_FIRST_IRQ && out->reason <= FAULT_LAST_IRQ;
	out->write = !(record.hi & FAULT_READ);
	out->address = record.lo & ~PAGE_MASK;
	out->index = (u32)(record.lo >> FAULT_INDEX_SHIFT);
	return true;
}

const char *vtd_fault_text(u8 reason)
{
	switch (reason) {
	case 0x1: /* the present bit of the root entry is clear */
	case 0x2: /* ... of the context entry */
		return "the device belongs to nobody";
	case 0x4:
		return "the address is wider than the IOMMU's";
	case 0x5: /* no write permission */
	case 0x6: /* no read permission */
		return "not memory of its cell";
	case 0xd:
		return "a device must not translate by itself";
	case 0x21:
	case 0x22:
		return "no such interrupt is set up";
	case 0x25:
		return "interrupts must be in remappable format";
	case 0x26:
		return "the interrupt belongs to another device";
	default:
		return "the IOMMU refused it";
	}
}

static enum bh_err map_run(struct ptable *domain, const struct map_req *run)
{
	return run->size ? ptable_map(domain, run) : BH_OK;
}

enum bh_err vtd_copy_memory(struct ptable *domain, const struct ptable *cell, u64 limit)
{
	struct map_req run = {0, 0, 0, 0, MT_WB};
	enum bh_err err = BH_OK;
	struct pt_leaf leaf;
	u64 step;

	for (u64 at = 0; at < limit && !err; at += step) {
		bool hit = ptable_lookup(cell, at, &leaf) && leaf.type != MT_UC;
		u32 access = hit ? leaf.access & (PT_READ | PT_WRITE) : 0;

		step = leaf.size - (at & (leaf.size - 1));
		step = step < limit - at ? step : limit - at;
		if (access && access == run.access && at == run.va + run.size &&
		    leaf.pa == run.pa + run.size) {
			run.size += step; /* neighbours make larger leaves */
			continue;
		}
		err = map_run(domain, &run);
		run = (struct map_req){at, hit ? leaf.pa : 0, access ? step : 0, access, MT_WB};
	}
	return err ? err : map_run(domain, &run);
}

/* Three levels are four with the top table left out. */
u64 vtd_domain_root(const struct ptable *domain, u32 address_bits)
{
	return address_bits == 39 ? domain->root[0] & ~PAGE_MASK
				  : pool_phys(domain->pool, domain->root);
}

bool vtd_one_owner(const struct bh_boot_pci *pci, u32 count, const struct bh_boot_pci *f)
{
	for (u32 i = 0; i < count; i++)
		if (pci[i].bdf >> 3 == f->bdf >> 3 && pci[i].cell != f->cell)
			return false;
	return true;
}

enum bh_err vtd_attach(struct vtd_entry *root_table, struct page_pool *pool, u16 source_id,
		       struct vtd_entry context)
{
	struct vtd_entry *bus = &root_table[source_id >> 8], *table;

	if (!(bus->lo & PRESENT)) {
		table = pool_alloc(pool, 1);
		if (!table)
			return BH_ERR_NOMEM;
		*bus = vtd_root_entry(pool_phys(pool, table));
	}
	table = pool_virt(pool, bus->lo & ~PAGE_MASK);
	table[source_id & 0xff] = context;
	return BH_OK;
}
