// SPDX-License-Identifier: BSD-2-Clause
#include "term.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool term_is(FILE *out)
{
	const char *kind = getenv("TERM"), *none = getenv("NO_COLOR");

	if (!kind || strcmp(kind, "dumb") == 0 || (none && none[0]))
		return false;
	return fileno(out) >= 0 && isatty(fileno(out));
}

const char *term_word(FILE *out, const char *word)
{
	if (!term_is(out))
		return word;
	return strcmp(word, "error") == 0 ? "\033[1;31merror\033[0m" : "\033[1;35mwarning\033[0m";
}
