/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parking place: a guest-physical address space of one page that holds "cli; hlt; jmp". CPUs
 * that wait for SIPI or are parked run it as a guest, so they sleep and still take NMIs.
 */
#ifndef X86_PARKING_H
#define X86_PARKING_H

#include "core/error.h"
#include "core/page_pool.h"

/** parking_build - make the page and its second-level tables. Boot CPU. */
enum bh_err parking_build(struct page_pool *pool);

/** parking_root_phys - physical address of its top table. */
u64 parking_root_phys(void);

#endif
