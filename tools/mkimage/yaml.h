/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A YAML text as a tree of nodes that know their place. libfyaml splits the text into events; the
 * tree is ours, because hostile input must meet limits before it costs memory or stack:
 * size, depth and nodes are bounded, an alias is a second pointer to a finished node (never a
 * copy, never a cycle), and tags and second documents are refused.
 */
#ifndef MKIMAGE_YAML_H
#define MKIMAGE_YAML_H

#include "diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define YAML_MAX_SIZE  (256u * 1024u) /* bytes; libfyaml may take 350 times as much memory */
#define YAML_MAX_DEPTH 16u
#define YAML_MAX_NODES 8192u

enum yaml_kind {
	YAML_SCALAR,
	YAML_LIST,
	YAML_MAPPING
};

struct yaml_node {
	enum yaml_kind kind;
	struct pos pos;
	bool open;      /* still being built: an alias to it would be a cycle */
	bool plain;     /* scalar without quotes: may be a number or null */
	char *text;     /* scalar: NUL-terminated, without inner NULs */
	char *anchor;   /* name, or a null pointer */
	uint32_t count; /* list: items; mapping: keys plus values */
	uint32_t room;
	struct yaml_node **items; /* mapping: key, value, key, value ... */
};

struct yaml_doc {
	struct yaml_node *root;   /* null pointer if the text is empty */
	struct yaml_node **nodes; /* all of them, for yaml_free() */
	uint32_t node_count;
};

/**
 * yaml_parse - turn @size bytes at @text into a tree.
 * Return: true, or false after at least one diag_error(). Call yaml_free() in both cases.
 */
bool yaml_parse(struct yaml_doc *doc, const char *text, size_t size, struct diag *diag);

void yaml_free(struct yaml_doc *doc);

/* yaml_is_null - true for a value that was left out, "~" and "null" (YAML 1.2 core schema). */
bool yaml_is_null(const struct yaml_node *node);

/* yaml_kind_name - what a node is, with article: "a list". */
const char *yaml_kind_name(const struct yaml_node *node);

#endif
