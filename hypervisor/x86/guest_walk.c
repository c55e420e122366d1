/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/guest_walk.h"
#include "x86/regs.h"

#define RFLAGS_AC BIT64(18)

/* SDM vol. 3, "4-Level Paging and 5-Level Paging", table "Format of a Page-Table Entry". */
#define PTE_PRESENT BIT64(0)
#define PTE_WRITE   BIT64(1)
#define PTE_USER    BIT64(2)
#define PTE_LARGE   BIT64(7)
#define PTE_XD      BIT64(63)
#define PTE_ADDRESS 0x000ffffffffff000ULL

/* "PAE Paging", table "Format of a PDPTE": bits 2:1 and 8:5 are reserved, as is 63. */
#define PDPTE_RESERVED (0x1e6ULL | PTE_XD)

/* How one paging mode cuts the linear address. */
struct layout {
	u8 levels;
	u8 index_bits; /* 10 with 4-byte entries, 9 with 8-byte entries */
	u8 entry_shift;
	u8 max_large; /* highest level that may hold a large page: 1 none, 2 2/4 MiB, 3 1 GiB */
	u64 root;
};

struct walk {
	const struct walk_ctx *ctx;
	u64 lin;
	enum walk_access access;
	u64 rights; /* AND of the entries' W and U bits, OR of their XD bits */
};

static bool paging_on(const struct walk_ctx *ctx)
{
	return ctx->cr0 & CR0_PG;
}

static struct layout layout_of(const struct walk_ctx *ctx)
{
	if (ctx->efer & EFER_LMA)
		return (struct layout){.levels = ctx->cr4 & CR4_LA57 ? 5 : 4,
				       .index_bits = 9,
				       .entry_shift = 3,
				       .max_large = 3,
				       .root = ctx->cr3 & PTE_ADDRESS};
	if (ctx->cr4 & CR4_PAE)
		return (struct layout){.levels = 3,
				       .index_bits = 9,
				       .entry_shift = 3,
				       .max_large = 2,
				       .root = ctx->cr3 & 0xffffffe0};
	return (struct layout){.levels = 2,
			       .index_bits = 10,
			       .entry_shift = 2,
			       .max_large = ctx->cr4 & CR4_PSE ? 2 : 1,
			       .root = ctx->cr3 & 0xfffff000};
}

static bool is_canonical(u64 lin, u32 levels)
{
	u32 unused = 64 - (12 + 9 * levels);

	return (u64)((s64)(lin << unused) >> unused) == lin;
}

static bool nx_enabled(const struct walk_ctx *ctx)
{
	/* Without PAE there is no bit 63, whatever EFER says. */
	return (ctx->efer & EFER_NXE) && (ctx->cr4 & CR4_PAE);
}

/* SDM vol. 3, "Page-Fault Exceptions": the code for a fault of this access. */
static u32 fault_code(const struct walk *w, u32 cause)
{
	u32 code = cause;

	if (w->access == WALK_WRITE)
		code |= WALK_PF_WRITE;
	if (w->ctx->user)
		code |= WALK_PF_USER;
	if (w->access == WALK_FETCH && (nx_enabled(w->ctx) || (w->ctx->cr4 & CR4_SMEP)))
		code |= WALK_PF_FETCH;
	return code;
}

static bool read_entry(const struct walk *w, const struct layout *l, u64 gpa, u64 *entry)
{
	u64 word;

	if (!w->ctx->read64(w->ctx->opaque, gpa & ~7ULL, &word))
		return false;
	if (l->entry_shift == 2)
		word = gpa & 4 ? word >> 32 : (u32)word;
	*entry = word;
	return true;
}

/* Reserved bits of an 8-byte entry; level 1 is the page table. */
static u64 reserved_wide(const struct walk_ctx *ctx, const struct layout *l, u32 level, bool large)
{
	u32 phys_bits = ctx->phys_bits ? ctx->phys_bits : 52;
	bool pae = l->levels == 3;
	u64 reserved = phys_bits < 52 ? PTE_ADDRESS & (~0ULL << phys_bits) : 0;

	if (pae && level == 3)
		return reserved | PDPTE_RESERVED | 0x7ff0000000000000ULL;
	if (pae)
		reserved |= 0x7ff0000000000000ULL;
	if (!nx_enabled(ctx))
		reserved |= PTE_XD;
	if (large) /* bit 12 is PAT, the address starts at the page's own alignment */
		reserved |= ((1ULL << (12 + 9 * (level - 1))) - 1) & ~0x1fffULL;
	else if (level > l->max_large)
		reserved |= PTE_LARGE;
	return reserved;
}

/* A 4 MiB page keeps address bits 39:32 in bits 20:13 (PSE-36); bit 21 is reserved. */
static u64 reserved_narrow(bool large)
{
	return large ? BIT64(21) : 0;
}

static u64 large_base_narrow(u64 entry)
{
	return (entry & 0xffc00000) | ((entry & 0x1fe000) << 19);
}

static bool user_page(const struct walk *w)
{
	return w->rights & PTE_USER;
}

/* SDM vol. 3, "Determination of Access Rights". */
static bool access_allowed(const struct walk *w)
{
	const struct walk_ctx *ctx = w->ctx;

	if (ctx->user && !user_page(w))
		return false;
	if (w->access == WALK_FETCH) {
		if (!ctx->user && user_page(w) && (ctx->cr4 & CR4_SMEP))
			return false;
		return !(w->rights & PTE_XD);
	}
	if (!ctx->user && user_page(w) && (ctx->cr4 & CR4_SMAP) && !(ctx->rflags & RFLAGS_AC))
		return false;
	if (w->access == WALK_WRITE && !(w->rights & PTE_WRITE))
		return !ctx->user && !(ctx->cr0 & CR0_WP);
	return true;
}

static enum walk_err fault(const struct walk *w, u32 cause, struct walk_result *out)
{
	out->error_code = fault_code(w, cause);
	return WALK_FAULT;
}

/* The PDPTEs of PAE paging hold no rights, their W and U positions are reserved. */
static void collect_rights(struct walk *w, const struct layout *l, u32 level, u64 entry)
{
	if (l->levels == 3 && level == 3)
		return;
	w->rights &= entry | ~(PTE_WRITE | PTE_USER);
	if (nx_enabled(w->ctx))
		w->rights |= entry & PTE_XD;
}

static enum walk_err finish(const struct walk *w, const struct layout *l, u32 level, u64 entry,
			    struct walk_result *out)
{
	u64 size = 1ULL << (12 + l->index_bits * (level - 1));
	u64 base = entry & PTE_ADDRESS & ~(size - 1);

	if (!access_allowed(w))
		return fault(w, WALK_PF_PRESENT, out);
	if (l->entry_shift == 2 && level == 2)
		base = large_base_narrow(entry);
	out->page_size = size;
	out->gpa = base | (w->lin & (size - 1));
	return WALK_OK;
}

static enum walk_err walk_tables(struct walk *w, const struct layout *l, struct walk_result *out)
{
	u64 table = l->root;

	for (u32 level = l->levels; level > 0; level--) {
		u32 shift = 12 + l->index_bits * (level - 1);
		u64 index = (w->lin >> shift) & ((1ULL << l->index_bits) - 1);
		u64 entry;

		if (!read_entry(w, l, table + (index << l->entry_shift), &entry))
			return WALK_NO_MEMORY;
		if (!(entry & PTE_PRESENT))
			return fault(w, 0, out);

		bool large = level > 1 && level <= l->max_large && (entry & PTE_LARGE);
		u64 reserved = l->entry_shift == 2 ? reserved_narrow(large)
						   : reserved_wide(w->ctx, l, level, large);

		if (entry & reserved)
			return fault(w, WALK_PF_PRESENT | WALK_PF_RESERVED, out);
		collect_rights(w, l, level, entry);
		if (large || level == 1)
			return finish(w, l, level, entry, out);
		table = entry & PTE_ADDRESS;
	}
	return WALK_NO_MEMORY; /* not reached: level 1 always ends above */
}

enum walk_err guest_walk(const struct walk_ctx *ctx, u64 lin, enum walk_access access,
			 struct walk_result *out)
{
	struct walk w = {.ctx = ctx, .lin = lin, .access = access, .rights = PTE_WRITE | PTE_USER};
	struct layout layout;

	*out = (struct walk_result){0};
	if (!(ctx->efer & EFER_LMA))
		w.lin = (u32)lin;
	if (!paging_on(ctx)) {
		out->gpa = w.lin;
		out->page_size = PAGE_SIZE;
		return WALK_OK;
	}
	layout = layout_of(ctx);
	if ((ctx->efer & EFER_LMA) && !is_canonical(lin, layout.levels))
		return WALK_NOT_CANONICAL;
	return walk_tables(&w, &layout, out);
}

bool guest_walk_running(const struct walk_ctx *ctx, u64 lin, u64 *gpa)
{
	u64 entry, offset, table = ctx->cr3 & PTE_ADDRESS;
	u32 shift = 39;

	if (!(ctx->efer & EFER_LMA) || (ctx->cr4 & CR4_LA57) || !paging_on(ctx) ||
	    !is_canonical(lin, 4))
		return false;
	for (;; shift -= 9) {
		if (!ctx->read64(ctx->opaque, table + ((lin >> shift & 511) << 3), &entry) ||
		    !(entry & PTE_PRESENT))
			return false;
		table = entry & PTE_ADDRESS;
		if (shift == 12 || (shift < 39 && (entry & PTE_LARGE)))
			break;
	}
	offset = (1ULL << shift) - 1;
	*gpa = (table & ~offset) | (lin & offset);
	return true;
}
