/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of every start that does not work: say why, then do what `on_failure` says. And Linux
 * without partitions, which is one of the things that this can be.
 */
#ifndef STUB_FALLBACK_H
#define STUB_FALLBACK_H

#include "sections.h"

/**
 * fallback_plan - what fail() shall work with; until then it returns to the firmware.
 * @sections: stays in use. Without a sound policy the packed Linux is tried.
 */
void fallback_plan(const struct sections *sections);

/** fallback_linux - start the packed kernel with the whole machine; to the firmware if it fails. */
void fallback_linux(void) __attribute__((noreturn));

/**
 * fail - print "bulkhead: cannot start: " and the sentence, give everything back, follow the
 * policy. Only before ExitBootServices().
 */
void fail(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
