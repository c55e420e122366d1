/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First page tables (SDM vol. 3, "4-Level Paging"): identity maps that guests start with, and the
 * tables through which the trampoline reaches the hypervisor. Pure: tables are written through an
 * ordinary pointer, their physical address is given beside it.
 */
#ifndef STUB_PAGING_H
#define STUB_PAGING_H

#include "core/types.h"

struct table_area {
	u64 *virt;
	u64 phys; /* of *virt, page-aligned */
};

/* paging_identity_size - bytes of tables that paging_identity() needs for [0, top). */
u64 paging_identity_size(u64 top);

/**
 * paging_identity - map [0, top) to itself, writable and executable, with 2 MiB pages.
 * @area: paging_identity_size(top) bytes. @top: a multiple of 1 GiB, up to 512 GiB.
 * The top table is at the start of @area.
 */
void paging_identity(struct table_area area, u64 top);

/* paging_boot_size - bytes of tables that paging_boot() needs for a block of @hv_size bytes. */
u64 paging_boot_size(u64 hv_size);

/**
 * paging_boot - map the trampoline page to itself and the hypervisor's block at BH_HV_BASE, with
 * 4 KiB pages that are writable and executable (boot.h).
 * @area: paging_boot_size(hv_size) zeroed bytes below 4 GiB.
 * @trampoline: page below 1 MiB. @hv_size: at most 1 GiB.
 */
void paging_boot(struct table_area area, u64 trampoline, u64 hv_phys, u64 hv_size);

/* Flat descriptors: null, unused, 0x10 64-bit code, 0x18 data; as Linux and cell.h want them. */
#define FLAT_CS       0x10u
#define FLAT_DS       0x18u
#define FLAT_GDT_SIZE 32u

/* flat_gdt - write FLAT_GDT_SIZE bytes of descriptors. */
void flat_gdt(u64 *gdt);

#endif
