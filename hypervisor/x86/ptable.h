/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Four-level page tables, one builder for four formats: the hypervisor's own (SDM vol. 3,
 * "4-Level Paging"), NPT (the same format, APM vol. 2 "Nested Paging"), EPT (SDM vol. 3, "EPT
 * Paging-Structure Entries") and VT-d (VT-d specification, "Second-Stage Paging Entries"). Pure:
 * tables come from a page pool, nothing is flushed here.
 */
#ifndef X86_PTABLE_H
#define X86_PTABLE_H

#include "core/error.h"
#include "core/page_pool.h"

/* map_req.access */
#define PT_READ  BIT32(0)
#define PT_WRITE BIT32(1)
#define PT_EXEC  BIT32(2)

/* Memory types with their MTRR and EPT encoding (SDM vol. 3, "Memory Types and Their Properties")
 */
enum mem_type {
	MT_UC = 0,
	MT_WC = 1,
	MT_WT = 4,
	MT_WP = 5,
	MT_WB = 6
};

/*
 * IA32_PAT for the hypervisor and for NPT leaves: entries 0-7 = WB, WT, UC-, UC, WB, WP, UC-, WC.
 * 0-3 are the reset values (SDM vol. 3, "IA32_PAT MSR"); NPT leaves select by PWT, PCD and PAT.
 */
#define PT_PAT 0x0107050600070406ULL

/* PT_VTD_4K: without large leaves, for units that lack them */
enum pt_kind {
	PT_HOST,
	PT_NPT,
	PT_EPT,
	PT_VTD,
	PT_VTD_4K
};

struct ptable {
	enum pt_kind kind;
	bool has_1g; /* the CPU supports 1 GiB leaves in this format */
	struct page_pool *pool;
	u64 *root; /* virtual address of the top table */
};

struct map_req {
	u64 va;     /* virtual or guest-physical start, page-aligned */
	u64 pa;     /* physical start, page-aligned */
	u64 size;   /* bytes, page-aligned */
	u32 access; /* PT_READ | PT_WRITE | PT_EXEC; 0 unmaps */
	enum mem_type type;
};

/** ptable_init - take the top table from @pool. Return: BH_OK or BH_ERR_NOMEM. */
enum bh_err ptable_init(struct ptable *pt, enum pt_kind kind, bool has_1g, struct page_pool *pool);

/**
 * ptable_map - map a range with leaves as large as alignment allows, replacing what was there.
 * Larger leaves that it cuts are split first. access 0 unmaps.
 * Return: BH_OK; BH_ERR_ALIGN; BH_ERR_RANGE (beyond 48 bits, or wraps); BH_ERR_NOMEM.
 */
enum bh_err ptable_map(struct ptable *pt, const struct map_req *req);

struct pt_leaf {
	u64 pa;   /* of the byte at the address that was looked up */
	u64 size; /* of the leaf */
	u32 access;
	enum mem_type type;
};

/**
 * ptable_lookup - find the leaf that maps @va.
 * Return: false where nothing is mapped; then only leaf->size is set: the aligned range of that
 * size around @va is empty.
 */
bool ptable_lookup(const struct ptable *pt, u64 va, struct pt_leaf *leaf);

#endif
