// SPDX-License-Identifier: BSD-2-Clause
#include "profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/types.h"
#include "make_pe.h"

#define SECTIONS 6u
#define SIZE     ((SECTIONS + 1u) * 0x1000u)
#define ROOM     0x200u

static uint8_t image[SIZE];
static struct pe_image pe;
static struct why why;

struct section {
	const char *name, *text;
};

/* A file with these sections, one of 0x200 bytes each; their sizes are those of the texts. */
static void make(const struct section *s, uint32_t count)
{
	struct make_pe_section rows[SECTIONS];

	memset(image, 0, sizeof(image));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t size = (uint32_t)strlen(s[i].text), at = MAKE_PE_HEADERS + i * ROOM;

		rows[i] = (struct make_pe_section){s[i].name, (i + 1) * 0x1000,
						   size,      at,
						   ROOM,      PE_SCN_READ | PE_SCN_INIT_DATA};
		memcpy(image + at, s[i].text, size);
	}
	make_pe(image, SIZE, 0, rows, count);
	assert_int_equal(pe_open(&pe, image, SIZE, PE_LAYOUT_FILE), PE_OK);
}

static const struct section usual[] = {
	{".linux",   "kernel"				},
	{".profile", "ID=partitioned\nTITLE=\"with walls\"\n"},
	{".profile", "TITLE='alone'\nID=linux\n"             },
	{".profile", "ID=other"                              },
};

/* UTF-16 on the heap, of exact size, at an odd address. */
static u32 number_of(const char *text, bool terminated)
{
	size_t units = strlen(text) + (terminated ? 1 : 0);
	uint8_t *copy = malloc(2 * units + 1);
	u32 number;

	for (size_t i = 0; i < units; i++) {
		copy[1 + 2 * i] = (uint8_t)text[i];
		copy[2 + 2 * i] = 0;
	}
	number = profile_number(copy + 1, 2 * units);
	free(copy);
	return number;
}

static void load_options_name_a_profile(void **state)
{
	static const struct {
		const char *text;
		u32 number;
	} cases[] = {
		{"@0",                    0         },
		{"@1",                    1         },
		{"@1 ",                   1         },
		{"@2 quiet @3",           2         },
		{"@007",                  7         },
		{"@10 x",                 10        },
		{"@999999999",            999999999U},
		{"",		      0         },
		{"@",                     0         },
		{"@ 1",                   0         },
		{"@1x",                   0         },
		{"@1\t",                  0         },
		{"@-1",                   0         },
		{" @1",                   0         },
		{"1",                     0         },
		{"quiet @1",              0         },
		{"@1234567890",           0         },
		{"@99999999999999999999", 0         },
		{"@1@2",                  0         },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (number_of(cases[i].text, true) != cases[i].number ||
		    number_of(cases[i].text, false) != cases[i].number)
			fail_msg("\"%s\" is %u, wanted %u", cases[i].text,
				 number_of(cases[i].text, true), cases[i].number);
	}
}

static void characters_beyond_ascii_are_not_digits(void **state)
{
	static const uint8_t at_full_width_one[] = {'@', 0, 0x11, 0xff};
	static const uint8_t full_width_at_one[] = {'@', 1, '1', 0};
	static const uint8_t digit_of_another_plane[] = {'@', 0, '1', 1};
	static const uint8_t odd[] = {'@', 0, '1', 0, '2'};

	(void)state;
	assert_int_equal(profile_number(at_full_width_one, 4), 0);
	assert_int_equal(profile_number(full_width_at_one, 4), 0);
	assert_int_equal(profile_number(digit_of_another_plane, 4), 0);
	assert_int_equal(profile_number(odd, 5), 1);
	assert_int_equal(profile_number(odd, 3), 0);
}

static void profiles_are_numbered_in_the_order_of_the_file(void **state)
{
	struct profile p;

	(void)state;
	make(usual, 4);
	assert_true(profile_at(&pe, 0, &p));
	assert_int_equal(p.kind, PROFILE_PARTITIONED);
	assert_string_equal(p.title, "with walls");
	assert_true(profile_at(&pe, 1, &p));
	assert_int_equal(p.kind, PROFILE_LINUX);
	assert_string_equal(p.id, "linux");
	assert_string_equal(p.title, "alone");
	assert_true(profile_at(&pe, 2, &p));
	assert_int_equal(p.kind, PROFILE_COUNT);
	assert_string_equal(p.id, "other");
	assert_string_equal(p.title, "");
	assert_false(profile_at(&pe, 3, &p));
	assert_false(profile_at(&pe, UINT32_MAX, &p));
}

static void hostile_text_is_cut_off_and_made_printable(void **state)
{
	char text[400] = "ID=\x1b[2J\xff\t\nTITLE=";
	const struct section s[] = {
		{".profile", text}
        };
	struct profile p;

	(void)state;
	memset(text + strlen(text), 'x', 300);
	make(s, 1);
	assert_true(profile_at(&pe, 0, &p));
	assert_string_equal(p.id, "?[2J?");
	assert_int_equal(strlen(p.title), PROFILE_TEXT - 1);
	assert_int_equal(p.kind, PROFILE_COUNT);
}

static void quotes_belong_together(void **state)
{
	static const struct {
		const char *text, *title;
	} cases[] = {
		{"TITLE=\"",             "\""  },
		{"TITLE=\"\"",           ""    },
		{"TITLE=\"a",            "\"a" },
		{"TITLE=\"a'",           "\"a'"},
		{"TITLE=",               ""    },
		{"TITLE",                ""    },
		{"X=1\nTITLE=a b  \r\n", "a b" },
		{"\n\n",                 ""    },
		{"TITLE=a\nTITLE=b",     "b"   },
		{"XTITLE=a",             ""    },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct section s[] = {
			{".profile", cases[i].text}
                };
		struct profile p;

		make(s, 1);
		assert_true(profile_at(&pe, 0, &p));
		assert_string_equal(p.title, cases[i].title);
	}
}

static void a_profile_is_chosen_by_its_id(void **state)
{
	static const struct section turned[] = {
		{".profile", "ID=linux"      },
		{".profile", "ID=partitioned"},
	};
	enum profile_kind kind;

	(void)state;
	make(usual, 4);
	assert_true(profile_choose(&pe, 0, &kind, &why));
	assert_int_equal(kind, PROFILE_PARTITIONED);
	assert_true(profile_choose(&pe, 1, &kind, &why));
	assert_int_equal(kind, PROFILE_LINUX);
	make(turned, 2);
	assert_true(profile_choose(&pe, 0, &kind, &why));
	assert_int_equal(kind, PROFILE_LINUX);
}

static void what_cannot_be_chosen_is_named(void **state)
{
	enum profile_kind kind;

	(void)state;
	make(usual, 4);
	assert_false(profile_choose(&pe, 9, &kind, &why));
	assert_non_null(strstr(why.text, "this image has no profile @9"));
	assert_false(profile_choose(&pe, 2, &kind, &why));
	assert_non_null(strstr(why.text, "profile @2 of this image is called 'other'"));
	make(usual, 1);
	assert_true(profile_choose(&pe, 0, &kind, &why));
	assert_int_equal(kind, PROFILE_PARTITIONED);
	assert_false(profile_choose(&pe, 1, &kind, &why));
}

static void a_profile_with_a_payload_of_its_own_is_refused(void **state)
{
	static const char *const names[] = {".linux",   ".initrd", ".ucode",
					    ".cmdline", ".rtcfg",  ".rtcells"};
	enum profile_kind kind;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct section s[] = {
			{".profile", "ID=partitioned"},
			{".profile", "ID=linux"      },
			{".osrel",   "NAME=other"    },
			{names[i],   "other"         },
		};

		make(s, 3);
		assert_true(profile_choose(&pe, 1, &kind, &why));
		make(s, 4);
		assert_true(profile_choose(&pe, 0, &kind, &why));
		assert_null(profile_overrides(&pe, 0));
		assert_false(profile_choose(&pe, 1, &kind, &why));
		assert_non_null(strstr(why.text, "profile @1 has a section "));
		assert_string_equal(profile_overrides(&pe, 1), names[i]);
	}
}

static void every_kind_has_an_id_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < PROFILE_COUNT; i++) {
		assert_true(strlen(profile_id((enum profile_kind)i)) < PROFILE_TEXT);
		assert_true(strlen(profile_title((enum profile_kind)i)) < PROFILE_TEXT);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(profile_id((enum profile_kind)i),
						profile_id((enum profile_kind)k));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(load_options_name_a_profile),
		cmocka_unit_test(characters_beyond_ascii_are_not_digits),
		cmocka_unit_test(profiles_are_numbered_in_the_order_of_the_file),
		cmocka_unit_test(hostile_text_is_cut_off_and_made_printable),
		cmocka_unit_test(quotes_belong_together),
		cmocka_unit_test(a_profile_is_chosen_by_its_id),
		cmocka_unit_test(what_cannot_be_chosen_is_named),
		cmocka_unit_test(a_profile_with_a_payload_of_its_own_is_refused),
		cmocka_unit_test(every_kind_has_an_id_of_its_own),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
