/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page pool: pages are taken at boot in ascending order and never given back. After the cells
 * have started nothing allocates. Only the boot CPU uses it, before the other CPUs run.
 */
#ifndef CORE_PAGE_POOL_H
#define CORE_PAGE_POOL_H

#include "core/types.h"

struct page_pool {
	u8 *base;  /* virtual address of the first page */
	u64 phys;  /* its physical address */
	u32 pages; /* size */
	u32 used;
};

/**
 * pool_alloc - take @pages contiguous zeroed pages.
 * Return: their virtual address, or NULL when the pool is exhausted.
 */
void *pool_alloc(struct page_pool *pool, u32 pages);

/** pool_phys - physical address of a page that came from @pool. */
static inline u64 pool_phys(const struct page_pool *pool, const void *page)
{
	return pool->phys + (u64)((const u8 *)page - pool->base);
}

/** pool_virt - the reverse of pool_phys. */
static inline void *pool_virt(const struct page_pool *pool, u64 phys)
{
	return pool->base + (phys - pool->phys);
}

#endif
