/* SPDX-License-Identifier: BSD-2-Clause */
/* What only a terminal gets: colours. */
#ifndef MKIMAGE_TERM_H
#define MKIMAGE_TERM_H

#include <stdbool.h>
#include <stdio.h>

/* term_is - is @out a terminal that understands colours (and NO_COLOR is not set)? */
bool term_is(FILE *out);

/* term_word - "error" or "warning", in its colour if @out is such a terminal. */
const char *term_word(FILE *out, const char *word);

#endif
