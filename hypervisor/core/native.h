/* SPDX-License-Identifier: BSD-2-Clause */
/* Last resort when a CPU turns out unfit after ExitBootServices: root's Linux without Bulkhead. */
#ifndef CORE_NATIVE_H
#define CORE_NATIVE_H

#include <bulkhead/boot.h>

#include "core/page_pool.h"

/**
 * native_start - leave the hypervisor for good and enter root's kernel on this CPU, as its 64-bit
 * boot protocol wants it. It sees the root cell's share of the machine, without walls. Boot CPU,
 * after vcpu_ops->disable. Returns only if the page pool is exhausted.
 */
void native_start(const struct bh_boot_info *info, struct page_pool *pool);

#endif
