/* SPDX-License-Identifier: BSD-2-Clause */
/* A small printf: %s %c %u %d %x %lu %ld %lx %p, %0Nx widths, %%. Pure. */
#ifndef CORE_FORMAT_H
#define CORE_FORMAT_H

#include <stdarg.h>

#include "core/types.h"

/**
 * format - print into a buffer, always NUL-terminated.
 * @size: bytes of @buf, at least 1; text that does not fit is cut off.
 * Return: characters written, without the NUL.
 */
u32 format(char *buf, u32 size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
u32 vformat(char *buf, u32 size, const char *fmt, va_list ap);

#endif
