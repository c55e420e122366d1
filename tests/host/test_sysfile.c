// SPDX-License-Identifier: BSD-2-Clause
/* What the corpus of system files cannot say: values, limits of size, --set. */
#include "sysfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "choice.h"
#include "mem.h"
#include "scalar.h"
#include "yaml.h"

#define MINIMAL "version: 1\nroot: {kernel: k}\n"

/* Parse; return the first error, or a null pointer. The text is valid until the next call. */
static const char *parse(struct sysfile *sysfile, const char *text, size_t size)
{
	static struct diag diag;
	static char first[1024];
	const char *result = NULL;
	bool ok;

	diag_init(&diag, "f");
	ok = sysfile_parse(sysfile, text, size, &diag);
	assert_int_equal(ok, diag.count == 0);
	if (diag.count) {
		snprintf(first, sizeof(first), "%s", diag.errors[0].text);
		result = first;
	}
	diag_free(&diag);
	return result;
}

static void sysfile_parse_fills_in_defaults(void **state)
{
	struct sysfile s;

	(void)state;
	assert_null(parse(&s, MINIMAL, strlen(MINIMAL)));
	assert_int_equal(s.iommu, BH_IOMMU_REQUIRED);
	assert_int_equal(s.on_failure, BH_FAIL_LINUX);
	assert_int_equal(s.console_port, 0x3f8);
	assert_string_equal(s.root.kernel.path, "k");
	assert_null(s.root.initrd.path);
	assert_string_equal(s.root.cmdline, "");
	assert_int_equal(s.root.min_cpus, 1);
	assert_int_equal(s.root.min_memory, 256 << 20);
	assert_int_equal(s.cell_count, 0);
	sysfile_free(&s);
}

static void sysfile_parse_reads_every_key(void **state)
{
	static const char text[] =
		"version: 1\n"
		"machine: {iommu: off, on_failure: firmware, console: none}\n"
		"root: {kernel: k, initrd: i, cmdline: 'a b', min_cpus: 3, min_memory: 1G}\n"
		"cells: [{name: x, boot: elf64, image: y, cpus: 2, memory: 64K, address: 0x8000,\n"
		"         args: '-v'}]\n";
	struct sysfile s;

	(void)state;
	assert_null(parse(&s, text, sizeof(text) - 1));
	assert_int_equal(s.iommu, BH_IOMMU_OFF);
	assert_int_equal(s.on_failure, BH_FAIL_FIRMWARE);
	assert_int_equal(s.console_port, 0);
	assert_string_equal(s.root.initrd.path, "i");
	assert_string_equal(s.root.cmdline, "a b");
	assert_int_equal(s.root.min_cpus, 3);
	assert_int_equal(s.root.min_memory, 1 << 30);
	assert_int_equal(s.cell_count, 1);
	assert_string_equal(s.cells[0].name, "x");
	assert_int_equal(s.cells[0].boot, BH_BOOT_ELF64);
	assert_string_equal(s.cells[0].image.path, "y");
	assert_int_equal(s.cells[0].cpus, 2);
	assert_int_equal(s.cells[0].memory, 65536);
	assert_int_equal(s.cells[0].address, 0x8000);
	assert_string_equal(s.cells[0].args, "-v");
	sysfile_free(&s);
}

static void sysfile_parse_refuses_what_is_too_large(void **state)
{
	size_t size = YAML_MAX_SIZE + 1;
	char *text = mem_alloc(size);
	struct sysfile s;

	(void)state;
	memset(text, '\n', size);
	memcpy(text, MINIMAL, strlen(MINIMAL));
	assert_null(parse(&s, text, size - 1));
	sysfile_free(&s);
	assert_string_equal(parse(&s, text, size),
			    "the file is larger than 262144 bytes; no system needs that much");
	sysfile_free(&s);
	free(text);
}

/* Each of these once cost, or could cost, time or memory out of proportion to its size. */
static void sysfile_parse_is_quick_with_hostile_files(void **state)
{
	static const char *const units[] = {
		"- ", "[",    "{",   "? ",    "a: ",  "&a ", "*a ", "!!x ",  "- *a\n", "\"",
		"'",  "|\n ", "#\n", "---\n", "%Y\n", ", ",  "-\n", "a:\n ", "{a: ",   "]"};
	size_t i, k, size = YAML_MAX_SIZE - 1, length;
	char *text = mem_alloc(size + 1);
	struct sysfile s;

	(void)state;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		length = strlen(units[i]);
		for (k = 0; k + length <= size; k += length)
			memcpy(text + k, units[i], length);
		assert_non_null(parse(&s, text, k));
		sysfile_free(&s);
	}
	free(text);
}

static void sysfile_set_overrides_machine_keys(void **state)
{
	struct sysfile s = {.iommu = BH_IOMMU_REQUIRED};
	char why[SYSFILE_WHY];

	(void)state;
	assert_true(sysfile_set(&s, "iommu=off", why));
	assert_int_equal(s.iommu, BH_IOMMU_OFF);
	assert_true(sysfile_set(&s, "on_failure=halt", why));
	assert_int_equal(s.on_failure, BH_FAIL_HALT);
	assert_true(sysfile_set(&s, "console=com2", why));
	assert_int_equal(s.console_port, 0x2f8);
}

static void sysfile_set_refuses_other_keys_and_values(void **state)
{
	struct sysfile s = {.iommu = BH_IOMMU_REQUIRED, .console_port = 1};
	char why[SYSFILE_WHY];

	(void)state;
	assert_false(sysfile_set(&s, "iommu=on", why));
	assert_string_equal(why, "--set iommu: 'on' is not known; write one of: required, off");
	assert_false(sysfile_set(&s, "iommu", why));
	assert_string_equal(why, "--set 'iommu' is not KEY=VALUE with one of the keys iommu, "
				 "on_failure, console");
	assert_false(sysfile_set(&s, "console=", why));
	assert_false(sysfile_set(&s, "", why));
	assert_int_equal(s.iommu, BH_IOMMU_REQUIRED);
	assert_int_equal(s.console_port, 1);
}

static void scalar_size_reads_units_and_refuses_overflow(void **state)
{
	static const char *const bad[] = {"",
					  " 1",
					  "1 ",
					  "1k",
					  "1T",
					  "1KB",
					  "K",
					  "0x",
					  "-1",
					  "+1",
					  "1.0",
					  "0x1M",
					  "01",
					  "1e3",
					  "18446744073709551616",
					  "17179869184G",
					  "0x10000000000000000"};
	uint64_t n = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(scalar_size(bad[i], &n));
	assert_true(scalar_size("0", &n) && n == 0);
	assert_true(scalar_size("3K", &n) && n == 3072);
	assert_true(scalar_size("0xfF", &n) && n == 255);
	assert_true(scalar_size("17179869183G", &n) && n == 17179869183ull << 30);
	assert_true(scalar_size("18446744073709551615", &n) && n == UINT64_MAX);
}

static void scalar_size_text_is_exact(void **state)
{
	char text[SCALAR_SIZE_TEXT];

	(void)state;
	assert_string_equal(scalar_size_text(0, text), "0 bytes");
	assert_string_equal(scalar_size_text(1025, text), "1025 bytes");
	assert_string_equal(scalar_size_text(16 << 20, text), "16 MiB");
	assert_string_equal(scalar_size_text(4096ull << 30, text), "4096 GiB");
	assert_string_equal(scalar_size_text(UINT64_MAX, text), "18446744073709551615 bytes");
}

static void choice_list_names_every_word(void **state)
{
	char text[CHOICE_LIST];
	uint32_t value;

	(void)state;
	assert_string_equal(choice_list(choice_on_failure, text), "linux, firmware, halt");
	assert_false(choice_find(choice_console, "COM1", &value));
	assert_string_equal(choice_word(choice_console, 0), "none");
	assert_string_equal(choice_word(choice_console, 5), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sysfile_parse_fills_in_defaults),
		cmocka_unit_test(sysfile_parse_reads_every_key),
		cmocka_unit_test(sysfile_parse_refuses_what_is_too_large),
		cmocka_unit_test(sysfile_parse_is_quick_with_hostile_files),
		cmocka_unit_test(sysfile_set_overrides_machine_keys),
		cmocka_unit_test(sysfile_set_refuses_other_keys_and_values),
		cmocka_unit_test(scalar_size_reads_units_and_refuses_overflow),
		cmocka_unit_test(scalar_size_text_is_exact),
		cmocka_unit_test(choice_list_names_every_word),
	};

	return cmocka_run_group_tests_name("sysfile", tests, NULL, NULL);
}
