/* SPDX-License-Identifier: BSD-2-Clause */
#include "format.h"

struct writer {
	char *buf;
	u32 size;
	u32 used;
};

struct spec {
	bool zero;
	bool wide; /* l: 64 bits */
	u32 width;
};

static void put(struct writer *w, char c)
{
	if (w->used + 1 < w->size)
		w->buf[w->used++] = c;
}

static void put_padded(struct writer *w, const char *text, u32 len, const struct spec *spec)
{
	for (u32 i = len; i < spec->width; i++)
		put(w, spec->zero ? '0' : ' ');
	for (u32 i = 0; i < len; i++)
		put(w, text[i]);
}

static void put_number(struct writer *w, u64 value, u32 base, bool negative,
		       const struct spec *spec)
{
	char digits[21];
	u32 at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	if (negative)
		digits[--at] = '-';
	put_padded(w, digits + at, (u32)sizeof(digits) - at, spec);
}

static void put_string(struct writer *w, const char *text, const struct spec *spec)
{
	u32 len = 0;

	while (text[len])
		len++;
	put_padded(w, text, len, spec);
}

static const char *parse_spec(const char *format, struct spec *spec)
{
	if (*format == '0') {
		spec->zero = true;
		format++;
	}
	for (; *format >= '0' && *format <= '9'; format++)
		spec->width = spec->width * 10 + (u32)(*format - '0');
	if (*format == 'l') {
		spec->wide = true;
		format++;
	}
	return format;
}

/* va_list is an array type here, so it has to travel inside a struct to be passed by address. */
struct arguments {
	va_list list;
};

static void convert(struct writer *w, char conversion, struct arguments *args,
		    const struct spec *spec)
{
	long number;

	switch (conversion) {
	case 's':
		put_string(w, va_arg(args->list, const char *), spec);
		break;
	case 'c':
		put(w, (char)va_arg(args->list, int));
		break;
	case 'd':
		number = spec->wide ? va_arg(args->list, long) : va_arg(args->list, int);
		put_number(w, number < 0 ? -(u64)number : (u64)number, 10, number < 0, spec);
		break;
	case 'u':
	case 'x':
		put_number(w,
			   spec->wide ? va_arg(args->list, u64) : va_arg(args->list, unsigned int),
			   conversion == 'x' ? 16 : 10, false, spec);
		break;
	case '%':
		put(w, '%');
		break;
	default:
		put(w, '%');
		put(w, conversion);
	}
}

u32 format_text(char *buf, u32 size, const char *format, va_list list)
{
	struct writer w = {buf, size, 0};
	struct arguments args;

	va_copy(args.list, list);
	for (; *format; format++) {
		struct spec spec = {false, false, 0};

		if (*format != '%') {
			put(&w, *format);
			continue;
		}
		format = parse_spec(format + 1, &spec);
		if (!*format)
			break;
		convert(&w, *format, &args, &spec);
	}
	va_end(args.list);
	buf[w.used] = '\0';
	return w.used;
}
