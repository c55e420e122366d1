/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes JSON (RFC 8259), indented, with commas where they belong. */
#ifndef MKIMAGE_JSON_H
#define MKIMAGE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *out;
	unsigned int depth;
	bool first; /* nothing stands before in the innermost list or object */
};

/* In a list, @key is a null pointer. */
void json_open(struct json *j, const char *key, char bracket); /* '{' or '[' */
void json_close(struct json *j, char bracket);                 /* '}' or ']' */
void json_number(struct json *j, const char *key, uint64_t value);
void json_bool(struct json *j, const char *key, bool value);
void json_text(struct json *j, const char *key, const char *text);

/* json_bytes - text of unknown origin; bytes above 0x7e are taken as ISO 8859-1. */
void json_bytes(struct json *j, const char *key, const void *text, uint64_t size);

#endif
