// SPDX-License-Identifier: BSD-2-Clause
#define _GNU_SOURCE /* mkostemp */
#include "file.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(char *why, const char *text)
{
	snprintf(why, FILE_WHY, "%s", text);
	return false;
}

static bool read_all(int fd, struct blob *out, char *why)
{
	uint64_t done = 0;
	ssize_t n;

	while (done < out->size) {
		n = read(fd, out->data + done, out->size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(why, strerror(errno));
		if (n == 0)
			return fail(why, "the file became shorter while it was read");
		done += (uint64_t)n;
	}
	return true;
}

static bool check_file(const struct stat *st, uint64_t max, char *why)
{
	if (!S_ISREG(st->st_mode))
		return fail(why, "this is not a regular file");
	if ((uint64_t)st->st_size <= max)
		return true;
	snprintf(why, FILE_WHY, "the file has %" PRIu64 " bytes; at most %" PRIu64 " are possible",
		 (uint64_t)st->st_size, max);
	return false;
}

/* Open for reading. O_NONBLOCK: a FIFO must fail check_file(), not wait for a writer. */
static int open_file(const char *path, uint64_t max, struct stat *st, char *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || fstat(fd, st) < 0)
		fail(why, strerror(errno));
	else if (check_file(st, max, why))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

bool file_read(const char *path, uint64_t max, struct blob *out, char *why)
{
	struct stat st;
	int fd = open_file(path, max, &st, why);
	bool ok;

	memset(out, 0, sizeof(*out));
	if (fd < 0)
		return false;
	out->size = (uint64_t)st.st_size;
	out->data = mem_alloc(out->size);
	ok = read_all(fd, out, why);
	close(fd);
	if (!ok)
		blob_free(out);
	return ok;
}

static struct file_stamp stamp_of(const struct stat *st)
{
	return (struct file_stamp){.device = st->st_dev,
				   .inode = st->st_ino,
				   .size = (uint64_t)st->st_size,
				   .seconds = st->st_mtim.tv_sec,
				   .nanoseconds = st->st_mtim.tv_nsec};
}

bool file_map(const char *path, uint64_t max, struct blob *out, struct file_stamp *stamp, char *why)
{
	struct stat st;
	int fd = open_file(path, max, &st, why);
	void *data = NULL;

	memset(out, 0, sizeof(*out));
	if (fd < 0)
		return false;
	*stamp = stamp_of(&st);
	if (st.st_size > 0)
		data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		fail(why, strerror(errno));
	else if (data)
		*out = (struct blob){data, (uint64_t)st.st_size, true};
	close(fd);
	return data != MAP_FAILED;
}

bool file_unchanged(const char *path, const struct file_stamp *stamp)
{
	struct file_stamp now;
	struct stat st;

	if (stat(path, &st) < 0)
		return false;
	now = stamp_of(&st);
	return now.device == stamp->device && now.inode == stamp->inode &&
	       now.size == stamp->size && now.seconds == stamp->seconds &&
	       now.nanoseconds == stamp->nanoseconds;
}

bool file_same(const char *a, const char *b)
{
	struct stat one, other;

	return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

static bool put_file(struct sink *sink, const void *data, uint64_t size)
{
	struct file_out *out = (struct file_out *)sink;
	const uint8_t *p = data;
	ssize_t n;

	while (size) {
		n = write(out->fd, p, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(out->why, strerror(errno));
		p += n;
		size -= (uint64_t)n;
	}
	return true;
}

/* mkstemp() makes a private file; give it the mode that creat() would have given. */
static bool set_mode(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	return fchmod(fd, 0666 & ~mask) == 0;
}

/* rename() would replace a symbolic link such as /dev/stdout, or a device, by the image. */
static bool may_replace(const char *path)
{
	struct stat st;

	return lstat(path, &st) < 0 || S_ISREG(st.st_mode);
}

bool file_create(struct file_out *out, const char *path, char *why)
{
	size_t size = strlen(path) + sizeof(".XXXXXX");

	memset(out, 0, sizeof(*out));
	if (!may_replace(path))
		return fail(why, "something that is no regular file has this name; choose another");
	out->sink.put = put_file;
	out->path = path;
	out->temp = mem_alloc(size);
	snprintf(out->temp, size, "%s.XXXXXX", path);
	cleanup_hold();
	out->fd = mkostemp(out->temp, O_CLOEXEC);
	if (out->fd >= 0)
		cleanup_set(out->temp);
	cleanup_release();
	if (out->fd >= 0)
		return true;
	fail(why, strerror(errno));
	free(out->temp);
	return false;
}

bool file_skip(struct file_out *out, uint64_t size)
{
	if (lseek(out->fd, (off_t)size, SEEK_CUR) >= 0)
		return true;
	return fail(out->why, strerror(errno));
}

/* What was skipped at the end is part of the file, too. */
static bool set_size(int fd)
{
	off_t end = lseek(fd, 0, SEEK_CUR);

	return end >= 0 && ftruncate(fd, end) == 0;
}

bool file_finish(struct file_out *out, bool ok, char *why)
{
	if (ok && !(set_size(out->fd) && set_mode(out->fd)))
		ok = fail(out->why, strerror(errno));
	/* close() reports what a full disk or a network file system found out late. */
	if (close(out->fd) != 0 && ok)
		ok = fail(out->why, strerror(errno));
	if (ok && rename(out->temp, out->path) != 0)
		ok = fail(out->why, strerror(errno));
	if (!ok) {
		unlink(out->temp);
		snprintf(why, FILE_WHY, "%s", out->why);
	}
	cleanup_clear();
	free(out->temp);
	return ok;
}

bool file_write(const char *path, const struct piece *data, char *why)
{
	struct file_out out;

	if (!file_create(&out, path, why))
		return false;
	return file_finish(&out, sink_piece(&out.sink, data), why);
}

char *file_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return mem_text(".", 1);
	return mem_text(path, slash == path ? 1 : (size_t)(slash - path));
}

char *file_relative(const char *folder, const char *path)
{
	size_t size = strlen(folder) + strlen(path) + 2;
	char *out;

	if (path[0] == '/' || strcmp(folder, ".") == 0)
		return mem_text(path, strlen(path));
	out = mem_alloc(size);
	snprintf(out, size, "%s/%s", folder, path);
	return out;
}
