/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading mappings by table: each key has one row that says who reads its value. Unknown, repeated
 * and missing keys are found here, once for all mappings of the language.
 */
#ifndef MKIMAGE_FIELD_H
#define MKIMAGE_FIELD_H

#include "choice.h"
#include "diag.h"
#include "yaml.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where reading stands. `where` and `key` make the prefix of every message: "cells[0].cpus: ". */
struct reader {
	struct diag *diag;
	void *target;      /* the struct that the rows' readers fill */
	const char *where; /* "" at the top */
	const char *key;   /* a null pointer: the mapping itself */
};

struct field {
	const char *key; /* a null pointer ends the table */
	bool required;
	void (*read)(struct reader *r, const struct yaml_node *value);
};

/* field_error - note an error at @node, with the reader's prefix. */
void field_error(struct reader *r, const struct yaml_node *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * field_read - read @node, a mapping, by the rows of @table.
 * @where: the mapping's name in messages. @target: see struct reader.
 */
void field_read(struct diag *diag, const struct yaml_node *node, const char *where,
		const struct field *table, void *target);

/*
 * The readers below check one value, note an error if it is wrong and then leave *out alone.
 * Return: true if *out was set.
 */

/* field_number - a whole number in min..max. */
bool field_number(struct reader *r, const struct yaml_node *node, uint64_t min, uint64_t max,
		  uint64_t *out);

/* field_size - a size in min..max that is a multiple of 4 KiB; bytes. */
bool field_size(struct reader *r, const struct yaml_node *node, uint64_t min, uint64_t max,
		uint64_t *out);

/* field_address - the same for an address, which messages show in hexadecimal. */
bool field_address(struct reader *r, const struct yaml_node *node, uint64_t min, uint64_t max,
		   uint64_t *out);

/* field_choice - one of the words of @list. */
bool field_choice(struct reader *r, const struct yaml_node *node, const struct choice *list,
		  uint32_t *out);

/**
 * field_text - printable ASCII of at most @max characters, on one line.
 * *out points into the node. @what: what is wanted, for messages: "a file name".
 */
bool field_text(struct reader *r, const struct yaml_node *node, const char *what, size_t max,
		const char **out);

/* field_is_list - is @node a list? If not, note an error; @what: a list as it should look. */
bool field_is_list(struct reader *r, const struct yaml_node *node, const char *what);

/**
 * field_items - let @read have each item of a list of at most @max.
 * @list: as it should look. @what: what is in it, for messages: "devices".
 */
void field_items(struct reader *r, const struct yaml_node *node, uint32_t max, const char *list,
		 const char *what, void (*read)(struct reader *, const struct yaml_node *));

#endif
