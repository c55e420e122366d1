/* SPDX-License-Identifier: BSD-2-Clause */
/* A line on the terminal that says how far a long run is. One at a time; none without a terminal.
 */
#ifndef MKIMAGE_PROGRESS_H
#define MKIMAGE_PROGRESS_H

#include <stdint.h>

#define PROGRESS_MIN (64ull * 1024 * 1024) /* bytes; less is done before anybody can read */

/* progress_start - @total bytes are going to be handled for @what. */
void progress_start(const char *what, uint64_t total);

/* progress_add - @size bytes more are done. Does nothing before progress_start(). */
void progress_add(uint64_t size);

/* progress_end - remove the line. */
void progress_end(void);

#endif
