/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/format.h"

struct sink {
	char *buf;
	u32 size;
	u32 len;
};

static void put(struct sink *s, char c)
{
	if (s->len + 1 < s->size)
		s->buf[s->len++] = c;
}

static void put_number(struct sink *s, u64 value, u32 base, u32 width, char pad)
{
	char digits[20];
	u32 n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	for (u32 i = n; i < width; i++)
		put(s, pad);
	while (n)
		put(s, digits[--n]);
}

static void put_string(struct sink *s, const char *str)
{
	for (str = str ? str : "(null)"; *str; str++)
		put(s, *str);
}

static void put_signed(struct sink *s, s64 value, u32 width, char pad)
{
	if (value < 0)
		put(s, '-');
	put_number(s, value < 0 ? -(u64)value : (u64)value, 10, width, pad);
}

/* One conversion; returns the character after it. */
static const char *convert(struct sink *s, const char *fmt, va_list *ap)
{
	char pad = *fmt == '0' ? '0' : ' ';
	u32 width = 0;
	bool wide = false;

	while (*fmt >= '0' && *fmt <= '9')
		width = width * 10 + (u32)(*fmt++ - '0');
	for (; *fmt == 'l' || *fmt == 'z'; fmt++)
		wide = true;
	switch (*fmt) {
	case 'u':
		put_number(s, wide ? va_arg(*ap, u64) : va_arg(*ap, u32), 10, width, pad);
		break;
	case 'x':
		put_number(s, wide ? va_arg(*ap, u64) : va_arg(*ap, u32), 16, width, pad);
		break;
	case 'd':
		put_signed(s, wide ? va_arg(*ap, s64) : va_arg(*ap, s32), width, pad);
		break;
	case 'p':
		put_number(s, (uintptr_t)va_arg(*ap, void *), 16, width, '0');
		break;
	case 's':
		put_string(s, va_arg(*ap, const char *));
		break;
	case 'c':
		put(s, (char)va_arg(*ap, int));
		break;
	case 0:
		return fmt;
	default:
		put(s, *fmt);
	}
	return fmt + 1;
}

u32 vformat(char *buf, u32 size, const char *fmt, va_list ap)
{
	struct sink s = {buf, size, 0};
	va_list args;

	va_copy(args, ap);
	while (*fmt) {
		if (*fmt == '%')
			fmt = convert(&s, fmt + 1, &args);
		else
			put(&s, *fmt++);
	}
	va_end(args);
	buf[s.len] = 0;
	return s.len;
}

u32 format(char *buf, u32 size, const char *fmt, ...)
{
	va_list ap;
	u32 n;

	va_start(ap, fmt);
	n = vformat(buf, size, fmt, ap);
	va_end(ap);
	return n;
}
