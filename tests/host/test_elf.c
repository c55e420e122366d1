/* SPDX-License-Identifier: BSD-2-Clause */
#include "elf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "make_elf.h"

#define GPA  0x200000u
#define SIZE 0x4000u

/* A program and RAM of exactly SIZE bytes, so that overruns are seen. */
struct bench {
	u8 elf[MAKE_ELF_SIZE];
	struct elf_target target;
	struct why why;
};

static void set_up(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	make_elf(b->elf);
	memset(b->elf + 0x100, 0xc0, 0x100);
	memset(b->elf + 0x200, 0xda, 0x100);
	b->target = (struct elf_target){.ram = calloc(1, SIZE), .gpa = GPA, .size = SIZE};
}

static bool load(struct bench *b)
{
	return elf_load(&b->target, b->elf, sizeof(b->elf), "cell", &b->why);
}

static void expect_refusal(struct bench *b, const char *sentence)
{
	assert_false(load(b));
	assert_non_null(strstr(b->why.text, "cell cell: "));
	assert_non_null(strstr(b->why.text, sentence));
	free(b->target.ram);
}

static void segments_land_at_their_physical_address(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	/* The address that counts is p_paddr. */
	make_elf_put64(b.elf + MAKE_ELF_PH(1) + MAKE_ELF_P_VADDR, 0xffff800000000000ULL);
	assert_true(load(&b));
	assert_int_equal(b.target.entry, MAKE_ELF_ENTRY);
	assert_int_equal(b.target.ram[0], 0xc0);
	assert_int_equal(b.target.ram[0xff], 0xc0);
	assert_int_equal(b.target.ram[0x100], 0);
	assert_int_equal(b.target.ram[0x1000], 0xda);
	assert_int_equal(b.target.ram[0x10ff], 0xda);
	assert_int_equal(b.target.ram[0x1100], 0);
	free(b.target.ram);
}

static void segment_may_end_where_memory_ends(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	make_elf_put64(b.elf + MAKE_ELF_PH(1) + MAKE_ELF_P_MEMSZ, SIZE - 0x1000);
	assert_true(load(&b));
	make_elf_put64(b.elf + MAKE_ELF_PH(1) + MAKE_ELF_P_MEMSZ, SIZE - 0x1000 + 1);
	expect_refusal(&b, "give the cell more memory");
}

static void segment_below_memory_is_refused(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	make_elf_put64(b.elf + MAKE_ELF_PH(1) + MAKE_ELF_P_PADDR, GPA - 1);
	expect_refusal(&b, "link it elsewhere");
}

static void sizes_that_wrap_are_refused(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	make_elf_put64(b.elf + MAKE_ELF_PH(1) + MAKE_ELF_P_MEMSZ, UINT64_MAX);
	expect_refusal(&b, "give the cell more memory");
	set_up(&b);
	make_elf_put64(b.elf + MAKE_ELF_PH(1) + MAKE_ELF_P_OFFSET, UINT64_MAX);
	expect_refusal(&b, "outside the file");
	set_up(&b);
	make_elf_put64(b.elf + MAKE_ELF_PH(1) + MAKE_ELF_P_FILESZ, UINT64_MAX - 1);
	make_elf_put64(b.elf + MAKE_ELF_PH(1) + MAKE_ELF_P_MEMSZ, UINT64_MAX);
	expect_refusal(&b, "outside the file");
	set_up(&b);
	make_elf_put64(b.elf + MAKE_ELF_PHOFF, UINT64_MAX - 8);
	expect_refusal(&b, "program header table");
}

static void segment_that_ends_behind_the_file_is_refused(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	make_elf_put64(b.elf + MAKE_ELF_PH(1) + MAKE_ELF_P_OFFSET, MAKE_ELF_SIZE - 0x100);
	assert_true(load(&b));
	make_elf_put64(b.elf + MAKE_ELF_PH(1) + MAKE_ELF_P_OFFSET, MAKE_ELF_SIZE - 0xff);
	expect_refusal(&b, "outside the file");
}

static void more_file_than_memory_is_refused(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	make_elf_put64(b.elf + MAKE_ELF_PH(0) + MAKE_ELF_P_MEMSZ, 0x80);
	expect_refusal(&b, "outside the file");
}

static void program_headers_outside_the_file_are_refused(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	put_le16(b.elf + MAKE_ELF_PHNUM, 0xffff);
	expect_refusal(&b, "program header table");
	set_up(&b);
	put_le16(b.elf + MAKE_ELF_PHSIZE, 32);
	expect_refusal(&b, "program header table");
}

static void other_files_are_refused(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	b.elf[4] = 1; /* 32-bit */
	expect_refusal(&b, "not a 64-bit x86 ELF file");
	set_up(&b);
	put_le16(b.elf + MAKE_ELF_MACHINE, 183);
	expect_refusal(&b, "not a 64-bit x86 ELF file");
	set_up(&b);
	put_le16(b.elf + MAKE_ELF_TYPE, 3);
	expect_refusal(&b, "without -pie");
	set_up(&b);
	assert_false(elf_load(&b.target, b.elf, 63, "cell", &b.why));
	free(b.target.ram);
}

static void dynamic_programs_are_refused(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	put_le32(b.elf + MAKE_ELF_PH(1) + MAKE_ELF_P_TYPE, 2);
	expect_refusal(&b, "linked dynamically");
	set_up(&b);
	put_le32(b.elf + MAKE_ELF_PH(1) + MAKE_ELF_P_TYPE, 3);
	expect_refusal(&b, "linked dynamically");
}

static void entry_must_be_code_from_the_file(void **state)
{
	static const u64 entries[] = {0, GPA - 1, GPA + 0x100, 0x201000, UINT64_MAX};
	struct bench b;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(entries); i++) {
		set_up(&b);
		make_elf_put64(b.elf + MAKE_ELF_START, entries[i]);
		expect_refusal(&b, "entry point");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments_land_at_their_physical_address),
		cmocka_unit_test(segment_may_end_where_memory_ends),
		cmocka_unit_test(segment_below_memory_is_refused),
		cmocka_unit_test(sizes_that_wrap_are_refused),
		cmocka_unit_test(segment_that_ends_behind_the_file_is_refused),
		cmocka_unit_test(more_file_than_memory_is_refused),
		cmocka_unit_test(program_headers_outside_the_file_are_refused),
		cmocka_unit_test(other_files_are_refused),
		cmocka_unit_test(dynamic_programs_are_refused),
		cmocka_unit_test(entry_must_be_code_from_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
