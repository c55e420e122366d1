// SPDX-License-Identifier: BSD-2-Clause
/* mkimage init on made-up machines: what it writes is a system file that says what was found. */
#include "init.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "choice.h"
#include "file.h"
#include "sysfile.h"

static char top[] = "/tmp/bulkhead-test-XXXXXX";

/* Write a file and the folders above it. */
static void put(const char *name, const char *text)
{
	char *path = file_relative(top, name + 1), *slash, why[FILE_WHY];
	struct piece piece = {.data = text, .size = strlen(text)};

	for (slash = strchr(path + strlen(top) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	if (!file_write(path, &piece, why))
		fail_msg("%s: %s", path, why);
	free(path);
}

static int setup(void **state)
{
	(void)state;
	strcpy(top + strlen(top) - 6, "XXXXXX");
	return mkdtemp(top) ? 0 : -1;
}

static int teardown(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", top);
	return system(command);
}

static char *written(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	init_write(top, "6.1.0-9", out);
	fclose(out);
	return text;
}

static void read_back(const char *text, struct sysfile *s)
{
	struct diag diag;

	diag_init(&diag, "init");
	if (!sysfile_parse(s, text, strlen(text), &diag))
		fail_msg("%s\n%s", diag.errors[0].text, text);
	diag_free(&diag);
}

static void assert_below_top(const char *path, const char *wanted)
{
	assert_int_equal(strncmp(path, top, strlen(top)), 0);
	assert_string_equal(path + strlen(top), wanted);
}

static void a_debian_machine_is_described(void **state)
{
	struct sysfile s;
	char *text;

	(void)state;
	put("/boot/vmlinuz-6.1.0-9", "kernel");
	put("/boot/vmlinuz-6.1.0-10", "another");
	put("/boot/initrd.img-6.1.0-9", "initrd");
	put("/proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz root=UUID=1 initrd=\\x.img it's  quiet\n");
	put("/sys/devices/system/cpu/online", "0-3,6-7\n");
	put("/sys/firmware/acpi/tables/DMAR", "");
	text = written();
	read_back(text, &s);
	assert_below_top(s.root.kernel.path, "/boot/vmlinuz-6.1.0-9");
	assert_below_top(s.root.initrd.path, "/boot/initrd.img-6.1.0-9");
	assert_string_equal(s.root.cmdline, "root=UUID=1 it's quiet");
	assert_int_equal(s.iommu, BH_IOMMU_REQUIRED);
	assert_int_equal(s.console_port, CHOICE_COM1);
	assert_int_equal(s.cell_count, 0);
	assert_non_null(strstr(text, "This machine has 8 CPUs"));
	assert_non_null(strstr(text, "describes an IOMMU"));
	sysfile_free(&s);
	free(text);
}

static void a_machine_with_a_serial_console_keeps_it(void **state)
{
	struct sysfile s;
	char *text;

	(void)state;
	put("/boot/vmlinuz", "kernel");
	put("/proc/cmdline", "console=ttyS0,115200");
	put("/sys/devices/system/cpu/online", "0\n");
	text = written();
	read_back(text, &s);
	assert_below_top(s.root.kernel.path, "/boot/vmlinuz");
	assert_null(s.root.initrd.path);
	assert_int_equal(s.console_port, CHOICE_COM2);
	assert_non_null(strstr(text, "This machine has 1 CPU;"));
	assert_non_null(strstr(text, "No IOMMU was found"));
	sysfile_free(&s);
	free(text);
}

/* The file then lacks its kernel, and says where; what is there must still be YAML. */
static void nothing_found_leaves_only_the_kernel_missing(void **state)
{
	struct diag diag;
	struct sysfile s;
	char *text;

	(void)state;
	put("/proc/cmdline", "caf\303\251");
	text = written();
	diag_init(&diag, "init");
	assert_false(sysfile_parse(&s, text, strlen(text), &diag));
	assert_int_equal(diag.count, 1);
	assert_string_equal(diag.errors[0].text,
			    "root: key 'kernel' is missing; add 'kernel: ...'");
	assert_non_null(strstr(text, "# kernel: no kernel was found below /boot"));
	diag_free(&diag);
	sysfile_free(&s);
	free(text);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_debian_machine_is_described),
		T(a_machine_with_a_serial_console_keeps_it),
		T(nothing_found_leaves_only_the_kernel_missing),
	};

	return cmocka_run_group_tests_name("init", tests, NULL, NULL);
}
