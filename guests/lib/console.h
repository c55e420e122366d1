/* SPDX-License-Identifier: BSD-2-Clause */
/* The cell's console: a small formatter in front of the console ring of bulkhead/cell.h. */
#ifndef GUEST_CONSOLE_H
#define GUEST_CONSOLE_H

#include "types.h"

/** console_init - remember where the ring is. Call once, before anything prints. */
void console_init(u64 console_gpa);

/**
 * print - write formatted text, at most 255 bytes a call; "\n" ends a line. A text that finds no
 * room in the ring is dropped as a whole, so that the lines around it stay readable.
 * Conversions: %s %c %d %u %x %%, with l for 64 bits, a width and the flag 0.
 * Context: any CPU, any interrupt state, exception handlers included.
 */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** console_life_sign - change the watchdog word. */
void console_life_sign(void);

/** console_taken - has Bulkhead taken all text so far? Asked by guests that must not drop any. */
bool console_taken(void);

#endif
