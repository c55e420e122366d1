/* SPDX-License-Identifier: BSD-2-Clause */
/* Time: the TSC, and the local APIC's own timer, which ticks without any exit. */
#ifndef GUEST_TIMER_H
#define GUEST_TIMER_H

#include "types.h"

/** tsc_to_ns - turn TSC ticks into nanoseconds, rounded down; exact up to an hour and more. */
u64 tsc_to_ns(u64 ticks);

/** tsc_from_us - turn microseconds (below 2^32) into TSC ticks, rounded down. */
u64 tsc_from_us(u64 us);

/** delay_us - busy-wait by the TSC. */
void delay_us(u64 us);

/**
 * timer_periodic, timer_once - start this CPU's APIC timer.
 * @vector: what it raises.   @us: period, or time from now.
 * Return: false if the period is not between one and 2^32 - 1 timer counts.
 */
bool timer_periodic(u8 vector, u64 us);
bool timer_once(u8 vector, u64 us);

/** timer_stop - stop this CPU's APIC timer. */
void timer_stop(void);

#endif
