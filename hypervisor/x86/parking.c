/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/parking.h"

#include "core/string.h"
#include "core/vcpu.h"
#include "x86/ptable.h"

static struct ptable table;

enum bh_err parking_build(struct page_pool *pool)
{
	static const u8 code[] = {0xfa, 0xf4, 0xeb, 0xfc}; /* cli; hlt; jmp to the cli */
	u8 *page = pool_alloc(pool, 1);
	enum bh_err err = ptable_init(&table, vcpu_ops->table_kind, false, pool);
	struct map_req req = {0, page ? pool_phys(pool, page) : 0, PAGE_SIZE, PT_READ | PT_EXEC,
			      MT_WB};

	if (!page || err)
		return BH_ERR_NOMEM;
	memcpy(page, code, sizeof(code));
	return ptable_map(&table, &req);
}

u64 parking_root_phys(void)
{
	return pool_phys(table.pool, table.root);
}
