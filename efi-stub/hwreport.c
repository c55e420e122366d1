// SPDX-License-Identifier: BSD-2-Clause
#include "hwreport.h"

#include "core/format.h"

void hw_line(struct hw_report *r, enum hw_result result, const char *what, const char *fmt, ...)
{
	static struct why reason;
	va_list ap;

	va_start(ap, fmt);
	vformat(reason.text, sizeof(reason.text), fmt, ap);
	va_end(ap);
	r->count[result]++;
	r->line(r->ctx, result, what, reason.text);
}
