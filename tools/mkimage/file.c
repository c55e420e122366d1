// SPDX-License-Identifier: BSD-2-Clause
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static bool read_open(int fd, uint64_t max, struct blob *out, char *why)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fail(why, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(why, "this is not a regular file");
	if ((uint64_t)st.st_size > max) {
		snprintf(why, FILE_WHY,
			 "the file has %" PRIu64 " bytes; at most %" PRIu64 " are possible",
			 (uint64_t)st.st_size, max);
		return false;
	}
	out->size = (uint64_t)st.st_size;
	out->data = mem_alloc(out->size);
	if (read_all(fd, out, why))
		return true;
	blob_free(out);
	return false;
}

bool file_read(const char *path, uint64_t max, struct blob *out, char *why)
{
	/* O_NONBLOCK: opening a FIFO must fail the check below, not wait for a writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool ok;

	memset(out, 0, sizeof(*out));
	if (fd < 0)
		return fail(why, strerror(errno));
	ok = read_open(fd, max, out, why);
	close(fd);
	return ok;
}

static bool write_all(int fd, const struct blob *data)
{
	uint64_t done = 0;
	ssize_t n;

	while (done < data->size) {
		n = write(fd, data->data + done, data->size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		done += (uint64_t)n;
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

bool file_write(const char *path, const struct blob *data, char *why)
{
	size_t size = strlen(path) + sizeof(".XXXXXX");
	bool ok;
	char *temp;
	int fd;

	if (!may_replace(path))
		return fail(why, "something that is no regular file has this name; choose another");
	temp = mem_alloc(size);
	snprintf(temp, size, "%s.XXXXXX", path);
	fd = mkstemp(temp);
	if (fd < 0) {
		fail(why, strerror(errno));
		free(temp);
		return false;
	}
	ok = write_all(fd, data) && set_mode(fd);
	/* close() reports what a full disk or a network file system found out late. */
	ok = close(fd) == 0 && ok;
	ok = ok && rename(temp, path) == 0;
	if (!ok) {
		fail(why, strerror(errno));
		unlink(temp);
	}
	free(temp);
	return ok;
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
