// SPDX-License-Identifier: BSD-2-Clause
#include "file.h"

#include "cleanup.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/bulkhead-test-XXXXXX";
static char why[FILE_WHY];

#define TEXT(s)                                                                                    \
	{                                                                                          \
		.data = (s), .size = sizeof(s) - 1                                                 \
	}

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
	const struct piece longer = TEXT("first text"), shorter = TEXT("2nd");
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
	const struct piece text = TEXT("x");
	mode_t old = umask(027);
	struct stat st;

	assert_true(file_write(*state, &text, why));
	umask(old);
	assert_int_equal(stat(*state, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
}

static void file_write_spares_what_is_no_regular_file(void **state)
{
	const struct piece text = TEXT("x");
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
	const struct piece text = TEXT("x");

	(void)state;
	assert_false(file_write("/tmp/bulkhead-no-such-folder/x", &text, why));
	assert_string_equal(why, "No such file or directory");
}

static void file_read_refuses_large_missing_and_odd_files(void **state)
{
	const struct piece text = TEXT("1234");
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

static void a_file_above_the_limit_leaves_the_old_one_alone(void **state)
{
	const struct rlimit small = {.rlim_cur = 4096, .rlim_max = RLIM_INFINITY};
	const struct piece old = TEXT("old");
	struct rlimit before;
	struct blob zeros = {.data = mem_alloc(100000), .size = 100000}, read;
	struct piece piece = piece_of(&zeros);

	assert_true(file_write(*state, &old, why));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	cleanup_install(); /* ignores SIGXFSZ */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_false(file_write(*state, &piece, why));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_string_equal(why, "File too large");
	assert_true(file_read(*state, 3, &read, why));
	assert_memory_equal(read.data, "old", 3);
	blob_free(&read);
	blob_free(&zeros);
	/* teardown() fails if the temporary file is still there */
}

static void a_signal_takes_the_temporary_file_along(void **state)
{
	struct file_out out;
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		cleanup_install();
		if (file_create(&out, *state, why) && sink_put(&out.sink, "half", 4))
			raise(SIGTERM);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	assert_int_equal(access(*state, F_OK), -1);
}

static void a_mapped_file_that_is_cut_short_ends_the_program(void **state)
{
	const struct piece text = TEXT("text");
	struct file_stamp stamp;
	struct blob blob;
	int status;
	pid_t child;

	assert_true(file_write(*state, &text, why));
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		cleanup_install();
		freopen("/dev/null", "w", stderr);
		if (file_map(*state, 4, &blob, &stamp, why) && truncate(*state, 0) == 0)
			_exit(blob.data[0] ? 42 : 43);
		_exit(44);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

static void a_stamp_tells_that_a_file_has_changed(void **state)
{
	const struct piece text = TEXT("text"), other = TEXT("tex2");
	struct file_stamp stamp;
	struct blob blob;

	assert_true(file_write(*state, &text, why));
	assert_true(file_map(*state, 4, &blob, &stamp, why));
	assert_int_equal(blob.size, 4);
	assert_memory_equal(blob.data, "text", 4);
	assert_true(file_unchanged(*state, &stamp));
	assert_true(file_write(*state, &other, why));
	assert_false(file_unchanged(*state, &stamp));
	assert_memory_equal(blob.data, "text", 4);
	blob_free(&blob);
	assert_false(file_map(*state, 3, &blob, &stamp, why));
	assert_null(blob.data);
}

static void holes_are_zeros_even_at_the_end(void **state)
{
	struct file_out out;
	struct blob read;

	assert_true(file_create(&out, *state, why));
	assert_true(file_skip(&out, 5) && sink_put(&out.sink, "x", 1) && file_skip(&out, 9000));
	assert_true(file_finish(&out, true, why));
	assert_true(file_read(*state, 10000, &read, why));
	assert_int_equal(read.size, 9006);
	assert_int_equal(read.data[5], 'x');
	assert_int_equal(read.data[9005], 0);
	blob_free(&read);
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
		T(a_file_above_the_limit_leaves_the_old_one_alone),
		T(a_signal_takes_the_temporary_file_along),
		T(a_mapped_file_that_is_cut_short_ends_the_program),
		T(a_stamp_tells_that_a_file_has_changed),
		T(holes_are_zeros_even_at_the_end),
		T(paths_are_relative_to_a_folder),
	};

	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
