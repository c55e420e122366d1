// SPDX-License-Identifier: BSD-2-Clause
#include "device.h"

#include "scalar.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MAX_INDEX 0xffffu

/* Exactly @digits hexadecimal digits; *text is moved behind them. */
static bool read_hex(const char **text, unsigned int digits, unsigned int *out)
{
	unsigned int value = 0;

	for (; digits; digits--, (*text)++) {
		char c = **text;

		if (c >= '0' && c <= '9')
			value = value * 16 + (unsigned int)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value * 16 + (unsigned int)(c - 'a') + 10;
		else if (c >= 'A' && c <= 'F')
			value = value * 16 + (unsigned int)(c - 'A') + 10;
		else
			return false;
	}
	*out = value;
	return true;
}

static bool skip(const char **text, char c)
{
	if (**text != c)
		return false;
	(*text)++;
	return true;
}

static bool parse_address(const char *text, struct bh_config_device *out)
{
	unsigned int bus, dev, fn;

	if (!read_hex(&text, 2, &bus) || !skip(&text, ':') || !read_hex(&text, 2, &dev) ||
	    !skip(&text, '.') || !read_hex(&text, 1, &fn) || *text || dev > 31 || fn > 7)
		return false;
	out->kind = BH_DEVICE_ADDRESS;
	out->bdf = (uint16_t)(bus << 8 | dev << 3 | fn);
	return true;
}

static bool parse_id(const char *text, struct bh_config_device *out)
{
	unsigned int vendor, device;
	uint64_t index = 0;

	if (!read_hex(&text, 4, &vendor) || !skip(&text, ':') || !read_hex(&text, 4, &device))
		return false;
	if (*text && (!skip(&text, '#') || strchr(text, 'x') || !scalar_number(text, &index) ||
		      index > MAX_INDEX))
		return false;
	out->kind = BH_DEVICE_ID;
	out->vendor = (uint16_t)vendor;
	out->device = (uint16_t)device;
	out->index = (uint16_t)index;
	return true;
}

bool device_parse(const char *text, struct bh_config_device *out)
{
	memset(out, 0, sizeof(*out));
	return parse_address(text, out) || parse_id(text, out);
}

bool device_same(const struct bh_config_device *a, const struct bh_config_device *b)
{
	return a->kind == b->kind && a->bdf == b->bdf && a->vendor == b->vendor &&
	       a->device == b->device && a->index == b->index;
}

const char *device_text(const struct bh_config_device *d, char *out)
{
	if (d->kind == BH_DEVICE_ADDRESS)
		snprintf(out, DEVICE_TEXT, "%02x:%02x.%x", (unsigned int)d->bdf >> 8,
			 (unsigned int)d->bdf >> 3 & 31, (unsigned int)d->bdf & 7);
	else if (d->index)
		snprintf(out, DEVICE_TEXT, "%04x:%04x#%u", d->vendor, d->device, d->index);
	else
		snprintf(out, DEVICE_TEXT, "%04x:%04x", d->vendor, d->device);
	return out;
}
