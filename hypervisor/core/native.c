/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/native.h"

#include "core/cell.h"
#include "core/cpu.h"
#include "x86/asm.h"
#include "x86/regs.h"

extern u8 trampoline_start[], trampoline_native[];

typedef void (*native_fn)(const struct bh_boot_entry *entry) __attribute__((noreturn));

/* The trampoline page is the one place that our tables and root's both map at one address. */
void native_start(const struct bh_boot_info *info, struct page_pool *pool)
{
	struct ptable pt = {PT_HOST, false, pool, pool_virt(pool, cpus[0].cr3)};
	struct map_req req = {info->trampoline_phys, info->trampoline_phys, PAGE_SIZE,
			      PT_READ | PT_EXEC, MT_WB};
	u64 code = info->trampoline_phys + (u64)(trampoline_native - trampoline_start);

	if (ptable_map(&pt, &req))
		return;
	write_cr4(CR4_PAE);
	wrmsr(MSR_PAT, PAT_RESET);
	((native_fn)code)(&cells[0].entry);
}
