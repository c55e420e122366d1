/* SPDX-License-Identifier: BSD-2-Clause */
/* The small languages inside a scalar: numbers, sizes, names. Pure; nothing here prints. */
#ifndef MKIMAGE_SCALAR_H
#define MKIMAGE_SCALAR_H

#include <stdbool.h>
#include <stdint.h>

/**
 * scalar_number - a whole number, decimal or hexadecimal with 0x.
 * Return: false if @text is anything else (sign, spaces, leading zeros, above 64 bits).
 */
bool scalar_number(const char *text, uint64_t *out);

/* scalar_size - a number of bytes as scalar_number(), or a decimal one followed by K, M or G. */
bool scalar_size(const char *text, uint64_t *out);

/**
 * scalar_fingerprint - hw- and 16 hexadecimal digits, as check --hw prints them.
 * Return: false, with *out untouched, if @text is anything else, or all 0.
 */
bool scalar_fingerprint(const char *text, uint64_t *out);

/* scalar_is_cell_name - [a-z][a-z0-9_-]*, at most BH_NAME_SIZE - 1 characters. */
bool scalar_is_cell_name(const char *text);

/**
 * scalar_size_text - write @bytes for people, "16 MiB" where that is exact, else "70000 bytes".
 * @out: at least SCALAR_SIZE_TEXT bytes. Return: @out.
 */
#define SCALAR_SIZE_TEXT 32
const char *scalar_size_text(uint64_t bytes, char *out);

#endif
