// SPDX-License-Identifier: BSD-2-Clause
#include "file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/bulkhead-test-XXXXXX";
static char why[FILE_WHY];

static int setup(void **state)
{
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	*state = file_relative(folder, "image");
	return 0;
}

static int teardown(void **state)
{
	unlink(*state);
	free(*state);
	return rmdir(folder); /* fails if a temporary file was left behind */
}

static void file_write_replaces_the_whole_file(void **state)
{
	const struct blob longer = {(uint8_t *)"first text", 10}, shorter = {(uint8_t *)"2nd", 3};
	struct blob read;

	assert_true(file_write(*state, &longer, why));
	assert_true(file_write(*state, &shorter, why));
	assert_true(file_read(*state, 3, &read, why));
	assert_int_equal(read.size, 3);
	assert_memory_equal(read.data, "2nd", 3);
	blob_free(&read);
}

static void file_write_follows_the_umask(void **state)
{
	const struct blob text = {(uint8_t *)"x", 1};
	mode_t old = umask(027);
	struct stat st;

	assert_true(file_write(*state, &text, why));
	umask(old);
	assert_int_equal(stat(*state, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
}

static void file_write_spares_what_is_no_regular_file(void **state)
{
	const struct blob text = {(uint8_t *)"x", 1};
	struct stat st;

	assert_int_equal(symlink("/dev/null", *state), 0);
	assert_false(file_write(*state, &text, why));
	assert_string_equal(why, "something that is no regular file has this name; choose another");
	assert_int_equal(lstat(*state, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_false(file_write(folder, &text, why));
}

static void file_write_says_why_it_cannot(void **state)
{
	const struct blob text = {(uint8_t *)"x", 1};

	(void)state;
	assert_false(file_write("/tmp/bulkhead-no-such-folder/x", &text, why));
	assert_string_equal(why, "No such file or directory");
}

static void file_read_refuses_large_missing_and_odd_files(void **state)
{
	const struct blob text = {(uint8_t *)"1234", 4};
	struct blob read;

	assert_false(file_read(*state, 10, &read, why));
	assert_string_equal(why, "No such file or directory");
	assert_true(file_write(*state, &text, why));
	assert_false(file_read(*state, 3, &read, why));
	assert_string_equal(why, "the file has 4 bytes; at most 3 are possible");
	assert_null(read.data);
	assert_false(file_read(folder, 10, &read, why));
	assert_string_equal(why, "this is not a regular file");
	unlink(*state);
	assert_int_equal(mkfifo(*state, 0600), 0);
	assert_false(file_read(*state, 10, &read, why)); /* and does not wait for a writer */
}

static void assert_path(char *made, const char *wanted)
{
	assert_string_equal(made, wanted);
	free(made);
}

static void paths_are_relative_to_a_folder(void **state)
{
	(void)state;
	assert_path(file_relative("a", "b"), "a/b");
	assert_path(file_relative(".", "b"), "b");
	assert_path(file_relative("a", "/b"), "/b");
	assert_path(file_folder("a/b/c"), "a/b");
	assert_path(file_folder("c"), ".");
	assert_path(file_folder("/c"), "/");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(file_write_replaces_the_whole_file),
		T(file_write_follows_the_umask),
		T(file_write_spares_what_is_no_regular_file),
		T(file_write_says_why_it_cannot),
		T(file_read_refuses_large_missing_and_odd_files),
		T(paths_are_relative_to_a_folder),
	};

	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
