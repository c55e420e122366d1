// SPDX-License-Identifier: BSD-2-Clause
#include "bootparams.h"

#include "core/string.h"

#define HEADER_OFFSET  0x1f1u
#define HEADER_MAX     (0x290u - HEADER_OFFSET) /* edd_mbr_sig_buffer follows */
#define JUMP_END       0x202u /* the jump at 0x200 tells where the header ends, from here */
#define BOOT_FLAG      0xaa55u
#define HEADER_MAGIC   0x53726448u /* "HdrS" */
#define VERSION_2_12   0x020cu     /* first with xloadflags */
#define LOADED_HIGH    0x01u
#define LOADER_UNKNOWN 0xffu
#define SECTOR         512u
#define EFI_LOADER_64  0x34364c45u /* "EL64" */

static bool check_header(const struct linux_header *h, struct why *why)
{
	if (h->boot_flag != BOOT_FLAG || h->header != HEADER_MAGIC)
		return because(why, "section .linux is not a Linux bzImage");
	if (h->version < VERSION_2_12 || !(h->xloadflags & LINUX_XLF_KERNEL_64) ||
	    !(h->loadflags & LOADED_HIGH))
		return because(why,
			       "section .linux is not a 64-bit kernel with boot protocol 2.12 "
			       "or later (it has 0x%x)",
			       h->version);
	if (h->kernel_alignment == 0 || h->kernel_alignment & (h->kernel_alignment - 1) ||
	    h->kernel_alignment % PAGE_SIZE)
		return because(why, "section .linux wants the odd alignment 0x%x",
			       h->kernel_alignment);
	return true;
}

bool bzimage_open(struct bzimage *out, const void *file, u64 size, struct why *why)
{
	u64 setup;

	out->file = file;
	if (size < HEADER_OFFSET + sizeof(out->hdr))
		return because(why, "section .linux is too short for a Linux kernel");
	memcpy(&out->hdr, out->file + HEADER_OFFSET, sizeof(out->hdr));
	if (!check_header(&out->hdr, why))
		return false;
	/* "For backwards compatibility, if the setup_sects field contains 0, the real value is 4."
	 */
	setup = (u64)((out->hdr.setup_sects ? out->hdr.setup_sects : 4) + 1) * SECTOR;
	if (setup >= size || size - setup > out->hdr.init_size)
		return because(why, "section .linux is cut off or its sizes disagree");
	out->kernel = out->file + setup;
	out->kernel_size = size - setup;
	out->header_size = JUMP_END - HEADER_OFFSET + (u32)(out->hdr.jump >> 8);
	if (out->header_size < sizeof(out->hdr) - sizeof(out->hdr.kernel_info_offset) ||
	    HEADER_OFFSET + out->header_size > size)
		return because(why, "section .linux has a setup header of only %u bytes",
			       out->header_size);
	return true;
}

/* As efi_get_secureboot_mode() of Linux' own EFI stub does, which does not run here. */
u8 bootparams_secure_boot(const u8 *secure, const u8 *setup)
{
	if (!secure)
		return LINUX_SECURE_BOOT_DISABLED;
	if (!setup)
		return LINUX_SECURE_BOOT_UNKNOWN;
	return *secure == 0 || *setup == 1 ? LINUX_SECURE_BOOT_DISABLED : LINUX_SECURE_BOOT_ENABLED;
}

struct mem_range bzimage_home(const void *file, u64 size)
{
	struct bzimage image;
	struct why why;
	u64 at;

	if (!bzimage_open(&image, file, size, &why))
		return (struct mem_range){0, 0};
	at = image.hdr.pref_address;
	if (at % PAGE_SIZE || at > SIZE_4G)
		return (struct mem_range){0, 0};
	return (struct mem_range){at, ALIGN_UP((u64)image.hdr.init_size, PAGE_SIZE)};
}

void bootparams_fill(struct boot_params *bp, const struct bzimage *image,
		     const struct linux_placed *placed)
{
	u32 size = image->header_size;

	if (size > HEADER_MAX)
		size = HEADER_MAX;
	memset(bp, 0, sizeof(*bp));
	memcpy((u8 *)bp + HEADER_OFFSET, image->file + HEADER_OFFSET, size);
	bp->hdr.type_of_loader = LOADER_UNKNOWN;
	bp->hdr.code32_start = (u32)placed->kernel;
	bp->hdr.vid_mode = 0xffff; /* "normal" */
	bp->hdr.setup_data = 0;
	bp->hdr.ramdisk_image = (u32)placed->initrd;
	bp->hdr.ramdisk_size = (u32)placed->initrd_size;
	bp->ext_ramdisk_image = (u32)(placed->initrd >> 32);
	bp->ext_ramdisk_size = (u32)(placed->initrd_size >> 32);
	bp->hdr.cmd_line_ptr = (u32)placed->cmdline;
	bp->ext_cmd_line_ptr = (u32)(placed->cmdline >> 32);
	bp->acpi_rsdp_addr = placed->rsdp;
	bp->secure_boot = placed->secure_boot;
	bp->screen = placed->screen;
	bp->efi.loader_signature = EFI_LOADER_64;
	bp->efi.systab = (u32)placed->systab;
	bp->efi.systab_hi = (u32)(placed->systab >> 32);
}

static void point_to_map(struct boot_params *bp, const struct efi_map *map)
{
	u64 addr = (uintptr_t)map->desc;

	bp->efi.memmap = (u32)addr;
	bp->efi.memmap_hi = (u32)(addr >> 32);
	bp->efi.memmap_size = (u32)map->size;
	bp->efi.memdesc_size = (u32)map->desc_size;
	bp->efi.memdesc_version = map->desc_version;
}

bool bootparams_memory(struct boot_params *bp, const struct efi_map *map, struct e820_entry *work,
		       struct linux_e820_ext *ext, u32 ext_max)
{
	u32 count = e820_build(map, work, efi_map_count(map));
	u32 first = count < LINUX_E820_ZEROPAGE ? count : LINUX_E820_ZEROPAGE;

	point_to_map(bp, map);
	memcpy(bp->e820, work, first * sizeof(*work));
	bp->e820_entries = (u8)first;
	if (count == first)
		return true;
	if (count - first > ext_max)
		return false;
	ext->next = bp->hdr.setup_data;
	ext->type = LINUX_SETUP_E820_EXT;
	ext->len = (u32)((count - first) * sizeof(*work));
	memcpy(ext->entries, work + first, ext->len);
	bp->hdr.setup_data = (uintptr_t)ext;
	return true;
}
