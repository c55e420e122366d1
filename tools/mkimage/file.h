/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole files in and out. */
#ifndef MKIMAGE_FILE_H
#define MKIMAGE_FILE_H

#include "mem.h"

#include <stdbool.h>

#define FILE_WHY 256 /* bytes of a `why` buffer */

/**
 * file_read - read a regular file of at most @max bytes.
 * Return: true; or false, then @why says why, as a sentence part: "No such file or directory".
 */
bool file_read(const char *path, uint64_t max, struct blob *out, char *why);

/**
 * file_write - replace @path by a file with these bytes, or leave it as it was.
 * The bytes go to a temporary file in the same folder, which is then renamed, so that nobody ever
 * sees half an image. There is no fsync: after a power cut, build again.
 * Return: as file_read().
 */
bool file_write(const char *path, const struct blob *data, char *why);

/* file_relative - @path as seen from @folder; a new string. Absolute paths stay as they are. */
char *file_relative(const char *folder, const char *path);

/* file_folder - the folder that @path lies in, "." if it names none; a new string. */
char *file_folder(const char *path);

#endif
