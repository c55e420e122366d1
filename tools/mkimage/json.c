// SPDX-License-Identifier: BSD-2-Clause
#include "json.h"

#include <inttypes.h>
#include <string.h>

static void quote(struct json *j, const void *text, uint64_t size)
{
	const uint8_t *p = text;
	uint64_t i;

	fputc('"', j->out);
	for (i = 0; i < size; i++) {
		if (p[i] == '"' || p[i] == '\\')
			fprintf(j->out, "\\%c", p[i]);
		else if (p[i] >= 0x20 && p[i] <= 0x7e)
			fputc(p[i], j->out);
		else
			fprintf(j->out, "\\u%04x", p[i]);
	}
	fputc('"', j->out);
}

static void begin(struct json *j, const char *key)
{
	if (j->depth)
		fprintf(j->out, "%s\n%*s", j->first ? "" : ",", (int)(2 * j->depth), "");
	j->first = false;
	if (!key)
		return;
	quote(j, key, strlen(key));
	fputs(": ", j->out);
}

void json_open(struct json *j, const char *key, char bracket)
{
	begin(j, key);
	fputc(bracket, j->out);
	j->depth++;
	j->first = true;
}

void json_close(struct json *j, char bracket)
{
	j->depth--;
	if (!j->first)
		fprintf(j->out, "\n%*s", (int)(2 * j->depth), "");
	fputc(bracket, j->out);
	if (!j->depth)
		fputc('\n', j->out);
	j->first = false;
}

void json_number(struct json *j, const char *key, uint64_t value)
{
	begin(j, key);
	fprintf(j->out, "%" PRIu64, value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	begin(j, key);
	fputs(value ? "true" : "false", j->out);
}

void json_text(struct json *j, const char *key, const char *text)
{
	json_bytes(j, key, text, strlen(text));
}

void json_bytes(struct json *j, const char *key, const void *text, uint64_t size)
{
	begin(j, key);
	quote(j, text, size);
}
