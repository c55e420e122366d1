/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux' x86 boot protocol (Documentation/x86/boot.rst and zero-page.rst): checking a bzImage and
 * filling struct boot_params for its 64-bit entry. Pure.
 */
#ifndef STUB_BOOTPARAMS_H
#define STUB_BOOTPARAMS_H

#include "e820.h"
#include "why.h"

#define LINUX_ENTRY_64       0x200u /* from the start of the loaded kernel */
#define LINUX_XLF_KERNEL_64  0x0001u
#define LINUX_XLF_ABOVE_4G   0x0002u
#define LINUX_E820_ZEROPAGE  128u
#define LINUX_SETUP_E820_EXT 1u

/* "The Real-Mode Kernel Header": what is at 0x1f1 of a bzImage and of struct boot_params. */
struct linux_header {
	u8 setup_sects;
	u16 root_flags;
	u32 syssize;
	u16 ram_size, vid_mode, root_dev, boot_flag, jump;
	u32 header;
	u16 version;
	u32 realmode_swtch;
	u16 start_sys_seg, kernel_version;
	u8 type_of_loader, loadflags;
	u16 setup_move_size;
	u32 code32_start, ramdisk_image, ramdisk_size, bootsect_kludge;
	u16 heap_end_ptr;
	u8 ext_loader_ver, ext_loader_type;
	u32 cmd_line_ptr, initrd_addr_max, kernel_alignment;
	u8 relocatable_kernel, min_alignment;
	u16 xloadflags;
	u32 cmdline_size, hardware_subarch;
	u64 hardware_subarch_data;
	u32 payload_offset, payload_length;
	u64 setup_data, pref_address;
	u32 init_size, handover_offset, kernel_info_offset;
} __attribute__((packed));

/* A linear frame buffer, as screen_info wants it. */
struct linux_screen {
	u8 reserved0[0x0f];
	u8 kind; /* 0x70 = VIDEO_TYPE_EFI, 0 = none */
	u16 reserved1;
	u16 width, height, depth;
	u32 base, size;
	u8 reserved2[4];
	u16 line_length; /* bytes */
	u8 red_size, red_pos, green_size, green_pos, blue_size, blue_pos, rsvd_size, rsvd_pos;
	u8 reserved3[8];
	u32 capabilities;
	u32 ext_base; /* upper half of the address, valid with capabilities bit 1 */
	u8 reserved4[2];
} __attribute__((packed));

#define LINUX_VIDEO_EFI         0x70u
#define LINUX_VIDEO_SKIP_QUIRKS BIT32(0)
#define LINUX_VIDEO_64BIT_BASE  BIT32(1)

struct linux_efi_info {
	u32 loader_signature; /* "EL64" */
	u32 systab, memdesc_size, memdesc_version, memmap, memmap_size, systab_hi, memmap_hi;
};

struct boot_params {
	struct linux_screen screen;
	u8 reserved0[0x30];
	u64 acpi_rsdp_addr;
	u8 reserved1[0x48];
	u32 ext_ramdisk_image, ext_ramdisk_size, ext_cmd_line_ptr;
	u8 reserved2[0xf4];
	struct linux_efi_info efi;
	u8 reserved3[8];
	u8 e820_entries;
	u8 reserved4[3];
	u8 secure_boot; /* LINUX_SECURE_BOOT_x */
	u8 reserved5[2];
	u8 sentinel;
	u8 reserved6;
	struct linux_header hdr;
	u8 reserved7[0x2d0 - 0x1f1 - sizeof(struct linux_header)];
	struct e820_entry e820[LINUX_E820_ZEROPAGE];
	u8 reserved8[0x330];
} __attribute__((packed));

#define LINUX_SECURE_BOOT_UNKNOWN  1u
#define LINUX_SECURE_BOOT_DISABLED 2u
#define LINUX_SECURE_BOOT_ENABLED  3u

_Static_assert(sizeof(struct linux_screen) == 0x40, "boot protocol: screen_info");
_Static_assert(offsetof(struct linux_screen, line_length) == 0x24, "boot protocol: lfb_linelength");
_Static_assert(offsetof(struct linux_screen, capabilities) == 0x36, "boot protocol: capabilities");
_Static_assert(offsetof(struct boot_params, acpi_rsdp_addr) == 0x70, "boot protocol: RSDP");
_Static_assert(offsetof(struct boot_params, ext_ramdisk_image) == 0xc0, "boot protocol: initrd");
_Static_assert(offsetof(struct boot_params, efi) == 0x1c0, "boot protocol: efi_info");
_Static_assert(offsetof(struct boot_params, e820_entries) == 0x1e8, "boot protocol: e820_entries");
_Static_assert(offsetof(struct boot_params, secure_boot) == 0x1ec, "boot protocol: secure_boot");
_Static_assert(offsetof(struct boot_params, hdr) == 0x1f1, "boot protocol: setup header");
_Static_assert(offsetof(struct linux_header, header) == 0x202 - 0x1f1, "boot protocol: HdrS");
_Static_assert(offsetof(struct linux_header, init_size) == 0x260 - 0x1f1,
	       "boot protocol: init_size");
_Static_assert(offsetof(struct boot_params, e820) == 0x2d0, "boot protocol: e820 table");
_Static_assert(sizeof(struct boot_params) == PAGE_SIZE, "boot protocol: zero page");

/* "struct setup_data" with more e820 entries. */
struct linux_e820_ext {
	u64 next;
	u32 type; /* LINUX_SETUP_E820_EXT */
	u32 len;  /* bytes behind this header */
	struct e820_entry entries[];
};

/* A checked bzImage. */
struct bzimage {
	const u8 *file;
	const u8 *kernel; /* protected-mode part */
	u64 kernel_size;
	u32 header_size; /* bytes of the setup header to copy to boot_params */
	struct linux_header hdr;
};

/** bzimage_open - check a kernel file. Return: false and the sentence. */
bool bzimage_open(struct bzimage *out, const void *file, u64 size, struct why *why);

/* Where things were put; all physical. */
struct linux_placed {
	u64 kernel;
	u64 initrd, initrd_size; /* 0 = none */
	u64 cmdline;
	u64 rsdp; /* 0 = none */
	u64 systab;
	u8 secure_boot; /* LINUX_SECURE_BOOT_x */
	struct linux_screen screen;
};

/**
 * bootparams_secure_boot - what the kernel is to be told of Secure Boot; its lockdown hangs on it.
 * @secure, @setup: the variables SecureBoot and SetupMode, NULL where the firmware has none.
 * Return: LINUX_SECURE_BOOT_x.
 */
u8 bootparams_secure_boot(const u8 *secure, const u8 *setup);

/**
 * bzimage_home - where the kernel would like to be in memory.
 * Return: size 0 if it does not mind, or is none.
 */
struct mem_range bzimage_home(const void *file, u64 size);

/** bootparams_fill - everything but memory: zeroes @bp, then header, initrd, screen and so on. */
void bootparams_fill(struct boot_params *bp, const struct bzimage *image,
		     const struct linux_placed *placed);

/**
 * bootparams_memory - the memory maps: efi_info points to @map, e820 is made from it.
 * @map: cut to what the root cell owns; stays in use by the kernel.
 * @work: efi_map_count(map) entries of scratch space.
 * @ext: gets what exceeds the zero page, and is chained to setup_data then.
 * @ext_max: entries that fit into @ext.
 * Return: false if they do not fit.
 */
bool bootparams_memory(struct boot_params *bp, const struct efi_map *map, struct e820_entry *work,
		       struct linux_e820_ext *ext, u32 ext_max);

#endif
