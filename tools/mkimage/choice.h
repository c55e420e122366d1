/* SPDX-License-Identifier: BSD-2-Clause */
/* Words that stand for numbers: the values of `iommu:`, `on_failure:`, `console:` and so on. */
#ifndef MKIMAGE_CHOICE_H
#define MKIMAGE_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The usual I/O ports of a PC's first two serial ports. */
#define CHOICE_COM1 0x3f8u
#define CHOICE_COM2 0x2f8u

struct choice {
	const char *word; /* a null pointer ends the list */
	uint32_t value;
};

extern const struct choice choice_iommu[];
extern const struct choice choice_on_failure[];
extern const struct choice choice_console[]; /* values are I/O ports */
extern const struct choice choice_boot[];
extern const struct choice choice_root_cpus[];
extern const struct choice choice_isolated[];
extern const struct choice choice_cell_console[];
extern const struct choice choice_access[];
extern const struct choice choice_on_fault[]; /* values are BH_CELL_x */
extern const struct choice choice_profile[];  /* enum profile_kind; the default is not among them */

/* choice_find - look up @word. Return: false if the list does not have it. */
bool choice_find(const struct choice *list, const char *word, uint32_t *value);

/* choice_word - the word of @value, or "?". */
const char *choice_word(const struct choice *list, uint32_t value);

/* choice_list - all words, "off, required". @out: at least CHOICE_LIST bytes. Return: @out. */
#define CHOICE_LIST 128
const char *choice_list(const struct choice *list, char *out);

#endif
