// SPDX-License-Identifier: BSD-2-Clause
#include "ports.h"

#include "scalar.h"

#include <stdio.h>
#include <string.h>

#define NUMBER_TEXT 8u /* "0xffff", "65535" */

/* The number of @size characters at @text. */
static bool read_port(const char *text, size_t size, uint16_t *out)
{
	char number[NUMBER_TEXT];
	uint64_t value;

	if (size >= sizeof(number))
		return false;
	memcpy(number, text, size);
	number[size] = '\0';
	if (!scalar_number(number, &value) || value > UINT16_MAX)
		return false;
	*out = (uint16_t)value;
	return true;
}

bool ports_parse(const char *text, struct bh_config_ports *out)
{
	const char *dash = strchr(text, '-');
	size_t first = dash ? (size_t)(dash - text) : strlen(text);

	if (!read_port(text, first, &out->first))
		return false;
	out->last = out->first;
	return !dash ||
	       (read_port(dash + 1, strlen(dash + 1), &out->last) && out->last >= out->first);
}

const char *ports_text(const struct bh_config_ports *ports, char *out)
{
	if (ports->first == ports->last)
		snprintf(out, PORTS_TEXT, "0x%x", ports->first);
	else
		snprintf(out, PORTS_TEXT, "0x%x-0x%x", ports->first, ports->last);
	return out;
}
