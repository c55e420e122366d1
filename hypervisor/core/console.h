/* SPDX-License-Identifier: BSD-2-Clause */
/* The hypervisor's console: its own lines, and the lines of the cells' console rings. */
#ifndef CORE_CONSOLE_H
#define CORE_CONSOLE_H

#include <stdarg.h>

#include "core/types.h"

/** console_init - @port: I/O port of the UART, 0 for no console at all. */
void console_init(u16 port);

/** say - print one line, "bulkhead: " in front of it. Any CPU; waits for the UART. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void vsay(const char *fmt, va_list ap);

/** console_drain - print the whole lines that wait in the cells' rings. Root CPUs only. */
void console_drain(void);

/** bug - a broken invariant of our own: print where, stop this CPU for good. */
void bug(const char *what, u64 value) __attribute__((noreturn));

#endif
