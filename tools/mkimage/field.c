// SPDX-License-Identifier: BSD-2-Clause
#include "field.h"

#include "later.h"
#include "scalar.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PAGE      4096u
#define QUOTE_MAX 64 /* characters of a wrong value that a message repeats */

void field_error(struct reader *r, const struct yaml_node *node, const char *fmt, ...)
{
	const char *key = r->key ? r->key : "", *dot = r->key && r->where[0] ? "." : "";
	const char *colon = r->key || r->where[0] ? ": " : "";
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag_error(r->diag, node->pos, "%s%s%s%s%s", r->where, dot, key, colon, text);
}

static const struct field *find_field(const struct field *table, const char *key)
{
	for (; table->key; table++) {
		if (strcmp(table->key, key) == 0)
			return table;
	}
	return NULL;
}

static void unknown_key(struct reader *r, const struct yaml_node *key, const struct field *table)
{
	const char *later = later_key(r->where, key->text);
	char known[256];
	size_t used = 0;

	if (later) {
		field_error(r, key, "key '%s' is not there yet: in this version %s; remove it",
			    key->text, later);
		return;
	}
	known[0] = '\0';
	for (; table->key && used < sizeof(known); table++)
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
					 used ? ", " : "", table->key);
	field_error(r, key, "key '%.*s' is not known; the keys here are: %s", QUOTE_MAX, key->text,
		    known);
}

/* The key node before items[index] with the same text, or a null pointer. */
static const struct yaml_node *earlier_key(const struct yaml_node *node, uint32_t index)
{
	uint32_t i;

	for (i = 0; i < index; i += 2) {
		if (node->items[i]->kind == YAML_SCALAR &&
		    strcmp(node->items[i]->text, node->items[index]->text) == 0)
			return node->items[i];
	}
	return NULL;
}

static void read_entry(struct reader *r, const struct yaml_node *node, uint32_t index,
		       const struct field *table)
{
	const struct yaml_node *key = node->items[index], *before;
	const struct field *field;

	if (key->kind != YAML_SCALAR) {
		field_error(r, key, "a key must be a single word, not %s", yaml_kind_name(key));
		return;
	}
	field = find_field(table, key->text);
	if (!field) {
		unknown_key(r, key, table);
		return;
	}
	before = earlier_key(node, index);
	if (before) {
		field_error(r, key,
			    "key '%s' stands here a second time, first in line %u; remove one",
			    key->text, before->pos.line);
		return;
	}
	r->key = field->key;
	field->read(r, node->items[index + 1]);
	r->key = NULL;
}

static bool has_key(const struct yaml_node *node, const char *key)
{
	uint32_t i;

	for (i = 0; i < node->count; i += 2) {
		if (node->items[i]->kind == YAML_SCALAR && strcmp(node->items[i]->text, key) == 0)
			return true;
	}
	return false;
}

void field_read(struct diag *diag, const struct yaml_node *node, const char *where,
		const struct field *table, void *target)
{
	struct reader r = {.diag = diag, .target = target, .where = where};
	uint32_t i;

	if (node->kind != YAML_MAPPING) {
		field_error(&r, node, "expected a mapping (lines of 'key: value'), found %s",
			    yaml_kind_name(node));
		return;
	}
	for (i = 0; i + 1 < node->count; i += 2)
		read_entry(&r, node, i, table);
	for (; table->key; table++) {
		if (table->required && !has_key(node, table->key))
			field_error(&r, node, "key '%s' is missing; add '%s: ...'", table->key,
				    table->key);
	}
}

/* A scalar that says something, or a null pointer after an error. */
static const char *scalar_text(struct reader *r, const struct yaml_node *node, const char *what)
{
	if (node->kind == YAML_SCALAR && !yaml_is_null(node))
		return node->text;
	field_error(r, node, "expected %s, found %s", what, yaml_kind_name(node));
	return NULL;
}

/* The same for numbers, which must not be quoted: YAML says that "1" is text. */
static const char *plain_text(struct reader *r, const struct yaml_node *node, const char *what)
{
	const char *text = scalar_text(r, node, what);

	if (!text || node->plain)
		return text;
	field_error(r, node, "expected %s, found a quoted text; remove the quotes", what);
	return NULL;
}

bool field_number(struct reader *r, const struct yaml_node *node, uint64_t min, uint64_t max,
		  uint64_t *out)
{
	const char *text = plain_text(r, node, "a whole number");
	uint64_t n;

	if (!text)
		return false;
	if (!scalar_number(text, &n)) {
		field_error(r, node, "'%.*s' is not a whole number; write for example 2 or 0x2",
			    QUOTE_MAX, text);
		return false;
	}
	if (n < min || n > max) {
		field_error(r, node,
			    "%" PRIu64 " is out of range; give a number from %" PRIu64
			    " to %" PRIu64,
			    n, min, max);
		return false;
	}
	*out = n;
	return true;
}

/* A number of bytes in whole pages. @low, @high: the limits for messages. */
static bool read_bytes(struct reader *r, const struct yaml_node *node, uint64_t min, uint64_t max,
		       const char *low, const char *high, uint64_t *out)
{
	const char *text = plain_text(r, node, "a size such as 16M");
	uint64_t n;

	if (!text)
		return false;
	if (!scalar_size(text, &n)) {
		field_error(r, node,
			    "'%.*s' is not a size; write bytes or a number with K, M or G, for "
			    "example 16M or 0x1000000",
			    QUOTE_MAX, text);
		return false;
	}
	if (n < min || n > max) {
		field_error(r, node, "%s is out of range; give a value from %s to %s", text, low,
			    high);
		return false;
	}
	if (n % PAGE) {
		field_error(r, node, "%s is not a multiple of 4 KiB; the next one is 0x%" PRIx64,
			    text, n + PAGE - n % PAGE);
		return false;
	}
	*out = n;
	return true;
}

bool field_size(struct reader *r, const struct yaml_node *node, uint64_t min, uint64_t max,
		uint64_t *out)
{
	char low[SCALAR_SIZE_TEXT], high[SCALAR_SIZE_TEXT];

	return read_bytes(r, node, min, max, scalar_size_text(min, low),
			  scalar_size_text(max, high), out);
}

bool field_address(struct reader *r, const struct yaml_node *node, uint64_t min, uint64_t max,
		   uint64_t *out)
{
	char low[SCALAR_SIZE_TEXT], high[SCALAR_SIZE_TEXT];

	snprintf(low, sizeof(low), "0x%" PRIx64, min);
	snprintf(high, sizeof(high), "0x%" PRIx64, max);
	return read_bytes(r, node, min, max, low, high, out);
}

bool field_choice(struct reader *r, const struct yaml_node *node, const struct choice *list,
		  uint32_t *out)
{
	char words[CHOICE_LIST], what[CHOICE_LIST + 16];
	const char *text;

	snprintf(what, sizeof(what), "one of: %s", choice_list(list, words));
	text = scalar_text(r, node, what);
	if (!text)
		return false;
	if (choice_find(list, text, out))
		return true;
	field_error(r, node, "'%.*s' is not known; write one of: %s", QUOTE_MAX, text, words);
	return false;
}

bool field_text(struct reader *r, const struct yaml_node *node, const char *what, size_t max,
		const char **out)
{
	const char *text = scalar_text(r, node, what);
	size_t i;

	if (!text)
		return false;
	for (i = 0; text[i]; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\n') {
			field_error(r, node,
				    "the text has a line break; write it on one line, or "
				    "with '>-'");
			return false;
		}
		if (c < 0x20 || c > 0x7e) {
			field_error(r, node,
				    "the text has the byte 0x%02x; only printable ASCII "
				    "is possible here",
				    c);
			return false;
		}
	}
	if (i > max) {
		field_error(r, node, "the text has %zu characters; at most %zu are possible", i,
			    max);
		return false;
	}
	*out = text;
	return true;
}

bool field_is_list(struct reader *r, const struct yaml_node *node, const char *what)
{
	if (node->kind == YAML_LIST)
		return true;
	field_error(r, node, "expected %s, found %s", what, yaml_kind_name(node));
	return false;
}

void field_items(struct reader *r, const struct yaml_node *node, uint32_t max, const char *list,
		 const char *what, void (*read)(struct reader *, const struct yaml_node *))
{
	uint32_t i;

	if (!field_is_list(r, node, list))
		return;
	if (node->count > max) {
		field_error(r, node->items[max], "there are %u %s; at most %u are possible",
			    node->count, what, max);
		return;
	}
	for (i = 0; i < node->count; i++)
		read(r, node->items[i]);
}
