/* SPDX-License-Identifier: BSD-2-Clause */
/* Frequency of the time stamp counter. */
#ifndef STUB_TSC_H
#define STUB_TSC_H

#include "core/types.h"

/** tsc_measure - kHz of the TSC. Takes about 60 ms; fail() if the firmware's clock stands still. */
u32 tsc_measure(void);

#endif
