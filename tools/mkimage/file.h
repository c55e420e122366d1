/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole files in and out. */
#ifndef MKIMAGE_FILE_H
#define MKIMAGE_FILE_H

#include "mem.h"
#include "sink.h"

#include <stdbool.h>

#define FILE_WHY 256 /* bytes of a `why` buffer */

/**
 * file_read - read a regular file of at most @max bytes.
 * Return: true; or false, then @why says why, as a sentence part: "No such file or directory".
 */
bool file_read(const char *path, uint64_t max, struct blob *out, char *why);

/* What tells one state of a file from another. */
struct file_stamp {
	uint64_t device, inode, size;
	int64_t seconds, nanoseconds; /* of the last change */
};

/**
 * file_map - the same without reading: pages come from the file when they are looked at.
 * A file that is cut short meanwhile ends the program (cleanup.h), so map only what is used soon.
 */
bool file_map(const char *path, uint64_t max, struct blob *out, struct file_stamp *stamp,
	      char *why);

/* file_unchanged - is @path still the file, with the content, that got this stamp? */
bool file_unchanged(const char *path, const struct file_stamp *stamp);

/* file_same - are these two names of one file, which exists? */
bool file_same(const char *a, const char *b);

/*
 * A file in the making. The bytes go to a temporary file in the same folder, which is renamed at
 * the end, so that nobody ever sees half an image. There is no fsync: after a power cut, build
 * again.
 */
struct file_out {
	struct sink sink; /* first: a struct sink of this file is this struct */
	const char *path;
	char *temp;
	int fd;
	char why[FILE_WHY]; /* why sink.put() failed */
};

/* file_create - begin; @path must outlive @out. One at a time. Return: as file_read(). */
bool file_create(struct file_out *out, const char *path, char *why);

/* file_skip - leave a hole of @size zero bytes. Return: false as sink.put(). */
bool file_skip(struct file_out *out, uint64_t size);

/**
 * file_finish - if @ok, put the file in the place of @path, else throw it away.
 * Return: true if the file is in place; as file_read() otherwise.
 */
bool file_finish(struct file_out *out, bool ok, char *why);

/* file_write - a whole file from file_create() to file_finish(). */
bool file_write(const char *path, const struct piece *data, char *why);

/* file_relative - @path as seen from @folder; a new string. Absolute paths stay as they are. */
char *file_relative(const char *folder, const char *path);

/* file_folder - the folder that @path lies in, "." if it names none; a new string. */
char *file_folder(const char *path);

#endif
