/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hand-over from the EFI stub to the hypervisor. Both are parts of the same file, so there is
 * no compatibility to keep: a version mismatch is a build error and is refused.
 *
 * The stub allocates one physically contiguous block of hv_size bytes, page-aligned, anywhere:
 *
 *	+0            hypervisor image (struct bh_hv_header first), bss zeroed
 *	+info_offset  struct bh_boot_info with its arrays and cell info templates
 *	+pool_offset  page pool, zeroed, up to hv_size
 *
 * It also builds temporary page tables: the trampoline page identity-mapped, and the block mapped
 * read-write-execute with 4 KiB pages at BH_HV_BASE (the hypervisor makes its own W^X tables at
 * once). These tables and the trampoline page are plain boot memory; nothing uses them after the
 * last CPU has come up.
 */
#ifndef BULKHEAD_BOOT_H
#define BULKHEAD_BOOT_H

#include <stdint.h>

#define BH_HV_BASE       0xffffffffc0000000ULL /* the block's virtual address; top 1 GiB */
#define BH_PAGE_SIZE     4096u

#define BH_HV_MAGIC      0x3156484448424b4cULL
#define BH_BOOT_VERSION  1u

/* The first bytes of hypervisor.bin. Offsets are from the image's start. */
struct bh_hv_header {
	uint64_t magic;             /* BH_HV_MAGIC */
	uint32_t version;           /* BH_BOOT_VERSION */
	uint32_t image_size;        /* bytes in memory, bss included, multiple of BH_PAGE_SIZE */
	uint64_t entry;             /* virtual address (BH_HV_BASE + x) of the 64-bit entry */
	uint32_t trampoline_offset; /* BH_PAGE_SIZE bytes to copy into a page below 1 MiB */
	uint32_t trampoline_bsp;    /* offset inside that page of the boot CPU's 64-bit entry */
	uint32_t pool_fixed;        /* bytes of pool that are needed in any case ... */
	uint32_t pool_per_cpu;      /* ... plus this for each CPU ... */
	uint32_t pool_per_cell;     /* ... plus this for each cell, root included ... */
	uint32_t pool_per_gib;      /* ... plus this per started GiB of phys_top, w/o 1 GiB pages */
};

_Static_assert(sizeof(struct bh_hv_header) == 48, "boot ABI 1: image header");

/* Parameters at the end of the trampoline page. For the boot CPU the stub fills them. */
#define BH_TRAMPOLINE_PARAMS 0xfc0u

struct bh_trampoline {
	uint64_t boot_cr3;  /* physical, below 4 GiB: the stub's temporary tables */
	uint64_t entry;     /* jumped to in 64-bit mode (bh_hv_header.entry) */
	uint64_t arg;       /* in RDI there: virtual address of bh_boot_info for the boot CPU */
	uint64_t cr3;       /* in RSI there: 0 for the boot CPU */
	uint64_t stack;     /* in RDX there: 0 for the boot CPU */
	uint64_t reserved[3];
};

_Static_assert(sizeof(struct bh_trampoline) == 64, "boot ABI 1: trampoline parameters");

#define BH_BOOT_MAGIC 0x4f464e49544f4f42ULL /* the bytes "BOOTINFO" */

struct bh_boot_info {
	uint64_t magic;
	uint32_t version;       /* BH_BOOT_VERSION */
	uint32_t size;          /* bytes, arrays and templates included */
	uint64_t hv_phys;       /* the block */
	uint64_t hv_size;
	uint64_t pool_offset;   /* from hv_phys */
	uint64_t trampoline_phys;
	uint64_t phys_top;      /* end of everything the root cell may address, multiple of 2 MiB */
	uint32_t tsc_khz;
	uint32_t iommu;         /* BH_IOMMU_x of image.h */
	uint32_t on_failure;    /* BH_FAIL_x of image.h */
	uint16_t console_port;  /* 0 = none */
	uint16_t reserved0;
	uint32_t cpu_count;     /* cpus[0] is the boot CPU and belongs to the root cell */
	uint32_t cpu_offset;    /* from the start of this struct: struct bh_boot_cpu[] */
	uint32_t cell_count;    /* cells[0] is the root cell */
	uint32_t cell_offset;   /* struct bh_boot_cell[] */
	uint32_t mem_count;     /* memory of the RT cells; the root cell gets the rest */
	uint32_t mem_offset;    /* struct bh_boot_mem[] */
	uint64_t tsc_entry;     /* TSC at the stub's first instruction */
	uint64_t tsc_copy;      /* TSC ticks spent on copying and unpacking payloads */
	uint64_t rsdp;          /* physical address of the firmware's own RSDP, 0 = none */
};

_Static_assert(sizeof(struct bh_boot_info) == 120, "boot ABI 1: boot info");

struct bh_boot_cpu {
	uint32_t apic_id;       /* x2APIC id */
	uint32_t cell;          /* index into cells[] */
};

/*
 * State of a cell's first CPU, in 64-bit mode with paging. Flat segments; cs, ds (for DS, ES, SS)
 * are selectors into the guest's GDT at gdt_base (guest-virtual = guest-physical).
 */
struct bh_boot_entry {
	uint64_t rip;
	uint64_t rsp;
	uint64_t rdi;
	uint64_t rsi;
	uint64_t cr3;
	uint64_t gdt_base;
	uint16_t gdt_limit;
	uint16_t cs;
	uint16_t ds;
	uint16_t reserved;
};

_Static_assert(sizeof(struct bh_boot_entry) == 56, "boot ABI 1: entry state");

struct bh_boot_cell {
	char     name[32];
	struct bh_boot_entry entry;
	uint32_t info_offset;   /* one page: struct bh_cell_info template of cell.h; 0 for root */
	uint32_t info_size;
};

_Static_assert(sizeof(struct bh_boot_cell) == 96, "boot ABI 1: cell");

struct bh_boot_mem {
	uint64_t gpa;
	uint64_t hpa;
	uint64_t size;          /* bytes, multiple of BH_PAGE_SIZE */
	uint32_t cell;
	uint32_t flags;         /* BH_MEM_FLAG_x of cell.h */
};

_Static_assert(sizeof(struct bh_boot_mem) == 32, "boot ABI 1: memory region");

#endif
