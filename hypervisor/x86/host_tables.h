/* SPDX-License-Identifier: BSD-2-Clause */
/* The hypervisor's own address spaces: one per CPU, W^X (core/layout.h has the map). */
#ifndef X86_HOST_TABLES_H
#define X86_HOST_TABLES_H

#include <bulkhead/boot.h>

#include "core/error.h"
#include "core/page_pool.h"

/** host_tables_build - build the tables of all CPUs; fills private_phys and cr3 in cpus[]. */
enum bh_err host_tables_build(const struct bh_boot_info *info, struct page_pool *pool);

/** temp_map - map one physical page into this CPU's window. @slot < CPU_TEMP_SLOTS. */
void *temp_map(u32 slot, u64 pa);

#endif
