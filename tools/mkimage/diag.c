// SPDX-License-Identifier: BSD-2-Clause
#include "diag.h"

#include "mem.h"
#include "term.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 1024  /* messages quote input; longer ones are cut */
#define C1_LEAD  0xc2u /* U+0080 to U+009f, terminals' other control characters, in UTF-8 */

void diag_init(struct diag *d, const char *file)
{
	memset(d, 0, sizeof(*d));
	d->file = file;
}

static void note(struct diag *d, struct pos pos, bool warning, const char *fmt, va_list ap)
{
	char text[TEXT_MAX];

	vsnprintf(text, sizeof(text), fmt, ap);
	d->errors[d->count].pos = pos;
	d->errors[d->count].warning = warning;
	d->errors[d->count].text = mem_text(text, strlen(text));
	d->count++;
	d->warnings += warning;
}

void diag_error(struct diag *d, struct pos pos, const char *fmt, ...)
{
	va_list ap;

	if (d->count == DIAG_MAX) {
		d->dropped++;
		return;
	}
	va_start(ap, fmt);
	note(d, pos, false, fmt, ap);
	va_end(ap);
}

void diag_warning(struct diag *d, struct pos pos, const char *fmt, ...)
{
	va_list ap;

	/* The last places are kept for errors, which must not get lost. */
	if (d->count >= DIAG_MAX / 2)
		return;
	va_start(ap, fmt);
	note(d, pos, true, fmt, ap);
	va_end(ap);
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

/* Messages repeat words of the file, which must not steer the terminal. */
static void print_text(const char *text, FILE *out)
{
	const uint8_t *p;

	for (p = (const uint8_t *)text; *p; p++) {
		if (*p < 0x20 || *p == 0x7f)
			fprintf(out, "\\x%02x", *p);
		else if (*p == C1_LEAD && p[1] >= 0x80 && p[1] < 0xa0)
			fprintf(out, "\\u00%02x", *++p);
		else
			fputc(*p, out);
	}
}

void diag_print(struct diag *d, FILE *out)
{
	uint32_t i;

	sort_errors(d);
	for (i = 0; i < d->count; i++) {
		const struct diag_error *e = &d->errors[i];

		fputs(d->file, out);
		if (e->pos.line)
			fprintf(out, ":%u:%u", e->pos.line, e->pos.column);
		fprintf(out, ": %s: ", term_word(out, e->warning ? "warning" : "error"));
		print_text(e->text, out);
		fputc('\n', out);
	}
	if (d->dropped)
		fprintf(out, "%s: %s: %u more errors are not shown\n", d->file,
			term_word(out, "error"), d->dropped);
}

void diag_free(struct diag *d)
{
	while (d->count)
		free(d->errors[--d->count].text);
}
