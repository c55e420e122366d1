/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/ptable.h"

/* SDM vol. 3, "4-Level Paging", entry formats; NPT leaves need U (APM: nested walks are user) */
#define PTE_P       BIT64(0)
#define PTE_W       BIT64(1)
#define PTE_U       BIT64(2)
#define PTE_PWT     BIT64(3)
#define PTE_PCD     BIT64(4)
#define PTE_A       BIT64(5)
#define PTE_D       BIT64(6)
#define PTE_PS      BIT64(7) /* in a leaf above 4 KiB; PAT in a 4 KiB leaf; same bit in EPT */
#define PTE_PAT_4K  BIT64(7)
#define PTE_PAT_BIG BIT64(12)
#define PTE_NX      BIT64(63)

/* SDM vol. 3, "EPT Paging-Structure Entries": R, W, X in bits 0-2, memory type in bits 5:3 */
#define EPT_TYPE_SHIFT     3

#define ADDR_MASK          0x000ffffffffff000ULL
#define LEVEL_SHIFT(level) (12u + 9u * (level)) /* level 0 = 4 KiB leaf ... 3 = top table */
#define LEVEL_SIZE(level)  (1ULL << LEVEL_SHIFT(level))
#define VA_LIMIT           (1ULL << 48)

static u32 entry_index(u64 va, u32 level)
{
	return (u32)(va >> LEVEL_SHIFT(level)) & 511;
}

static bool is_vtd(const struct ptable *pt)
{
	return pt->kind >= PT_VTD;
}

static bool is_present(const struct ptable *pt, u64 entry)
{
	if (is_vtd(pt))
		return entry & (PT_READ | PT_WRITE);
	return pt->kind == PT_EPT ? entry & 7 : entry & PTE_P;
}

static bool is_leaf(u64 entry, u32 level)
{
	return level == 0 || (entry & PTE_PS);
}

/* PWT, PCD and PAT that select @type in PT_PAT */
static u64 pat_bits(enum pt_kind kind, enum mem_type type, u32 level)
{
	u64 pat = level ? PTE_PAT_BIG : PTE_PAT_4K;

	switch (type) {
	case MT_WB:
		return 0;
	case MT_WT:
		return PTE_PWT;
	case MT_WP:
		return pat | PTE_PWT;
	case MT_WC:
		return pat | PTE_PCD | PTE_PWT;
	default:
		/* below NPT UC-: a guest's own WC for a framebuffer stays WC, all else becomes UC
		 * (APM vol. 2, "Combining Guest and Host PAT Types") */
		return kind == PT_NPT ? PTE_PCD : PTE_PCD | PTE_PWT;
	}
}

static u64 leaf_entry(const struct ptable *pt, u64 pa, u32 access, enum mem_type type, u32 level)
{
	u64 entry = pa | (level ? PTE_PS : 0);

	if (!access)
		return 0;
	if (pt->kind == PT_EPT)
		return entry | access | (u64)type << EPT_TYPE_SHIFT;
	if (is_vtd(pt))
		return entry | (access & (PT_READ | PT_WRITE));
	entry |= PTE_P | PTE_A | PTE_D | pat_bits(pt->kind, type, level);
	entry |= access & PT_WRITE ? PTE_W : 0;
	entry |= access & PT_EXEC ? 0 : PTE_NX;
	entry |= pt->kind == PT_NPT ? PTE_U : 0;
	return entry;
}

static u64 table_entry(const struct ptable *pt, const u64 *table)
{
	u64 pa = pool_phys(pt->pool, table);

	if (pt->kind == PT_EPT)
		return pa | PT_READ | PT_WRITE | PT_EXEC;
	if (is_vtd(pt))
		return pa | PT_READ | PT_WRITE;
	return pa | PTE_P | PTE_W | PTE_A | (pt->kind == PT_NPT ? PTE_U : 0);
}

static void parse_leaf(const struct ptable *pt, u64 entry, u32 level, struct pt_leaf *leaf)
{
	static const u8 pat_types[8] = {MT_WB, MT_WT, MT_UC, MT_UC, MT_WB, MT_WP, MT_UC, MT_WC};
	u64 pat = level ? PTE_PAT_BIG : PTE_PAT_4K;

	leaf->size = LEVEL_SIZE(level);
	leaf->pa = entry & ADDR_MASK & ~(leaf->size - 1);
	if (pt->kind == PT_EPT) {
		leaf->access = (u32)entry & 7;
		leaf->type = (enum mem_type)(entry >> EPT_TYPE_SHIFT & 7);
		return;
	}
	if (is_vtd(pt)) {
		leaf->access = (u32)entry & (PT_READ | PT_WRITE);
		leaf->type = MT_WB; /* the format has none: devices snoop */
		return;
	}
	leaf->access = PT_READ | (entry & PTE_W ? PT_WRITE : 0) | (entry & PTE_NX ? 0 : PT_EXEC);
	leaf->type = (enum mem_type)pat_types[(entry & PTE_PWT ? 1 : 0) |
					      (entry & PTE_PCD ? 2 : 0) | (entry & pat ? 4 : 0)];
}

/* Replace the leaf in *entry by a table of 512 smaller leaves with the same effect. */
static enum bh_err split(struct ptable *pt, u64 *entry, u32 level)
{
	u64 *table = pool_alloc(pt->pool, 1);
	struct pt_leaf leaf;

	if (!table)
		return BH_ERR_NOMEM;
	if (is_present(pt, *entry)) {
		parse_leaf(pt, *entry, level, &leaf);
		for (u32 i = 0; i < 512; i++)
			table[i] = leaf_entry(pt, leaf.pa + i * LEVEL_SIZE(level - 1), leaf.access,
					      leaf.type, level - 1);
	}
	*entry = table_entry(pt, table);
	return BH_OK;
}

static bool level_allowed(const struct ptable *pt, u32 level)
{
	return level == 0 || (pt->kind != PT_VTD_4K && (level == 1 || (level == 2 && pt->has_1g)));
}

/* Map as much of the request as one leaf covers; *step tells how much. */
static enum bh_err map_one(struct ptable *pt, u64 va, u64 pa, u64 left, const struct map_req *req,
			   u64 *step)
{
	u64 *table = pt->root;
	u32 level = 3;
	enum bh_err err;

	for (;; level--) {
		u64 *entry = &table[entry_index(va, level)];
		u64 size = LEVEL_SIZE(level);

		*step = size - (va & (size - 1));
		if (level_allowed(pt, level) && !((va | pa) & (size - 1)) && left >= size) {
			*entry = leaf_entry(pt, pa, req->access, req->type, level);
			return BH_OK;
		}
		if (!is_present(pt, *entry) && !req->access)
			return BH_OK; /* nothing to unmap here */
		if (!is_present(pt, *entry) || is_leaf(*entry, level)) {
			err = split(pt, entry, level);
			if (err)
				return err;
		}
		table = pool_virt(pt->pool, *entry & ADDR_MASK);
	}
}

enum bh_err ptable_init(struct ptable *pt, enum pt_kind kind, bool has_1g, struct page_pool *pool)
{
	pt->kind = kind;
	pt->has_1g = has_1g;
	pt->pool = pool;
	pt->root = pool_alloc(pool, 1);
	return pt->root ? BH_OK : BH_ERR_NOMEM;
}

enum bh_err ptable_map(struct ptable *pt, const struct map_req *req)
{
	u64 va = req->va & (VA_LIMIT - 1); /* the upper half of host addresses: use bits 47:0 */
	u64 done = 0, step;

	if ((req->va | req->pa | req->size) & PAGE_MASK)
		return BH_ERR_ALIGN;
	if (req->size > VA_LIMIT - va || req->pa > ADDR_MASK || req->size > ADDR_MASK - req->pa)
		return BH_ERR_RANGE;
	while (done < req->size) {
		enum bh_err err = map_one(pt, va + done, req->pa + done, req->size - done, req,
					  &step);

		if (err)
			return err;
		done += step;
	}
	return BH_OK;
}

bool ptable_lookup(const struct ptable *pt, u64 va, struct pt_leaf *leaf)
{
	const u64 *table = pt->root;

	leaf->size = VA_LIMIT;
	if (pt->kind != PT_HOST && va >= VA_LIMIT)
		return false;
	for (u32 level = 3;; level--) {
		u64 entry = table[entry_index(va, level)];

		leaf->size = LEVEL_SIZE(level);
		if (!is_present(pt, entry))
			return false;
		if (is_leaf(entry, level)) {
			parse_leaf(pt, entry, level, leaf);
			leaf->pa += va & (leaf->size - 1);
			return true;
		}
		table = pool_virt(pt->pool, entry & ADDR_MASK);
	}
}
