// SPDX-License-Identifier: BSD-2-Clause
#include "hwwords.h"

#include "mem.h"

#include <stdlib.h>
#include <string.h>

#define BDF_TEXT 7u /* "00:1f.2" */

void words_begin(struct words *w, const char *at, const char *end)
{
	if (end > at && end[-1] == '\r')
		end--;
	*w = (struct words){at, end};
}

static void skip_spaces(struct words *w)
{
	while (w->at < w->end && *w->at == ' ')
		w->at++;
}

bool words_at_end(struct words *w)
{
	skip_spaces(w);
	return w->at == w->end;
}

bool words_comment(struct words *w)
{
	return !words_at_end(w) && *w->at == '#';
}

/* Bytes of the next word. */
static size_t length(struct words *w)
{
	const char *stop;

	skip_spaces(w);
	if (w->at == w->end)
		return 0;
	stop = memchr(w->at, ' ', (size_t)(w->end - w->at));
	return (size_t)((stop ? stop : w->end) - w->at);
}

bool words_are(struct words *w, const char *word)
{
	size_t size = length(w);

	if (size != strlen(word) || memcmp(w->at, word, size) != 0)
		return false;
	w->at += size;
	return true;
}

/* The value of a digit, 16 if it is none. */
static unsigned int digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a') + 10;
	return 16;
}

bool words_number(struct words *w, uint64_t max, uint64_t *out)
{
	size_t size = length(w), i = 0;
	unsigned int base = 10;
	uint64_t value = 0;

	if (size > 2 && w->at[0] == '0' && w->at[1] == 'x') {
		base = 16;
		i = 2;
	}
	if (i == size)
		return false;
	for (; i < size; i++) {
		unsigned int d = digit(w->at[i]);

		if (d >= base || value > (UINT64_MAX - d) / base)
			return false;
		value = value * base + d;
	}
	if (value > max)
		return false;
	w->at += size;
	*out = value;
	return true;
}

bool words_text(struct words *w, char *out, size_t size)
{
	size_t used = length(w), i;

	if (used == 0 || used >= size)
		return false;
	for (i = 0; i < used; i++)
		if (w->at[i] < 0x21 || w->at[i] > 0x7e)
			return false;
	memcpy(out, w->at, used);
	out[used] = '\0';
	w->at += used;
	return true;
}

/* @count hexadecimal digits at @at. */
static bool hex(const char *at, size_t count, uint32_t *out)
{
	*out = 0;
	while (count--) {
		unsigned int d = digit(*at++);

		if (d > 15)
			return false;
		*out = *out << 4 | d;
	}
	return true;
}

bool words_bdf(struct words *w, uint16_t *out)
{
	uint32_t bus, dev, fn;

	if (length(w) != BDF_TEXT || w->at[2] != ':' || w->at[5] != '.' || !hex(w->at, 2, &bus) ||
	    !hex(w->at + 3, 2, &dev) || !hex(w->at + 6, 1, &fn) || dev > 31 || fn > 7)
		return false;
	*out = (uint16_t)(bus << 8 | dev << 3 | fn);
	w->at += BDF_TEXT;
	return true;
}

uint8_t *words_bytes(struct words *w, size_t max, size_t *size)
{
	size_t digits = length(w), i;
	uint32_t byte;
	uint8_t *out;

	if (digits == 0 || digits % 2 || digits / 2 > max)
		return NULL;
	out = mem_alloc(digits / 2);
	for (i = 0; i < digits / 2; i++) {
		if (!hex(w->at + 2 * i, 2, &byte))
			break;
		out[i] = (uint8_t)byte;
	}
	if (i < digits / 2) {
		free(out);
		return NULL;
	}
	w->at += digits;
	*size = digits / 2;
	return out;
}
