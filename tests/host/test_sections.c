/* SPDX-License-Identifier: BSD-2-Clause */
#include "sections.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "make_config.h"
#include "make_pe.h"

#define SECTIONS 5u
#define RVA(i)   (((i) + 1u) * 0x1000u)
#define SIZE     RVA(SECTIONS)
#define PAYLOAD  0x300u

enum {
	RTCFG,
	RTCELLS,
	CMDLINE,
	INITRD,
	LINUX
};

static u8 image[SIZE] __attribute__((aligned(4096)));
static struct make_pe_section rows[SECTIONS];
static struct policy policy;
static struct sections sections;
static struct why why;

static u32 fill_payload(u32 section)
{
	memset(image + RVA(section), 'a' + (int)section, PAYLOAD);
	return crc32(0, image + RVA(section), PAYLOAD);
}

static void seal(void)
{
	make_pe(image, SIZE, 0, rows, SECTIONS);
	seal_policy(&policy);
	memcpy(image + RVA(RTCFG), &policy, sizeof(policy));
}

/* A loaded image with all five sections, their raw size larger than what the policy promises. */
static void set_up(void)
{
	static const char *const names[SECTIONS] = {".rtcfg", ".rtcells", ".cmdline", ".initrd",
						    ".linux"};

	memset(image, 0, sizeof(image));
	make_policy(&policy);
	for (u32 i = 0; i < SECTIONS; i++)
		rows[i] = (struct make_pe_section){
			names[i], RVA(i), 0x800, 0x400, 0x800, PE_SCN_READ | PE_SCN_INIT_DATA};
	policy.head.cells_size = policy.head.cmdline_size = PAYLOAD;
	policy.head.initrd_size = policy.head.linux_size = PAYLOAD;
	policy.cells[0].image_size = policy.cells[1].image_size = 16;
	policy.cells[1].image_offset = 16;
	policy.head.cells_crc32 = fill_payload(RTCELLS);
	policy.head.cmdline_crc32 = fill_payload(CMDLINE);
	policy.head.initrd_crc32 = fill_payload(INITRD);
	policy.head.linux_crc32 = fill_payload(LINUX);
	seal();
}

static bool open_image(void)
{
	return sections_open(&sections, image, SIZE, &why);
}

static void sound_image_gives_payloads_without_padding(void **state)
{
	(void)state;
	set_up();
	assert_true(open_image());
	assert_ptr_equal(sections.kernel.data, image + RVA(LINUX));
	assert_int_equal(sections.kernel.size, PAYLOAD);
	assert_int_equal(sections.cmdline.size, PAYLOAD);
	assert_ptr_equal(sections.config.head, image + RVA(RTCFG));
}

static void every_damaged_payload_is_named(void **state)
{
	static const struct {
		u32 section;
		const char *sentence;
		bool kernel_usable;
	} cases[] = {
		{RTCELLS, "section .rtcells is damaged", true },
		{CMDLINE, "section .cmdline is damaged", false},
		{INITRD,  "section .initrd is damaged",  false},
		{LINUX,   "section .linux is damaged",   false},
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		set_up();
		image[RVA(cases[i].section) + PAYLOAD - 1] ^= 1;
		assert_false(open_image());
		assert_non_null(strstr(why.text, cases[i].sentence));
		assert_int_equal(sections.kernel.size != 0, cases[i].kernel_usable);
	}
}

static void damaged_policy_leaves_the_kernel_usable(void **state)
{
	(void)state;
	set_up();
	image[RVA(RTCFG) + 40] ^= 1;
	assert_false(open_image());
	assert_non_null(strstr(why.text, "section .rtcfg is damaged"));
	assert_null(sections.config.head);
	assert_int_equal(sections.kernel.size, 0x800);
}

static void missing_sections_are_named(void **state)
{
	(void)state;
	set_up();
	rows[LINUX].name = ".other";
	seal();
	assert_false(open_image());
	assert_non_null(strstr(why.text, "section .linux of this image cannot be used"));
	assert_int_equal(sections.kernel.size, 0);

	set_up();
	rows[RTCFG].name = ".other";
	seal();
	assert_false(open_image());
	assert_non_null(strstr(why.text, "section .rtcfg of this image cannot be used"));
	assert_null(sections.config.head);
}

static void section_shorter_than_promised_is_refused(void **state)
{
	(void)state;
	set_up();
	policy.head.linux_size = 0x801;
	seal();
	assert_false(open_image());
	assert_non_null(strstr(why.text, "the policy says 2049"));
	assert_int_equal(sections.kernel.size, 0);
}

static void initrd_may_be_missing(void **state)
{
	(void)state;
	set_up();
	rows[INITRD].name = ".other";
	policy.head.initrd_size = 0;
	policy.head.initrd_crc32 = 0;
	seal();
	assert_true(open_image());
	assert_int_equal(sections.initrd.size, 0);
}

static void unaligned_policy_is_refused(void **state)
{
	(void)state;
	set_up();
	rows[RTCFG].rva += 4;
	seal();
	assert_false(open_image());
	assert_non_null(strstr(why.text, "not aligned"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_image_gives_payloads_without_padding),
		cmocka_unit_test(every_damaged_payload_is_named),
		cmocka_unit_test(damaged_policy_leaves_the_kernel_usable),
		cmocka_unit_test(missing_sections_are_named),
		cmocka_unit_test(section_shorter_than_promised_is_refused),
		cmocka_unit_test(initrd_may_be_missing),
		cmocka_unit_test(unaligned_policy_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
