// SPDX-License-Identifier: BSD-2-Clause
#include "yaml.h"

#include "mem.h"

#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

struct builder {
	struct yaml_doc *doc;
	struct diag *diag;
	uint32_t depth;
	struct yaml_node *stack[YAML_MAX_DEPTH]; /* open lists and mappings */
	struct pos last;                         /* place of the latest event that had one */
	uint32_t documents;
	uint32_t places; /* nodes and aliases so far */
};

/* Bytes of the UTF-8 sequence at @p (RFC 3629, section 3), or 0 if it is none. */
static size_t utf8_length(const unsigned char *p, size_t size)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; /* by length */
	size_t length = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : 4;
	uint32_t c = length == 1 ? p[0] : p[0] & 0x7fu >> length;
	size_t i;

	if (length > size || (length == 4 && p[0] >> 3 != 30))
		return 0;
	for (i = 1; i < length; i++) {
		if (p[i] >> 6 != 2)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < least[length] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return length;
}

/*
 * Refuse what no editor writes before libfyaml sees it, which lets some of it pass as empty text:
 * control characters (YAML 1.2.2, 5.1 "Character Set") and, with them, NULs and UTF-16, and what
 * is not UTF-8.
 */
static bool check_characters(const char *text, size_t size, struct diag *diag)
{
	struct pos pos = {1, 1};
	size_t i, length;

	for (i = 0; i < size; i += length) {
		const unsigned char *p = (const unsigned char *)text + i;

		length = utf8_length(p, size - i);
		if (length == 0 || *p == 0x7f ||
		    (*p < 0x20 && *p != '\t' && *p != '\n' && *p != '\r')) {
			diag_error(diag, pos,
				   "byte 0x%02x is not text; save the file as plain UTF-8", *p);
			return false;
		}
		pos.column++;
		if (*p == '\n')
			pos = (struct pos){pos.line + 1, 1};
	}
	return true;
}

static struct pos event_pos(struct builder *b, struct fy_event *event)
{
	const struct fy_mark *mark = fy_event_start_mark(event);

	if (mark && mark->line >= 0 && mark->column >= 0)
		b->last = (struct pos){(uint32_t)mark->line + 1, (uint32_t)mark->column + 1};
	return b->last;
}

static struct yaml_node *new_node(struct builder *b, enum yaml_kind kind, struct pos pos)
{
	struct yaml_doc *doc = b->doc;
	struct yaml_node *node = mem_alloc(sizeof(*node));

	node->kind = kind;
	node->pos = pos;
	doc->nodes = mem_grow(doc->nodes, doc->node_count + 1, sizeof(struct yaml_node *));
	doc->nodes[doc->node_count++] = node;
	return node;
}

/*
 * Hang a finished or just opened node into the innermost open collection. Aliases are no new nodes
 * but do take a place, so places are what is counted.
 */
static bool attach(struct builder *b, struct yaml_node *node)
{
	struct yaml_node *parent;

	if (++b->places > YAML_MAX_NODES) {
		diag_error(b->diag, b->last,
			   "the file has more than %u values; no system needs that many",
			   YAML_MAX_NODES);
		return false;
	}
	if (b->depth == 0) {
		b->doc->root = node;
		return true;
	}
	parent = b->stack[b->depth - 1];
	if (parent->count == parent->room) {
		parent->room = parent->room ? 2 * parent->room : 8;
		parent->items = mem_grow(parent->items, parent->room, sizeof(struct yaml_node *));
	}
	parent->items[parent->count++] = node;
	return true;
}

static struct yaml_node *find_anchor(const struct yaml_doc *doc, const char *name)
{
	uint32_t i;

	for (i = 0; i < doc->node_count; i++) {
		if (doc->nodes[i]->anchor && strcmp(doc->nodes[i]->anchor, name) == 0)
			return doc->nodes[i];
	}
	return NULL;
}

static char *token_text(struct fy_token *token)
{
	const char *text;
	size_t size = 0;

	text = token ? fy_token_get_text(token, &size) : NULL;
	return mem_text(text, text ? size : 0);
}

static bool set_anchor(struct builder *b, struct yaml_node *node, struct fy_token *anchor)
{
	char *name;

	if (!anchor)
		return true;
	name = token_text(anchor);
	if (find_anchor(b->doc, name)) {
		diag_error(b->diag, node->pos,
			   "anchor '&%.64s' is defined twice; choose another name", name);
		free(name);
		return false;
	}
	node->anchor = name;
	return true;
}

static bool refuse_tag(struct builder *b, struct pos pos, struct fy_token *tag)
{
	if (!tag)
		return true;
	diag_error(b->diag, pos, "tags such as '!!str' have no meaning here; remove the tag");
	return false;
}

/*
 * A value that was left out has no place of its own, and releases of libfyaml make up different
 * ones: say where its key is or, in a list, what stands before it.
 */
static struct pos scalar_pos(struct builder *b, struct fy_event *event)
{
	const struct yaml_node *parent = b->depth ? b->stack[b->depth - 1] : NULL;
	struct fy_token *value = event->scalar.value;

	if (value &&
	    (fy_token_scalar_style(value) != FYSS_PLAIN || fy_token_get_text_length(value) != 0))
		return event_pos(b, event);
	if (parent && parent->kind == YAML_MAPPING && parent->count % 2)
		return parent->items[parent->count - 1]->pos;
	return b->last;
}

static bool add_scalar(struct builder *b, struct fy_event *event)
{
	struct pos pos = scalar_pos(b, event);
	enum fy_scalar_style style;
	struct yaml_node *node;
	char *text;

	if (!refuse_tag(b, pos, event->scalar.tag))
		return false;
	node = new_node(b, YAML_SCALAR, pos);
	text = token_text(event->scalar.value);
	node->text = text;
	style = event->scalar.value ? fy_token_scalar_style(event->scalar.value) : FYSS_PLAIN;
	node->plain = style == FYSS_PLAIN;
	/* libfyaml's mark is behind the quote; people count from the quote itself. */
	if ((style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) && pos.column > 1)
		node->pos.column--;
	/* An escape such as "\0" in quotes could hide text behind a NUL. */
	if (event->scalar.value && strlen(text) != fy_token_get_text_length(event->scalar.value)) {
		diag_error(b->diag, node->pos, "the text contains a NUL character; remove it");
		return false;
	}
	return set_anchor(b, node, event->scalar.anchor) && attach(b, node);
}

static bool open_collection(struct builder *b, struct fy_event *event, enum yaml_kind kind,
			    struct fy_token *anchor, struct fy_token *tag)
{
	struct pos pos = event_pos(b, event);
	struct yaml_node *node;

	if (b->depth == YAML_MAX_DEPTH) {
		diag_error(b->diag, pos, "lists and mappings are nested more than %u deep",
			   YAML_MAX_DEPTH);
		return false;
	}
	if (!refuse_tag(b, pos, tag))
		return false;
	node = new_node(b, kind, pos);
	if (!set_anchor(b, node, anchor) || !attach(b, node))
		return false;
	node->open = true;
	b->stack[b->depth++] = node;
	return true;
}

static bool close_collection(struct builder *b)
{
	if (b->depth)
		b->stack[--b->depth]->open = false;
	return true;
}

static bool add_alias(struct builder *b, struct fy_event *event)
{
	struct pos pos = event_pos(b, event);
	char *name = token_text(event->alias.anchor);
	struct yaml_node *node = find_anchor(b->doc, name);
	bool ok = node && !node->open;

	if (!node)
		diag_error(b->diag, pos,
			   "alias '*%.64s' has no anchor before it; write '&%.64s' "
			   "at the value it shall repeat",
			   name, name);
	else if (node->open)
		diag_error(b->diag, pos, "alias '*%.64s' stands inside the value that it repeats",
			   name);
	free(name);
	return ok && attach(b, node);
}

static bool start_document(struct builder *b, struct fy_event *event)
{
	struct pos pos = event_pos(b, event);

	if (b->documents++ == 0)
		return true;
	diag_error(b->diag, pos, "a second document starts here; a system file holds one");
	return false;
}

static bool take_event(struct builder *b, struct fy_event *event)
{
	switch (event->type) {
	case FYET_DOCUMENT_START:
		return start_document(b, event);
	case FYET_SCALAR:
		return add_scalar(b, event);
	case FYET_SEQUENCE_START:
		return open_collection(b, event, YAML_LIST, event->sequence_start.anchor,
				       event->sequence_start.tag);
	case FYET_MAPPING_START:
		return open_collection(b, event, YAML_MAPPING, event->mapping_start.anchor,
				       event->mapping_start.tag);
	case FYET_SEQUENCE_END:
	case FYET_MAPPING_END:
		return close_collection(b);
	case FYET_ALIAS:
		return add_alias(b, event);
	default:
		return true;
	}
}

/* The first complaint is the cause; what libfyaml says after it is a consequence. */
static void report_syntax(struct builder *b, struct fy_diag *fy)
{
	struct pos pos = b->last;
	struct fy_diag_error *e;
	void *iter = NULL;

	e = fy_diag_errors_iterate(fy, &iter);
	/* Unlike the marks of events, these count from 1. */
	if (e && e->line > 0 && e->column > 0)
		pos = (struct pos){(uint32_t)e->line, (uint32_t)e->column};
	diag_error(b->diag, pos, "this is not valid YAML: %.200s",
		   e && e->msg ? e->msg : "unknown error");
}

static bool run_parser(struct builder *b, struct fy_parser *parser, struct fy_diag *fy)
{
	struct fy_event *event;
	bool ok = true, end = false;

	while (ok && !end) {
		event = fy_parser_parse(parser);
		if (!event)
			break;
		end = event->type == FYET_STREAM_END;
		ok = take_event(b, event);
		fy_parser_event_free(parser, event);
	}
	if (ok && (!end || fy_parser_get_stream_error(parser))) {
		report_syntax(b, fy);
		ok = false;
	}
	return ok;
}

static bool parse_text(struct builder *b, const char *text, size_t size)
{
	struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG};
	struct fy_parser *parser = NULL;
	struct fy_diag_cfg diag_cfg;
	struct fy_diag *fy;
	bool ok = false;

	fy_diag_cfg_default(&diag_cfg);
	diag_cfg.fp = NULL;
	fy = fy_diag_create(&diag_cfg);
	if (fy) {
		fy_diag_set_collect_errors(fy, true);
		cfg.diag = fy;
		parser = fy_parser_create(&cfg);
	}
	if (parser && fy_parser_set_string(parser, text, size) == 0)
		ok = run_parser(b, parser, fy);
	else
		diag_error(b->diag, (struct pos){0, 0},
			   "the YAML library cannot start; there is too little memory");
	if (parser)
		fy_parser_destroy(parser);
	if (fy)
		fy_diag_destroy(fy);
	return ok;
}

bool yaml_parse(struct yaml_doc *doc, const char *text, size_t size, struct diag *diag)
{
	struct builder b = {
		.doc = doc, .diag = diag, .last = {1, 1}
        };

	memset(doc, 0, sizeof(*doc));
	if (size > YAML_MAX_SIZE) {
		diag_error(diag, (struct pos){0, 0},
			   "the file is larger than %u bytes; no system needs that much",
			   YAML_MAX_SIZE);
		return false;
	}
	if (size == 0)
		return true;
	return check_characters(text, size, diag) && parse_text(&b, text, size);
}

void yaml_free(struct yaml_doc *doc)
{
	while (doc->node_count) {
		struct yaml_node *node = doc->nodes[--doc->node_count];

		free(node->text);
		free(node->anchor);
		free(node->items);
		free(node);
	}
	free(doc->nodes);
	memset(doc, 0, sizeof(*doc));
}

bool yaml_is_null(const struct yaml_node *node)
{
	static const char *const null[] = {"", "~", "null", "Null", "NULL"};
	size_t i;

	if (node->kind != YAML_SCALAR || !node->plain)
		return false;
	for (i = 0; i < sizeof(null) / sizeof(null[0]); i++) {
		if (strcmp(node->text, null[i]) == 0)
			return true;
	}
	return false;
}

const char *yaml_kind_name(const struct yaml_node *node)
{
	switch (node->kind) {
	case YAML_LIST:
		return "a list";
	case YAML_MAPPING:
		return "a mapping";
	default:
		return yaml_is_null(node) ? "nothing" : "a single value";
	}
}
