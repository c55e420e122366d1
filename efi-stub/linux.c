// SPDX-License-Identifier: BSD-2-Clause
#include "linux.h"

#include "bulk.h"
#include "fallback.h"
#include "memory.h"
#include "paging.h"
#include "screen.h"
#include "uefi.h"
#include "x86/asm.h"

/* What the kernel needs low: boot_params, GDT, then the command line. */
#define LOW_GDT     PAGE_SIZE
#define LOW_CMDLINE (2u * PAGE_SIZE)

static u64 place_kernel(const struct bzimage *image)
{
	const struct linux_header *h = &image->hdr;
	struct memory_request r = {.what = "the root cell's kernel",
				   .size = h->init_size,
				   .align = h->kernel_alignment,
				   .below = SIZE_4G,
				   .type = EFI_MEM_LOADER_DATA};
	u64 at = 0;

	if (h->pref_address && h->pref_address % PAGE_SIZE == 0)
		at = memory_try_at(&r, h->pref_address);
	if (!at && h->relocatable_kernel)
		at = memory_try(&r);
	if (!at)
		fail("no memory for the root cell's kernel (0x%x bytes)", h->init_size);
	return at;
}

static u64 place_initrd(const struct bzimage *image, u64 size)
{
	struct memory_request r = {.what = "the root cell's initrd",
				   .size = size,
				   .below = SIZE_4G,
				   .type = EFI_MEM_LOADER_DATA};
	u64 at;

	if (!size)
		return 0;
	at = memory_try(&r);
	if (!at && image->hdr.xloadflags & LINUX_XLF_ABOVE_4G) {
		r.below = 0;
		at = memory_try(&r);
	}
	if (!at)
		fail("no memory for the root cell's initrd (0x%lx bytes)", size);
	return at;
}

static void check_cmdline(const struct bzimage *image, const struct pe_span *cmdline)
{
	if (cmdline->size > image->hdr.cmdline_size)
		fail("section .cmdline has %lu characters, the kernel takes %u: shorten it",
		     cmdline->size, image->hdr.cmdline_size);
}

static u8 secure_boot_state(void)
{
	u8 secure, setup;
	bool has_secure = uefi_variable_u8(L"SecureBoot", &secure);
	bool has_setup = uefi_variable_u8(L"SetupMode", &setup);

	return bootparams_secure_boot(has_secure ? &secure : NULL, has_setup ? &setup : NULL);
}

static u64 identity_tables(u64 top)
{
	u64 at;

	top = ALIGN_UP(top > SIZE_4G ? top : SIZE_4G, SIZE_1G);
	at = memory_take(&(struct memory_request){.what = "the root cell's first page tables",
						  .size = paging_identity_size(top),
						  .below = SIZE_4G,
						  .type = EFI_MEM_LOADER_DATA});
	paging_identity((struct table_area){(u64 *)at, at}, top);
	return at;
}

static void set_entry(struct bh_boot_entry *e, u64 kernel, u64 low, u64 top)
{
	flat_gdt((u64 *)(low + LOW_GDT));
	*e = (struct bh_boot_entry){
		.rip = kernel + LINUX_ENTRY_64,
		.rsi = low,
		.cr3 = identity_tables(top),
		.gdt_base = low + LOW_GDT,
		.gdt_limit = FLAT_GDT_SIZE - 1,
		.cs = FLAT_CS,
		.ds = FLAT_DS,
	};
}

void linux_load(struct linux_root *root, const struct sections *s, u64 rsdp, u64 *ticks)
{
	struct linux_placed placed = {.rsdp = rsdp, .systab = (uintptr_t)efi_st};
	u64 low, start;
	struct why why;

	if (!bzimage_open(&root->image, s->kernel.data, s->kernel.size, &why))
		fail("%s", why.text);
	check_cmdline(&root->image, &s->cmdline);
	placed.kernel = place_kernel(&root->image);
	placed.initrd_size = sections_initrd_size(s);
	placed.initrd = place_initrd(&root->image, placed.initrd_size);
	low = memory_take(&(struct memory_request){.what = "the root cell's boot parameters",
						   .size = LOW_CMDLINE + s->cmdline.size + 1,
						   .below = SIZE_4G,
						   .type = EFI_MEM_LOADER_DATA});
	placed.cmdline = low + LOW_CMDLINE;

	start = rdtsc();
	bulk_copy((void *)placed.kernel, root->image.kernel, root->image.kernel_size);
	sections_initrd_copy(s, (void *)placed.initrd);
	bulk_copy((void *)placed.cmdline, s->cmdline.data, s->cmdline.size);
	*ticks += rdtsc() - start;

	placed.secure_boot = secure_boot_state();
	screen_read(&placed.screen);
	root->bp = (struct boot_params *)low;
	bootparams_fill(root->bp, &root->image, &placed);
	/* Only the initrd may lie above 4 GiB. */
	set_entry(&root->entry, placed.kernel, low, placed.initrd + placed.initrd_size);
}
