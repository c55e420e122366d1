/* SPDX-License-Identifier: BSD-2-Clause */
/* For the files that hold the rules of the hardware check. */
#ifndef STUB_HWREPORT_H
#define STUB_HWREPORT_H

#include "hwrules.h"

/** hw_line - count and report one line. */
void hw_line(struct hw_report *r, enum hw_result result, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
