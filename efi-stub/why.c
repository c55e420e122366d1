// SPDX-License-Identifier: BSD-2-Clause
#include "why.h"

#include "core/format.h"

bool because(struct why *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vformat(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return false;
}
