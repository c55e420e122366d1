// SPDX-License-Identifier: BSD-2-Clause
#include "elf_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make_elf.h"

#define RAM 0x1000000ull /* 16 MiB at 0 */

static int setup(void **state)
{
	*state = calloc(1, MAKE_ELF_SIZE);
	if (!*state)
		return -1;
	make_elf(*state);
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static enum elf_err check(const uint8_t *elf)
{
	struct elf_note note;

	return elf_check(elf, MAKE_ELF_SIZE, 0, RAM, &note);
}

static void elf_check_accepts_a_cell(void **state)
{
	assert_int_equal(check(*state), ELF_OK);
}

static void elf_check_refuses_damaged_headers(void **state)
{
	static const struct {
		uint32_t offset, bytes;
		uint64_t value;
		enum elf_err err;
	} cases[] = {
		{0,				  4, 0,				    ELF_ERR_MAGIC    },
		{4,				  1, 1,				    ELF_ERR_CLASS    },
		{5,				  1, 2,				    ELF_ERR_CLASS    },
		{6,				  1, 0,				    ELF_ERR_CLASS    },
		{MAKE_ELF_MACHINE,                   2, 183,                                  ELF_ERR_MACHINE  },
		{MAKE_ELF_TYPE,                      2, 3,                                    ELF_ERR_TYPE     },
		{MAKE_ELF_PHNUM,                     2, 0,                                    ELF_ERR_HEADERS  },
		{MAKE_ELF_PHNUM,                     2, 129,                                  ELF_ERR_HEADERS  },
		{MAKE_ELF_PHSIZE,                    2, 32,                                   ELF_ERR_HEADERS  },
		{MAKE_ELF_PHOFF,                     8, MAKE_ELF_SIZE - 111,                  ELF_ERR_HEADERS  },
		{MAKE_ELF_PHOFF,                     8, UINT64_MAX - 111,                     ELF_ERR_HEADERS  },
		{MAKE_ELF_PH(0) + MAKE_ELF_P_TYPE,   4, 3,                                    ELF_ERR_INTERP   },
		{MAKE_ELF_PH(0) + MAKE_ELF_P_TYPE,   4, 2,                                    ELF_ERR_INTERP   },
		{MAKE_ELF_PH(0) + MAKE_ELF_P_FLAGS,  4, 6,                                    ELF_ERR_ENTRY    },
		{MAKE_ELF_PH(0) + MAKE_ELF_P_OFFSET, 8, MAKE_ELF_SIZE - 0xff,                 ELF_ERR_FILE     },
		{MAKE_ELF_PH(0) + MAKE_ELF_P_OFFSET, 8, UINT64_MAX - 0xff,                    ELF_ERR_FILE     },
		{MAKE_ELF_PH(0) + MAKE_ELF_P_FILESZ, 8, UINT64_MAX,                           ELF_ERR_FILE     },
		{MAKE_ELF_PH(0) + MAKE_ELF_P_MEMSZ,  8, 0xff,                                 ELF_ERR_SIZES    },
		{MAKE_ELF_PH(0) + MAKE_ELF_P_PADDR,  8, 0x300000,                             ELF_ERR_ADDRESSES},
		{MAKE_ELF_PH(1) + MAKE_ELF_P_MEMSZ,  8, UINT64_MAX,                           ELF_ERR_OUTSIDE  },
		{MAKE_ELF_PH(1) + MAKE_ELF_P_MEMSZ,  8, RAM - 0x201000 - ELF_CELL_TABLES + 1,
		 ELF_ERR_OUTSIDE									       },
		{MAKE_ELF_PH(0) + MAKE_ELF_P_MEMSZ,  8, 0x1001,                               ELF_ERR_OVERLAP  },
		{MAKE_ELF_START,                     8, 0x1fffff,                             ELF_ERR_ENTRY    },
		{MAKE_ELF_START,                     8, 0x200100,                             ELF_ERR_ENTRY    },
		{MAKE_ELF_START,                     8, 0x201000,                             ELF_ERR_ENTRY    },
		{MAKE_ELF_START,                     8, UINT64_MAX,                           ELF_ERR_ENTRY    },
	};
	uint8_t *elf = *state, saved[8];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(saved, elf + cases[i].offset, 8);
		for (uint32_t k = 0; k < cases[i].bytes; k++)
			elf[cases[i].offset + k] = (uint8_t)(cases[i].value >> 8 * k);
		if (check(elf) != cases[i].err)
			fail_msg("case %zu: error %u, wanted %u", i, check(elf), cases[i].err);
		memcpy(elf + cases[i].offset, saved, 8);
	}
}

static void elf_check_lets_segments_use_all_but_the_page_tables(void **state)
{
	uint8_t *elf = *state;

	make_elf_segment(elf, 1, 6, 0x200, 0x201000, 0x100, RAM - 0x201000 - ELF_CELL_TABLES);
	assert_int_equal(check(elf), ELF_OK);
}

static void elf_check_refuses_segments_below_the_ram(void **state)
{
	struct elf_note note;

	assert_int_equal(elf_check(*state, MAKE_ELF_SIZE, 0x200000, RAM, &note), ELF_OK);
	assert_int_equal(elf_check(*state, MAKE_ELF_SIZE, 0x201000, RAM, &note), ELF_ERR_OUTSIDE);
	assert_int_equal(note.segment, 0);
	assert_int_equal(note.a, 0x200000);
	assert_int_equal(note.b, 0x200100);
	assert_int_equal(note.c, 0x201000);
	assert_int_equal(note.d, 0x201000 + RAM - ELF_CELL_TABLES);
}

static void elf_check_refuses_a_ram_that_wraps_or_holds_only_tables(void **state)
{
	struct elf_note note;

	assert_int_equal(elf_check(*state, MAKE_ELF_SIZE, 0x200000, UINT64_MAX, &note),
			 ELF_ERR_OUTSIDE);
	assert_int_equal(elf_check(*state, MAKE_ELF_SIZE, 0x200000, ELF_CELL_TABLES, &note),
			 ELF_ERR_OUTSIDE);
}

static void elf_check_ignores_empty_segments(void **state)
{
	uint8_t *elf = *state;

	make_elf_segment(elf, 1, 6, UINT64_MAX, UINT64_MAX, 0, 0);
	assert_int_equal(check(elf), ELF_OK);
	make_elf_segment(elf, 0, 5, 0x100, 0x200000, 0, 0);
	assert_int_equal(check(elf), ELF_ERR_NO_LOAD);
}

static void elf_check_refuses_every_shorter_file(void **state)
{
	struct elf_note note;

	for (uint32_t size = 0; size < MAKE_ELF_SIZE; size++) {
		uint8_t *copy = malloc(size ? size : 1);

		memcpy(copy, *state, size);
		assert_int_not_equal(elf_check(copy, size, 0, RAM, &note), ELF_OK);
		free(copy);
	}
}

static void elf_explain_has_a_text_for_every_error(void **state)
{
	struct elf_note note = {.segment = 7};
	char text[512];

	(void)state;
	for (uint32_t e = 0; e < ELF_ERR_COUNT; e++)
		assert_string_not_equal(elf_explain((enum elf_err)e, &note, text, sizeof(text)),
					"unknown error");
	assert_string_equal(elf_explain(ELF_ERR_FILE, &note, text, sizeof(text)),
			    "segment 7 lies outside the file, which is truncated; copy or build it "
			    "again");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(elf_check_accepts_a_cell),
		T(elf_check_refuses_damaged_headers),
		T(elf_check_lets_segments_use_all_but_the_page_tables),
		T(elf_check_refuses_segments_below_the_ram),
		T(elf_check_refuses_a_ram_that_wraps_or_holds_only_tables),
		T(elf_check_ignores_empty_segments),
		T(elf_check_refuses_every_shorter_file),
		T(elf_explain_has_a_text_for_every_error),
	};

	return cmocka_run_group_tests_name("elf_check", tests, NULL, NULL);
}
