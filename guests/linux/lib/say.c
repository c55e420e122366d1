/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>

#include "program.h"

#define LINE_BYTES 256u
#define DIGITS     20u

static u32 put_number(char *line, u32 at, u64 value, u32 base)
{
	char digits[DIGITS];
	u32 n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (n && at < LINE_BYTES)
		line[at++] = digits[--n];
	return at;
}

void say(const char *format, ...)
{
	char line[LINE_BYTES];
	va_list args;
	u32 at = 0;

	va_start(args, format);
	for (; *format && at < LINE_BYTES; format++) {
		if (*format != '%') {
			line[at++] = *format;
			continue;
		}
		format++;
		if (*format == 's') {
			for (const char *s = va_arg(args, const char *); *s && at < LINE_BYTES;)
				line[at++] = *s++;
		} else {
			at = put_number(line, at, va_arg(args, u64), *format == 'x' ? 16 : 10);
		}
	}
	va_end(args);
	sys(SYS_WRITE, 1, (long)line, at, 0, 0, 0);
}
