/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The policy section ".rtcfg" of a Bulkhead image: written by mkimage, read by the EFI stub.
 *
 * Layout: one struct bh_config, followed at once by cell_count struct bh_config_cell. All integers
 * are little endian. Payloads of the cells lie in the section ".rtcells" at image_offset.
 * Rules of change: any change of meaning or layout increments BH_CONFIG_VERSION; a stub refuses
 * every version but its own, because both are shipped in the same file.
 */
#ifndef BULKHEAD_IMAGE_H
#define BULKHEAD_IMAGE_H

#include <stdint.h>

#define BH_SECTION_CONFIG   ".rtcfg"
#define BH_SECTION_CELLS    ".rtcells"

#define BH_CONFIG_MAGIC     0x444145484b4c5542ULL /* the bytes "BULKHEAD" */
#define BH_CONFIG_VERSION   5u
#define BH_CONFIG_MAX_CELLS 32u
#define BH_NAME_SIZE        32u  /* including the terminating NUL */
#define BH_ARGS_SIZE        256u /* including the terminating NUL */

/* bh_config.iommu */
#define BH_IOMMU_OFF      0u
#define BH_IOMMU_REQUIRED 1u

/* bh_config.on_failure: what the stub does after it has said why it cannot start */
#define BH_FAIL_LINUX    0u /* start the packed kernel unpartitioned */
#define BH_FAIL_FIRMWARE 1u /* return to the firmware's boot manager */
#define BH_FAIL_HALT     2u /* stop the machine */

/* bh_config_cell.boot */
#define BH_BOOT_ELF64 1u /* native: 64-bit ELF, entered in long mode (docs/guest-abi.md) */

struct bh_config {
	uint64_t magic;
	uint32_t version;
	uint32_t size;  /* bytes of the whole blob, cells included */
	uint32_t crc32; /* IEEE CRC-32 of the whole blob with this field 0 */
	uint32_t cell_count;
	uint32_t iommu;       /* BH_IOMMU_x */
	uint32_t on_failure;  /* BH_FAIL_x */
	uint32_t cells_crc32; /* of .rtcells, 0 if there is none */
	uint32_t cells_size;  /* bytes of .rtcells without section padding */
	uint32_t linux_crc32; /* of .linux */
	uint32_t linux_size;
	uint32_t initrd_crc32; /* of .initrd, 0 if there is none */
	uint32_t initrd_size;
	uint32_t cmdline_crc32; /* of .cmdline */
	uint32_t cmdline_size;  /* without a trailing NUL */
	uint32_t root_min_cpus; /* refuse to start when fewer would be left for the root cell; >= 1
				 */
	uint16_t console_port;  /* I/O port of the hypervisor's 16550 UART, 0 = none */
	uint16_t reserved0;
	uint64_t root_min_memory; /* bytes of RAM that must be left for the root cell */
	uint32_t ucode_crc32;     /* of .ucode, 0 if there is none */
	uint32_t ucode_size;
	uint64_t fingerprint; /* of the only machine that may run this, 0 = any (fingerprint.h) */
	uint64_t reserved1[2];
};

_Static_assert(sizeof(struct bh_config) == 112, "image format 5: config header");

#define BH_MAX_DEVICES 8u /* of one cell */

/* bh_config_device.kind */
#define BH_DEVICE_NONE    0u
#define BH_DEVICE_ADDRESS 1u /* by bdf */
#define BH_DEVICE_ID      2u /* the index-th function (from 0, by bdf) of vendor:device */

struct bh_config_device {
	uint32_t kind;
	uint16_t bdf;
	uint16_t vendor;
	uint16_t device;
	uint16_t index;
};

_Static_assert(sizeof(struct bh_config_device) == 12, "image format 5: device");

#define BH_MAX_PORTS 8u /* ranges of one cell */

struct bh_config_ports {
	uint16_t first;
	uint16_t last; /* >= first */
};

#define BH_MAX_IRQS         8u /* interrupt lines of one cell */

#define BH_MAX_LINKS        8u  /* of one cell */
#define BH_CONFIG_MAX_LINKS 32u /* of all cells together */

/* bh_config_link.flags */
#define BH_LINK_WRITE (1u << 0) /* the cell may write, not only read */

/* Shared memory: all cells that name a link have it, and with the same size. */
struct bh_config_link {
	char name[BH_NAME_SIZE]; /* as a cell's name */
	uint64_t size;           /* bytes, multiple of 4 KiB */
	uint32_t flags;          /* BH_LINK_x */
	uint32_t reserved;
};

_Static_assert(sizeof(struct bh_config_link) == 48, "image format 5: link");

#define BH_CPU_MASK_WORDS 4u
#define BH_CPU_MASK_BITS  256u

/* bh_config_cell.flags */
#define BH_CELL_WHOLE_CORES (1u << 0) /* no other cell runs on a core of this one */
#define BH_CELL_QUIET       (1u << 1) /* nobody prints what is in its console ring */
#define BH_CELL_FAULT_RESET (1u << 2) /* the machine is reset when a CPU of the cell fails */
#define BH_CELL_FLAGS       (BH_CELL_WHOLE_CORES | BH_CELL_QUIET | BH_CELL_FAULT_RESET)

struct bh_config_cell {
	char name[BH_NAME_SIZE]; /* [a-z][a-z0-9_-]*, NUL-terminated, unique, not "root" */
	uint32_t boot;           /* BH_BOOT_x */
	uint32_t cpu_count;      /* >= 1; with BH_CELL_WHOLE_CORES at least as many */
	uint64_t memory_size;    /* bytes, multiple of 4 KiB, >= 64 KiB */
	uint64_t memory_gpa;     /* guest-physical start of the RAM, multiple of 4 KiB */
	uint64_t image_offset;   /* into .rtcells */
	uint64_t image_size;
	char args[BH_ARGS_SIZE];
	struct bh_config_device devices[BH_MAX_DEVICES];
	/* Bit n of word n / 64: the cell gets the machine's CPU n, counted as the firmware lists
	 * them, the boot CPU being 0. As many bits as cpu_count, or none: then any CPUs will do. */
	uint64_t cpu_mask[BH_CPU_MASK_WORDS];
	uint32_t flags; /* BH_CELL_x */
	uint16_t port_count;
	uint16_t irq_count;
	struct bh_config_ports ports[BH_MAX_PORTS]; /* of the machine, no two cells have the same */
	uint16_t irqs[BH_MAX_IRQS]; /* global system interrupts: inputs of the I/O APICs */
	uint32_t link_count;
	uint32_t reserved;
	struct bh_config_link links[BH_MAX_LINKS];
};

_Static_assert(sizeof(struct bh_config_cell) == 904, "image format 5: cell");

#endif
