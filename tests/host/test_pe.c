// SPDX-License-Identifier: BSD-2-Clause
#include "pe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make_pe.h"

#define SIZE                                                                                       \
	0x4000u /* of the image in memory and, to keep both layouts in one buffer, in the file */

static const struct make_pe_section sections[] = {
	{".text",  0x1000, 0x800,  0x400, 0x800, PE_SCN_CODE | PE_SCN_READ | PE_SCN_EXECUTE   },
	{".data",  0x2000, 0x1000, 0xc00, 0x200, PE_SCN_INIT_DATA | PE_SCN_READ | PE_SCN_WRITE},
	{".rtcfg", 0x3000, 0x10,   0xe00, 0x200, PE_SCN_INIT_DATA | PE_SCN_READ               },
};

/* On the heap and of exact size, so that the sanitizer sees the first byte read beyond it. */
static int setup(void **state)
{
	uint8_t *image = calloc(1, SIZE);

	if (!image)
		return -1;
	make_pe(image, SIZE, 0x1000, sections, 3);
	*state = image;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static enum pe_err open_file(const uint8_t *image)
{
	struct pe_image pe;

	return pe_open(&pe, image, SIZE, PE_LAYOUT_FILE);
}

static enum pe_err open_loaded(const uint8_t *image)
{
	struct pe_image pe;

	return pe_open(&pe, image, SIZE, PE_LAYOUT_LOADED);
}

static void pe_open_reads_the_headers(void **state)
{
	struct pe_image pe;

	assert_int_equal(pe_open(&pe, *state, SIZE, PE_LAYOUT_FILE), PE_OK);
	assert_int_equal(pe.count, 3);
	assert_int_equal(pe.entry, 0x1000);
	assert_int_equal(pe.section_align, 4096);
	assert_int_equal(pe.file_align, 512);
	assert_int_equal(pe.size_of_image, SIZE);
	assert_int_equal(pe.size_of_headers, MAKE_PE_HEADERS);
	assert_int_equal(pe.directories, 16);
	assert_int_equal(pe.table, MAKE_PE_TABLE);
}

static void pe_section_finds_bytes_where_the_layout_says(void **state)
{
	uint8_t *image = *state;
	struct pe_image pe;
	struct pe_span span;

	assert_int_equal(pe_open(&pe, image, SIZE, PE_LAYOUT_FILE), PE_OK);
	assert_int_equal(pe_section(&pe, ".rtcfg", &span), PE_OK);
	assert_ptr_equal(span.data, image + 0xe00);
	assert_int_equal(span.size, 0x10);
	assert_int_equal(span.flags, PE_SCN_INIT_DATA | PE_SCN_READ);
	assert_int_equal(pe_open(&pe, image, SIZE, PE_LAYOUT_LOADED), PE_OK);
	assert_int_equal(pe_section(&pe, ".rtcfg", &span), PE_OK);
	assert_ptr_equal(span.data, image + 0x3000);
	assert_int_equal(span.size, 0x10);
}

static void pe_section_gives_only_bytes_that_the_file_has(void **state)
{
	struct pe_image pe;
	struct pe_span span;

	assert_int_equal(pe_open(&pe, *state, SIZE, PE_LAYOUT_LOADED), PE_OK);
	assert_int_equal(pe_section(&pe, ".data", &span), PE_OK);
	assert_int_equal(span.size, 0x200);
}

static void pe_section_matches_names_of_eight_characters(void **state)
{
	uint8_t *image = *state;
	struct pe_image pe;
	struct pe_span span;

	memcpy(image + MAKE_PE_ROW(2), ".rtcells", 8);
	assert_int_equal(pe_open(&pe, image, SIZE, PE_LAYOUT_FILE), PE_OK);
	assert_int_equal(pe_section(&pe, ".rtcells", &span), PE_OK);
	assert_int_equal(pe_section(&pe, ".rtcell", &span), PE_ERR_NOT_FOUND);
	assert_int_equal(pe_section(&pe, ".rtcellsx", &span), PE_ERR_NOT_FOUND);
	assert_int_equal(pe_section(&pe, "", &span), PE_ERR_NOT_FOUND);
}

static void pe_section_refuses_a_name_that_is_there_twice(void **state)
{
	uint8_t *image = *state;
	struct pe_image pe;
	struct pe_span span;

	memcpy(image + MAKE_PE_ROW(1), ".rtcfg\0\0", 8);
	assert_int_equal(pe_open(&pe, image, SIZE, PE_LAYOUT_FILE), PE_OK);
	assert_int_equal(pe_section(&pe, ".rtcfg", &span), PE_ERR_DUPLICATE);
}

static void pe_section_does_not_look_behind_a_profile(void **state)
{
	uint8_t *image = *state;
	struct pe_image pe;
	struct pe_span span;

	memcpy(image + MAKE_PE_ROW(1), ".profile", 8);
	assert_int_equal(pe_open(&pe, image, SIZE, PE_LAYOUT_FILE), PE_OK);
	assert_int_equal(pe_section(&pe, ".rtcfg", &span), PE_ERR_NOT_FOUND);
	assert_int_equal(pe_section(&pe, ".text", &span), PE_OK);
}

static void pe_section_at_ends_with_the_table(void **state)
{
	struct pe_image pe;
	struct pe_section s;

	assert_int_equal(pe_open(&pe, *state, SIZE, PE_LAYOUT_FILE), PE_OK);
	assert_int_equal(pe_section_at(&pe, 1, &s), PE_OK);
	assert_string_equal(s.name, ".data");
	assert_int_equal(s.virtual_size, 0x1000);
	assert_int_equal(s.raw_offset, 0xc00);
	assert_int_equal(pe_section_at(&pe, 3, &s), PE_ERR_NOT_FOUND);
	assert_int_equal(pe_section_at(&pe, UINT32_MAX, &s), PE_ERR_NOT_FOUND);
}

static void pe_check_wx_names_a_writable_executable_section(void **state)
{
	uint8_t *image = *state;
	struct pe_image pe;
	struct pe_section s;

	assert_int_equal(pe_open(&pe, image, SIZE, PE_LAYOUT_FILE), PE_OK);
	assert_int_equal(pe_check_wx(&pe, &s), PE_OK);
	put_le32(image + MAKE_PE_ROW(1) + MAKE_PE_FLAGS, PE_SCN_WRITE | PE_SCN_EXECUTE);
	assert_int_equal(pe_check_wx(&pe, NULL), PE_ERR_WX);
	assert_int_equal(pe_check_wx(&pe, &s), PE_ERR_WX);
	assert_string_equal(s.name, ".data");
}

/* One field is damaged; both layouts must refuse the image with the same error. */
static void pe_open_refuses_damaged_headers(void **state)
{
	static const struct {
		uint32_t offset, bytes, value;
		enum pe_err err;
	} cases[] = {
		{0,				     2, 0,          PE_ERR_DOS_MAGIC     },
		{0x3c,				  4, 0x10,       PE_ERR_SIGNATURE     },
		{0x3c,				  4, 0x81,       PE_ERR_SIGNATURE     },
		{0x3c,				  4, 0x200,      PE_ERR_SIGNATURE     },
		{0x3c,				  4, SIZE - 20,  PE_ERR_TRUNCATED     },
		{0x3c,				  4, 0xfffffffc, PE_ERR_TRUNCATED     },
		{MAKE_PE_COFF,                          4, 0x454e,     PE_ERR_SIGNATURE     },
		{MAKE_PE_COFF + 4,                      2, 0x014c,     PE_ERR_MACHINE       },
		{MAKE_PE_COFF + 6,                      2, 0,          PE_ERR_TABLE         },
		{MAKE_PE_COFF + 6,                      2, 97,         PE_ERR_TABLE         },
		{MAKE_PE_COFF + 6,                      2, 0xffff,     PE_ERR_TABLE         },
		{MAKE_PE_COFF + 20,                     2, 0,          PE_ERR_OPTIONAL      },
		{MAKE_PE_COFF + 20,                     2, 112,        PE_ERR_OPTIONAL      },
		{MAKE_PE_COFF + 20,                     2, 0xffff,     PE_ERR_TRUNCATED     },
		{MAKE_PE_COFF + 22,                     2, 0x0204,     PE_ERR_OPTIONAL      },
		{MAKE_PE_OPTIONAL,                      2, 0x10b,      PE_ERR_OPTIONAL      },
		{MAKE_PE_OPTIONAL + 56,                 4, 0x100,      PE_ERR_TRUNCATED     },
		{MAKE_PE_OPTIONAL + 60,                 4, 0x100,      PE_ERR_TABLE         },
		{MAKE_PE_OPTIONAL + 60,                 4, 0xffffffff, PE_ERR_TRUNCATED     },
		{MAKE_PE_OPTIONAL + 68,                 2, 11,         PE_ERR_SUBSYSTEM     },
		{MAKE_PE_OPTIONAL + 108,                4, 17,         PE_ERR_OPTIONAL      },
		{MAKE_PE_OPTIONAL + 108,                4, 0xffffffff, PE_ERR_OPTIONAL      },
		{MAKE_PE_ROW(2) + MAKE_PE_RVA,          4, 0x3ff1,     PE_ERR_SECTION_BOUNDS},
		{MAKE_PE_ROW(2) + MAKE_PE_RVA,          4, 0xfffffff8, PE_ERR_SECTION_BOUNDS},
		{MAKE_PE_ROW(2) + MAKE_PE_VIRTUAL_SIZE, 4, 0x1001,     PE_ERR_SECTION_BOUNDS},
		{MAKE_PE_ROW(2) + MAKE_PE_VIRTUAL_SIZE, 4, 0xffffffff, PE_ERR_SECTION_BOUNDS},
		{MAKE_PE_ROW(0) + MAKE_PE_RVA,          4, 0x200,      PE_ERR_SECTION_BOUNDS},
		{MAKE_PE_ROW(2) + MAKE_PE_RVA,          4, 0x1000,     PE_ERR_SECTION_ORDER },
		{MAKE_PE_ROW(0) + MAKE_PE_VIRTUAL_SIZE, 4, 0x1001,     PE_ERR_SECTION_ORDER },
	};
	uint8_t *image = *state, saved[4];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(saved, image + cases[i].offset, 4);
		if (cases[i].bytes == 2)
			put_le16(image + cases[i].offset, cases[i].value);
		else
			put_le32(image + cases[i].offset, cases[i].value);
		if (open_file(image) != cases[i].err || open_loaded(image) != cases[i].err)
			fail_msg("case %zu: %s, loaded: %s; wanted: %s", i,
				 pe_strerror(open_file(image)), pe_strerror(open_loaded(image)),
				 pe_strerror(cases[i].err));
		memcpy(image + cases[i].offset, saved, 4);
	}
	assert_int_equal(open_file(image), PE_OK);
}

static void pe_open_refuses_file_offsets_outside_the_file(void **state)
{
	uint8_t *image = *state, *raw = image + MAKE_PE_ROW(2) + MAKE_PE_RAW_OFFSET;

	put_le32(raw, SIZE - 0x1ff);
	assert_int_equal(open_file(image), PE_ERR_SECTION_BOUNDS);
	put_le32(raw, 0xffffff00); /* offset + size wraps in 32 bits */
	assert_int_equal(open_file(image), PE_ERR_SECTION_BOUNDS);
	put_le32(raw, 0x200); /* inside the headers */
	assert_int_equal(open_file(image), PE_ERR_SECTION_BOUNDS);
	put_le32(raw, 0xc00); /* on top of .data */
	assert_int_equal(open_file(image), PE_ERR_SECTION_ORDER);
	/* File offsets have no meaning in memory. */
	assert_int_equal(open_loaded(image), PE_OK);
}

static void pe_open_accepts_an_empty_section_with_any_file_offset(void **state)
{
	uint8_t *image = *state;
	struct pe_image pe;
	struct pe_span span;

	put_le32(image + MAKE_PE_ROW(2) + MAKE_PE_RAW_OFFSET, 0xffffffff);
	put_le32(image + MAKE_PE_ROW(2) + MAKE_PE_RAW_SIZE, 0);
	assert_int_equal(pe_open(&pe, image, SIZE, PE_LAYOUT_FILE), PE_OK);
	assert_int_equal(pe_section(&pe, ".rtcfg", &span), PE_OK);
	assert_int_equal(span.size, 0);
}

static void pe_open_refuses_every_shorter_buffer(void **state)
{
	struct pe_image pe;
	uint8_t *copy;

	for (uint32_t size = 0; size < SIZE; size++) {
		copy = malloc(size ? size : 1);
		memcpy(copy, *state, size);
		assert_int_not_equal(pe_open(&pe, copy, size, PE_LAYOUT_LOADED), PE_OK);
		if (size < 0x1000) /* where the last section ends in the file */
			assert_int_not_equal(pe_open(&pe, copy, size, PE_LAYOUT_FILE), PE_OK);
		free(copy);
	}
}

static void pe_strerror_has_a_text_for_every_error(void **state)
{
	(void)state;
	for (uint32_t e = 0; e < PE_ERR_COUNT; e++)
		assert_int_not_equal(pe_strerror((enum pe_err)e)[0], '\0');
	assert_string_equal(pe_strerror(PE_ERR_COUNT), "an unknown error");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(pe_open_reads_the_headers),
		T(pe_section_finds_bytes_where_the_layout_says),
		T(pe_section_gives_only_bytes_that_the_file_has),
		T(pe_section_matches_names_of_eight_characters),
		T(pe_section_refuses_a_name_that_is_there_twice),
		T(pe_section_does_not_look_behind_a_profile),
		T(pe_section_at_ends_with_the_table),
		T(pe_check_wx_names_a_writable_executable_section),
		T(pe_open_refuses_damaged_headers),
		T(pe_open_refuses_file_offsets_outside_the_file),
		T(pe_open_accepts_an_empty_section_with_any_file_offset),
		T(pe_open_refuses_every_shorter_buffer),
		T(pe_strerror_has_a_text_for_every_error),
	};

	return cmocka_run_group_tests_name("pe", tests, NULL, NULL);
}
