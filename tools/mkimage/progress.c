// SPDX-License-Identifier: BSD-2-Clause
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

static struct {
	const char *what; /* a null pointer: no line is shown */
	uint64_t total;
	uint64_t done;
	unsigned int percent; /* that is shown */
} line;

void progress_start(const char *what, uint64_t total)
{
	if (total < PROGRESS_MIN || !isatty(STDERR_FILENO))
		return;
	line.what = what;
	line.total = total;
	line.done = 0;
	line.percent = 101;
	progress_add(0);
}

void progress_add(uint64_t size)
{
	unsigned int percent;

	if (!line.what)
		return;
	line.done += size;
	percent = (unsigned int)(line.done * 100 / line.total);
	if (percent > 100)
		percent = 100;
	if (percent == line.percent)
		return;
	line.percent = percent;
	fprintf(stderr, "\r%s: %u%%", line.what, percent);
	fflush(stderr);
}

void progress_end(void)
{
	if (line.what)
		fputs("\r\033[K", stderr);
	line.what = NULL;
}
