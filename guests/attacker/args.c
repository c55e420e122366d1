/* SPDX-License-Identifier: BSD-2-Clause */
#include "args.h"

/* The text behind "@name=" at the start of a word, NULL if there is none. */
static const char *find(const char *args, const char *name)
{
	for (const char *word = args; *word; word++) {
		const char *at = word, *n = name;

		if (word != args && word[-1] != ' ')
			continue;
		while (*n && *at == *n)
			at++, n++;
		if (!*n && *at == '=')
			return at + 1;
	}
	return NULL;
}

u64 args_number(const char *args, const char *name, u64 otherwise)
{
	const char *at = find(args, name);
	u64 value = 0;

	if (!at)
		return otherwise;
	for (; *at >= '0' && *at <= '9'; at++)
		value = value * 10 + (u64)(*at - '0');
	return value;
}

bool args_is(const char *args, const char *name, const char *value)
{
	const char *at = find(args, name);

	if (!at)
		return false;
	while (*value && *at == *value)
		at++, value++;
	return !*value && (!*at || *at == ' ');
}

bool args_has(const char *args, const char *name)
{
	return find(args, name);
}
