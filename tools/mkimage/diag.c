// SPDX-License-Identifier: BSD-2-Clause
#include "diag.h"

#include "mem.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 1024 /* messages quote input; longer ones are cut */

void diag_init(struct diag *d, const char *file)
{
	memset(d, 0, sizeof(*d));
	d->file = file;
}

void diag_error(struct diag *d, struct pos pos, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	if (d->count == DIAG_MAX) {
		d->dropped++;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	d->errors[d->count].pos = pos;
	d->errors[d->count].text = mem_text(text, strlen(text));
	d->count++;
}

static bool after(const struct pos *a, const struct pos *b)
{
	if (a->line != b->line)
		return a->line > b->line;
	return a->column > b->column;
}

/* Insertion sort: stable, and the list is short. */
static void sort_errors(struct diag *d)
{
	struct diag_error e;
	uint32_t i, j;

	for (i = 1; i < d->count; i++) {
		e = d->errors[i];
		for (j = i; j > 0 && after(&d->errors[j - 1].pos, &e.pos); j--)
			d->errors[j] = d->errors[j - 1];
		d->errors[j] = e;
	}
}

void diag_print(struct diag *d, FILE *out)
{
	uint32_t i;

	sort_errors(d);
	for (i = 0; i < d->count; i++) {
		const struct diag_error *e = &d->errors[i];

		if (e->pos.line == 0)
			fprintf(out, "%s: error: %s\n", d->file, e->text);
		else
			fprintf(out, "%s:%u:%u: error: %s\n", d->file, e->pos.line, e->pos.column,
				e->text);
	}
	if (d->dropped)
		fprintf(out, "%s: error: %u more errors are not shown\n", d->file, d->dropped);
}

void diag_free(struct diag *d)
{
	while (d->count)
		free(d->errors[--d->count].text);
}
