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

#define BH_HV_BASE      0xffffffffc0000000ULL /* the block's virtual address; top 1 GiB */
#define BH_PAGE_SIZE    4096u

#define BH_HV_MAGIC     0x3156484448424b4cULL
#define BH_BOOT_VERSION 3u

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
	uint32_t pool_iommu;        /* ... plus this, and the tables for DMA, if it is required */
	uint32_t pool_per_pci;      /* ... plus this for each PCI function, and its tables */
};

_Static_assert(sizeof(struct bh_hv_header) == 56, "boot ABI 3: image header");

/* Parameters at the end of the trampoline page. For the boot CPU the stub fills them. */
#define BH_TRAMPOLINE_PARAMS 0xfc0u

struct bh_trampoline {
	uint64_t boot_cr3; /* physical, below 4 GiB: the stub's temporary tables */
	uint64_t entry;    /* jumped to in 64-bit mode (bh_hv_header.entry) */
	uint64_t arg;      /* in RDI there: virtual address of bh_boot_info for the boot CPU */
	uint64_t cr3;      /* in RSI there: 0 for the boot CPU */
	uint64_t stack;    /* in RDX there: 0 for the boot CPU */
	uint64_t reserved[3];
};

_Static_assert(sizeof(struct bh_trampoline) == 64, "boot ABI 3: trampoline parameters");

#define BH_BOOT_MAGIC 0x4f464e49544f4f42ULL /* the bytes "BOOTINFO" */

struct bh_boot_info {
	uint64_t magic;
	uint32_t version; /* BH_BOOT_VERSION */
	uint32_t size;    /* bytes, arrays and templates included */
	uint64_t hv_phys; /* the block */
	uint64_t hv_size;
	uint64_t pool_offset; /* from hv_phys */
	uint64_t trampoline_phys;
	uint64_t phys_top; /* end of everything the root cell may address, multiple of 2 MiB */
	uint32_t tsc_khz;
	uint32_t iommu;        /* BH_IOMMU_x of image.h */
	uint32_t on_failure;   /* BH_FAIL_x of image.h */
	uint16_t console_port; /* 0 = none */
	uint16_t reserved0;
	uint32_t cpu_count;   /* cpus[0] is the boot CPU and belongs to the root cell */
	uint32_t cpu_offset;  /* from the start of this struct: struct bh_boot_cpu[] */
	uint32_t cell_count;  /* cells[0] is the root cell */
	uint32_t cell_offset; /* struct bh_boot_cell[] */
	uint32_t mem_count;   /* memory of the RT cells; the root cell gets the rest */
	uint32_t mem_offset;  /* struct bh_boot_mem[] */
	uint64_t tsc_entry;   /* TSC at the stub's first instruction */
	uint64_t tsc_copy;    /* TSC ticks spent on copying and unpacking payloads */
	uint64_t rsdp;        /* physical address of the firmware's own RSDP, 0 = none */
	/* What the stub found in DMAR, MADT, MCFG and PCI configuration space. */
	uint64_t mmconfig_phys;  /* ECAM base of segment 0, bus 0; 0 = none */
	uint32_t mmconfig_buses; /* buses it covers, from bus 0 */
	uint32_t pm_timer_port;  /* ACPI PM timer, 0 = none */
	uint32_t ioapic_count;
	uint32_t ioapic_offset; /* struct bh_boot_ioapic[] */
	uint32_t unit_count;
	uint32_t unit_offset; /* struct bh_boot_iommu[] */
	uint32_t rmrr_count;
	uint32_t rmrr_offset; /* struct bh_boot_rmrr[] */
	uint32_t pci_count;
	uint32_t pci_offset; /* struct bh_boot_pci[], ascending by bdf */
	uint32_t scope_count;
	uint32_t scope_offset; /* uint16_t bdf[]: what units and RMRRs refer to */
};

_Static_assert(sizeof(struct bh_boot_info) == 176, "boot ABI 3: boot info");

/* bus << 8 | device << 3 | function, segment 0 */
#define BH_BDF(bus, dev, fn) ((uint16_t)((bus) << 8 | (dev) << 3 | (fn)))

struct bh_boot_ioapic {
	uint64_t phys;
	uint32_t id;
	uint32_t gsi_base;
	uint16_t source_id;  /* bdf that its interrupt requests carry (DMAR scope type 3) */
	uint16_t has_source; /* 0: no DMAR unit names it */
	uint32_t pins;       /* as the stub counted them */
};

_Static_assert(sizeof(struct bh_boot_ioapic) == 24, "boot ABI 3: I/O APIC");

#define BH_IOMMU_VTD      1u
#define BH_IOMMU_FLAG_ALL (1u << 0) /* INCLUDE_PCI_ALL: every function no other unit names */

struct bh_boot_iommu {
	uint64_t phys;        /* register base */
	uint32_t kind;        /* BH_IOMMU_VTD */
	uint32_t flags;       /* BH_IOMMU_FLAG_x */
	uint32_t scope_first; /* index into the scope array */
	uint32_t scope_count;
};

_Static_assert(sizeof(struct bh_boot_iommu) == 24, "boot ABI 3: IOMMU unit");

struct bh_boot_rmrr {
	uint64_t base;
	uint64_t limit; /* last byte */
	uint32_t scope_first;
	uint32_t scope_count;
};

_Static_assert(sizeof(struct bh_boot_rmrr) == 24, "boot ABI 3: RMRR");

struct bh_boot_pci {
	uint16_t bdf;
	uint16_t vendor;
	uint16_t device;
	uint8_t header;    /* header type without the multi-function bit: 0 device, 1 bridge */
	uint8_t msi_cap;   /* offset of the MSI capability, 0 = none */
	uint8_t msix_cap;  /* offset of the MSI-X capability, 0 = none */
	uint8_t pcie_cap;  /* offset of the PCI Express capability, 0 = none */
	uint8_t msix_bir;  /* BAR of the MSI-X table */
	uint8_t secondary; /* bridges: secondary and subordinate bus */
	uint8_t subordinate;
	uint8_t msi_count; /* messages that the MSI capability can send */
	uint8_t acs;       /* 1: can redirect what is for its neighbours (ACS) */
	uint8_t reserved0;
	uint32_t cell;         /* owner, index into cells[] */
	uint32_t class_code;   /* class << 16 | subclass << 8 | programming interface */
	uint32_t msix_count;   /* table entries */
	uint32_t msix_offset;  /* of the table in its BAR */
	uint64_t bar[6];       /* address as assigned by the firmware; 0 = unused or upper half */
	uint64_t bar_size[6];  /* bytes, 0 = not implemented or upper half */
	uint32_t bar_flags[6]; /* low bits as read: bit 0 I/O, bits 2:1 type, bit 3 prefetchable */
};

_Static_assert(sizeof(struct bh_boot_pci) == 152, "boot ABI 3: PCI function");

struct bh_boot_cpu {
	uint32_t apic_id; /* x2APIC id */
	uint32_t cell;    /* index into cells[] */
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

_Static_assert(sizeof(struct bh_boot_entry) == 56, "boot ABI 3: entry state");

struct bh_boot_cell {
	char name[32];
	struct bh_boot_entry entry;
	uint32_t info_offset; /* one page: struct bh_cell_info template of cell.h; 0 for root */
	uint32_t info_size;
	uint32_t flags; /* BH_CELL_x of image.h */
	uint32_t reserved;
};

_Static_assert(sizeof(struct bh_boot_cell) == 104, "boot ABI 3: cell");

struct bh_boot_mem {
	uint64_t gpa;
	uint64_t hpa;
	uint64_t size; /* bytes, multiple of BH_PAGE_SIZE */
	uint32_t cell;
	uint32_t flags; /* BH_MEM_FLAG_x of cell.h */
};

_Static_assert(sizeof(struct bh_boot_mem) == 32, "boot ABI 3: memory region");

#endif
