/* SPDX-License-Identifier: BSD-2-Clause */
/* The words of one line of a hardware dump, taken one after the other. Hostile input expected. */
#ifndef MKIMAGE_HWWORDS_H
#define MKIMAGE_HWWORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct words {
	const char *at, *end;
};

/* words_begin - the line from @at to before @end, without its line feed. */
void words_begin(struct words *w, const char *at, const char *end);

/* words_at_end - is nothing left but spaces? */
bool words_at_end(struct words *w);

/* words_comment - does what is left begin with '#'? */
bool words_comment(struct words *w);

/* words_are - take the next word if it is @word. */
bool words_are(struct words *w, const char *word);

/*
 * The others take the next word. Return: false, with nothing taken, if it is not what they want.
 */

/* words_number - decimal, or hexadecimal behind 0x; at most @max. */
bool words_number(struct words *w, uint64_t max, uint64_t *out);

/* words_text - fewer than @size printable ASCII characters. */
bool words_text(struct words *w, char *out, size_t size);

/* words_bdf - "00:1f.2". */
bool words_bdf(struct words *w, uint16_t *out);

/* words_bytes - pairs of hexadecimal digits. Return: at most @max bytes, to be freed, or NULL. */
uint8_t *words_bytes(struct words *w, size_t max, size_t *size);

#endif
