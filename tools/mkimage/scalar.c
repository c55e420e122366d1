// SPDX-License-Identifier: BSD-2-Clause
#include "scalar.h"

#include <bulkhead/image.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool digit_value(char c, unsigned int base, unsigned int *value)
{
	if (c >= '0' && c <= '9')
		*value = (unsigned int)(c - '0');
	else if (c >= 'a' && c <= 'f')
		*value = (unsigned int)(c - 'a') + 10;
	else if (c >= 'A' && c <= 'F')
		*value = (unsigned int)(c - 'A') + 10;
	else
		return false;
	return *value < base;
}

/* Read digits; *text is left at the first character that is none. */
static bool read_digits(const char **text, unsigned int base, uint64_t *out)
{
	const char *p = *text;
	unsigned int value;
	uint64_t n = 0;

	for (; digit_value(*p, base, &value); p++) {
		if (n > (UINT64_MAX - value) / base)
			return false;
		n = n * base + value;
	}
	/* YAML 1.1 read "010" as eight, YAML 1.2 reads ten: refuse what people read two ways. */
	if (p == *text || (base == 10 && **text == '0' && p - *text > 1))
		return false;
	*text = p;
	*out = n;
	return true;
}

bool scalar_number(const char *text, uint64_t *out)
{
	unsigned int base = 10;

	if (text[0] == '0' && text[1] == 'x') {
		base = 16;
		text += 2;
	}
	return read_digits(&text, base, out) && *text == '\0';
}

bool scalar_size(const char *text, uint64_t *out)
{
	static const char units[] = "KMG";
	const char *unit;
	unsigned int shift;

	if (scalar_number(text, out))
		return true;
	if (!read_digits(&text, 10, out) || *text == '\0' || text[1] != '\0')
		return false;
	unit = strchr(units, *text);
	if (!unit)
		return false;
	shift = 10 * (unsigned int)(unit - units + 1);
	if (*out > UINT64_MAX >> shift)
		return false;
	*out <<= shift;
	return true;
}

bool scalar_fingerprint(const char *text, uint64_t *out)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t value = 0;
	uint32_t i;

	if (strncmp(text, "hw-", 3) != 0 || strlen(text) != 3 + 16)
		return false;
	for (i = 3; text[i]; i++) {
		const char *digit = strchr(digits, text[i]);

		if (!digit)
			return false;
		value = value << 4 | (uint64_t)(digit - digits);
	}
	if (value)
		*out = value;
	return value != 0;
}

bool scalar_is_cell_name(const char *text)
{
	size_t i;

	if (text[0] < 'a' || text[0] > 'z')
		return false;
	for (i = 1; text[i]; i++) {
		if ((text[i] < 'a' || text[i] > 'z') && (text[i] < '0' || text[i] > '9') &&
		    text[i] != '_' && text[i] != '-')
			return false;
	}
	return i < BH_NAME_SIZE;
}

const char *scalar_size_text(uint64_t bytes, char *out)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB"};
	unsigned int i = 0;

	while (i < 3 && bytes && bytes % 1024 == 0) {
		bytes /= 1024;
		i++;
	}
	snprintf(out, SCALAR_SIZE_TEXT, "%" PRIu64 " %s", bytes, units[i]);
	return out;
}
