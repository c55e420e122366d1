/* SPDX-License-Identifier: BSD-2-Clause */
/* The hypervisor's own address spaces: one per CPU, W^X (core/layout.h has the map). */
#ifndef X86_HOST_TABLES_H
#define X86_HOST_TABLES_H

#include <bulkhead/boot.h>

#include "core/error.h"
#include "core/page_pool.h"
#include "x86/ptable.h"

/** host_tables_build - build the tables of all CPUs; fills private_phys and cr3 in cpus[]. */
enum bh_err host_tables_build(const struct bh_boot_info *info, struct page_pool *pool);

/**
 * host_map - map device registers or firmware tables for good, for all CPUs. Boot CPU, before the
 * others run. @pa, @size: any alignment.
 * Return: virtual address of the byte at @pa; NULL when pages or the window are exhausted.
 */
void *host_map(u64 pa, u64 size, enum mem_type type);

/** temp_map - map one physical page into this CPU's window. @slot < CPU_TEMP_SLOTS. */
void *temp_map(u32 slot, u64 pa);

#endif
