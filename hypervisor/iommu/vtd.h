/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formats of Intel VT-d: capabilities, tables, interrupts, faults. Pure. Names and section titles
 * are those of the "Intel Virtualization Technology for Directed I/O" specification; bit numbers
 * of 128-bit structures count through both halves.
 *
 * All units share one root table, one set of second-stage tables and one interrupt remapping
 * table, in the format that all of them support.
 */
#ifndef IOMMU_VTD_H
#define IOMMU_VTD_H

#include "core/error.h"
#include "iommu/iommu.h"
#include "x86/ptable.h"

#define VTD_IRTE_COUNT 4096u /* of one interrupt remapping table; 16 bytes each */

/* What all units together can do. */
struct vtd_caps {
	bool agaw39, agaw48; /* widths of the address space that devices see */
	bool leaf_2m, leaf_1g;
	bool eim;       /* 32-bit destinations */
	bool coherent;  /* units snoop the caches when they read tables */
	u32 domains;    /* how many domain ids there are */
	u32 guest_bits; /* addresses beyond are refused by hardware */
};

#define VTD_CAPS_ALL ((struct vtd_caps){true, true, true, true, true, true, ~0u, 64})

/**
 * vtd_caps_and - take away from @all what a unit lacks. Capability Register, Extended Capability
 * Register.
 * Return: NULL, or what the unit lacks that cannot be done without ("it has no ...").
 */
const char *vtd_caps_and(struct vtd_caps *all, u64 cap, u64 ecap);

/** vtd_reg_bytes - how many bytes of registers a unit has, a multiple of 4 KiB. */
u64 vtd_reg_bytes(u64 cap, u64 ecap);

/** vtd_fault_count, vtd_fault_offset - the fault recording registers. */
u32 vtd_fault_count(u64 cap);
u32 vtd_fault_offset(u64 cap);

/** vtd_address_bits - width to use for addresses up to @phys_top: 39, 48, or 0 for none. */
u32 vtd_address_bits(const struct vtd_caps *caps, u64 phys_top);

/* 128 bits of a table or of a queue. */
struct vtd_entry {
	u64 lo, hi;
};

/** vtd_root_entry - Root Entry: the context table of a bus. */
struct vtd_entry vtd_root_entry(u64 context_phys);

/** vtd_context_entry - Context Entry: legacy mode, second-stage translation, faults reported. */
struct vtd_entry vtd_context_entry(u64 table_phys, u32 domain, u32 address_bits);

/** vtd_irte_high - upper half of an Interrupt Remapping Table Entry: verify all of source id. */
u64 vtd_irte_high(u16 source_id);

/** vtd_irte_low - lower half; 0 blocks. @eim: destinations have 32 bits. */
u64 vtd_irte_low(const struct irq_target *target, bool eim);

/** vtd_msi - Interrupt Requests in Remappable Format; see iommu_msi_message. */
void vtd_msi(u32 index, u32 count, struct msi_message *out);

/** vtd_rte - I/OxAPIC Programming: an entry in remappable format, unmasked. */
u64 vtd_rte(u32 index, const struct irq_target *target);

/* Queued Invalidation: descriptors. */
struct vtd_entry vtd_flush_contexts(void);
struct vtd_entry vtd_flush_iotlb(u64 cap);
struct vtd_entry vtd_flush_all_irtes(void);
struct vtd_entry vtd_flush_irte(u32 index);
struct vtd_entry vtd_wait(u64 status_phys, u32 value);

struct vtd_fault {
	u16 source_id;
	u8 reason;      /* "Fault Conditions": the encoding in the tables of that section */
	bool interrupt; /* an interrupt request; DMA otherwise */
	bool write;
	u64 address; /* DMA: page */
	u32 index;   /* interrupt: index of its entry */
};

/** vtd_fault_decode - Fault Recording Registers. Return: false if the record is empty. */
bool vtd_fault_decode(struct vtd_entry record, struct vtd_fault *out);

/** vtd_fault_text - a few words on a reason. Never NULL. */
const char *vtd_fault_text(u8 reason);

/**
 * vtd_copy_memory - give a domain what a cell's CPUs reach as memory. Uncached ranges are device
 * registers: no device of ours talks to them, so they are left out.
 * @limit: addresses from there on are left out.
 */
enum bh_err vtd_copy_memory(struct ptable *domain, const struct ptable *cell, u64 limit);

/** vtd_domain_root - physical address of the table that a context entry of that width names. */
u64 vtd_domain_root(const struct ptable *domain, u32 address_bits);

/** vtd_one_owner - are all functions of @f's device its cell's? */
bool vtd_one_owner(const struct bh_boot_pci *pci, u32 count, const struct bh_boot_pci *f);

/** vtd_attach - write the context entry of a requester, with its bus's table if there is none. */
enum bh_err vtd_attach(struct vtd_entry *root_table, struct page_pool *pool, u16 source_id,
		       struct vtd_entry context);

#endif
