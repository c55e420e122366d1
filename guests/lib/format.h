/* SPDX-License-Identifier: BSD-2-Clause */
/* Text formatter without a C library. */
#ifndef GUEST_FORMAT_H
#define GUEST_FORMAT_H

#include <stdarg.h>

#include "types.h"

/**
 * format_text - as vsnprintf for %s %c %d %u %x %%, with l, a width and the flag 0.
 * Return: bytes written without the NUL, always < size; what does not fit is cut off. An unknown
 * conversion is copied as it stands.
 */
u32 format_text(char *buf, u32 size, const char *format, va_list args);

#endif
