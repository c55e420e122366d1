/* SPDX-License-Identifier: BSD-2-Clause */
#include "bootparams.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "make_bzimage.h"

struct bench {
	u8 file[MAKE_BZIMAGE_SIZE];
	struct bzimage image;
	struct why why;
};

static void set_up(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	make_bzimage(b->file);
	b->file[0x200] = 0xeb; /* a jump over the header: it ends at 0x202 + 0x6a */
	b->file[0x201] = 0x6a;
}

static bool open_image(struct bench *b)
{
	return bzimage_open(&b->image, b->file, sizeof(b->file), &b->why);
}

static void expect_refusal(struct bench *b, const char *sentence)
{
	assert_false(open_image(b));
	assert_non_null(strstr(b->why.text, sentence));
	set_up(b);
}

static void kernel_begins_behind_its_setup_sectors(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	assert_true(open_image(&b));
	assert_ptr_equal(b.image.kernel, b.file + MAKE_BZIMAGE_SETUP);
	assert_int_equal(b.image.kernel_size, MAKE_BZIMAGE_KERNEL);
	assert_int_equal(b.image.header_size, 0x202 + 0x6a - 0x1f1);
}

static void zero_setup_sectors_mean_four(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	b.file[0x1f1] = 0;
	assert_true(open_image(&b));
	assert_ptr_equal(b.image.kernel, b.file + 5 * 512);
}

static void files_that_are_no_kernel_are_refused(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	assert_false(bzimage_open(&b.image, b.file, 0x260, &b.why));
	b.file[0x1fe] = 0;
	expect_refusal(&b, "not a Linux bzImage");
	b.file[0x202] = 'X';
	expect_refusal(&b, "not a Linux bzImage");
	put_le16(b.file + 0x206, 0x020b);
	expect_refusal(&b, "boot protocol 2.12");
	put_le16(b.file + 0x236, 0x007e);
	expect_refusal(&b, "64-bit kernel");
	b.file[0x211] = 0;
	expect_refusal(&b, "64-bit kernel");
	put_le32(b.file + 0x230, 0x201000);
	expect_refusal(&b, "alignment 0x201000");
	put_le32(b.file + 0x230, 0);
	expect_refusal(&b, "alignment 0x0");
}

static void kernels_that_are_cut_off_are_refused(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	b.file[0x1f1] = 0xff;
	expect_refusal(&b, "cut off");
	put_le32(b.file + 0x260, MAKE_BZIMAGE_KERNEL - 1); /* init_size */
	expect_refusal(&b, "cut off");
	b.file[0x201] = 2;
	expect_refusal(&b, "setup header");
}

static struct linux_placed placed(void)
{
	return (struct linux_placed){
		.kernel = 0x1000000,
		.initrd = 0x123456000ULL,
		.initrd_size = 0x2345678,
		.cmdline = 0x7f002000,
		.rsdp = 0x7e000000,
		.systab = 0x17f9ec018ULL,
		.secure_boot = LINUX_SECURE_BOOT_ENABLED,
		.screen = {.kind = LINUX_VIDEO_EFI, .width = 1024},
	};
}

static void secure_boot_is_told_as_linux_own_stub_tells_it(void **state)
{
	u8 no = 0, yes = 1, odd = 2;

	(void)state;
	assert_int_equal(bootparams_secure_boot(&yes, &no), 3);
	assert_int_equal(bootparams_secure_boot(&odd, &no), 3);
	assert_int_equal(bootparams_secure_boot(&no, &no), 2);
	assert_int_equal(bootparams_secure_boot(&yes, &yes), 2);
	assert_int_equal(bootparams_secure_boot(NULL, NULL), 2);
	assert_int_equal(bootparams_secure_boot(NULL, &no), 2);
	assert_int_equal(bootparams_secure_boot(&yes, NULL), 1);
}

static u32 get32(const void *p, u32 at)
{
	u32 v;

	memcpy(&v, (const u8 *)p + at, 4);
	return v;
}

/* Offsets are those of Documentation/x86/zero-page.rst, not of our struct. */
static void fields_are_where_linux_looks_for_them(void **state)
{
	struct linux_placed where = placed();
	struct boot_params bp;
	struct bench b;
	const u8 *raw = (const u8 *)&bp;

	(void)state;
	set_up(&b);
	assert_true(open_image(&b));
	memset(&bp, 0xee, sizeof(bp));
	bootparams_fill(&bp, &b.image, &where);
	assert_int_equal(raw[0x0f], 0x70);
	assert_int_equal(get32(raw, 0x12) & 0xffff, 1024);
	assert_int_equal(get32(raw, 0x70), 0x7e000000);
	assert_int_equal(get32(raw, 0xc0), 1);
	assert_int_equal(get32(raw, 0xc4), 0);
	assert_memory_equal(raw + 0x1c0, "EL64", 4);
	assert_int_equal(get32(raw, 0x1c4), 0x7f9ec018);
	assert_int_equal(get32(raw, 0x1d8), 1);
	assert_int_equal(raw[0x1ec], 3);
	assert_int_equal(raw[0x1ef], 0); /* sentinel */
	assert_memory_equal(raw + 0x202, "HdrS", 4);
	assert_int_equal(raw[0x210], 0xff);
	assert_int_equal(get32(raw, 0x218), 0x23456000);
	assert_int_equal(get32(raw, 0x21c), 0x2345678);
	assert_int_equal(get32(raw, 0x228), 0x7f002000);
	assert_int_equal(get32(raw, 0x230), 0x200000);
	assert_int_equal(get32(raw, 0x250), 0);
}

static void header_is_copied_to_its_end_and_no_further(void **state)
{
	struct linux_placed where = placed();
	struct boot_params bp;
	struct bench b;

	(void)state;
	set_up(&b);
	memset(b.file + 0x264, 0xaa, 0x100);
	assert_true(open_image(&b));
	bootparams_fill(&bp, &b.image, &where);
	assert_int_equal(((u8 *)&bp)[0x202 + 0x6a - 1], 0xaa);
	assert_int_equal(((u8 *)&bp)[0x202 + 0x6a], 0);
	b.file[0x201] = 0xff;
	assert_true(open_image(&b));
	bootparams_fill(&bp, &b.image, &where);
	assert_int_equal(((u8 *)&bp)[0x28f], 0xaa);
	assert_int_equal(((u8 *)&bp)[0x290], 0);
}

/* A map of @count pages that cannot be joined. */
static struct efi_map checkered(u32 count)
{
	struct efi_map map = {
		.size = count * 48u, .capacity = count * 48u, .desc_size = 48, .desc_version = 1};

	map.desc = calloc(count, 48);
	for (u32 i = 0; i < count; i++) {
		struct efi_desc d = {EFI_MEM_CONVENTIONAL, 0, i * 0x2000u, 0, 1, 0xf};

		memcpy(map.desc + i * 48u, &d, sizeof(d));
	}
	return map;
}

struct memory_result {
	struct boot_params bp;
	struct e820_entry work[200];
	union {
		struct linux_e820_ext ext;
		u8 room[16 + 100 * 20];
	} u;
};

static void long_e820_goes_on_in_setup_data(void **state)
{
	static struct memory_result r;
	struct efi_map map = checkered(140);

	(void)state;
	assert_true(bootparams_memory(&r.bp, &map, r.work, &r.u.ext, 100));
	assert_int_equal(r.bp.e820_entries, 128);
	assert_int_equal(r.bp.hdr.setup_data, (uintptr_t)&r.u.ext);
	assert_int_equal(r.u.ext.next, 0);
	assert_int_equal(r.u.ext.type, 1);
	assert_int_equal(r.u.ext.len, 12 * 20);
	assert_int_equal(r.bp.e820[127].addr, 127 * 0x2000);
	assert_int_equal(r.u.ext.entries[0].addr, 128 * 0x2000);
	assert_int_equal(r.u.ext.entries[11].addr, 139 * 0x2000);
	free(map.desc);
}

static void short_e820_needs_no_setup_data(void **state)
{
	static struct memory_result r;
	struct efi_map map = checkered(128);

	(void)state;
	assert_true(bootparams_memory(&r.bp, &map, r.work, &r.u.ext, 0));
	assert_int_equal(r.bp.e820_entries, 128);
	assert_int_equal(r.bp.hdr.setup_data, 0);
	assert_int_equal(r.bp.efi.memmap_size, 128 * 48);
	assert_int_equal(r.bp.efi.memdesc_size, 48);
	assert_int_equal(r.bp.efi.memdesc_version, 1);
	assert_int_equal(r.bp.efi.memmap | (u64)r.bp.efi.memmap_hi << 32, (uintptr_t)map.desc);
	free(map.desc);
}

static void e820_that_does_not_fit_is_reported(void **state)
{
	static struct memory_result r;
	struct efi_map map = checkered(140);

	(void)state;
	assert_false(bootparams_memory(&r.bp, &map, r.work, &r.u.ext, 11));
	free(map.desc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_begins_behind_its_setup_sectors),
		cmocka_unit_test(zero_setup_sectors_mean_four),
		cmocka_unit_test(files_that_are_no_kernel_are_refused),
		cmocka_unit_test(kernels_that_are_cut_off_are_refused),
		cmocka_unit_test(secure_boot_is_told_as_linux_own_stub_tells_it),
		cmocka_unit_test(fields_are_where_linux_looks_for_them),
		cmocka_unit_test(header_is_copied_to_its_end_and_no_further),
		cmocka_unit_test(long_e820_goes_on_in_setup_data),
		cmocka_unit_test(short_e820_needs_no_setup_data),
		cmocka_unit_test(e820_that_does_not_fit_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
