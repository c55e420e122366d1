/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A token bucket: how much of a shared resource one cell may take. What a cell prints costs time on
 * a root CPU, so it must not be able to ask for more than a little. Pure.
 */
#ifndef CORE_RATE_H
#define CORE_RATE_H

#include "core/types.h"

struct rate {
	u64 last; /* TSC at the last refill */
	u64 tokens;
};

/**
 * rate_take - take one token.
 * @now: TSC.   @interval: TSC ticks per token, not 0.   @burst: most tokens that pile up.
 * Return: false when the bucket is empty. A fresh, zeroed bucket is full.
 */
static inline bool rate_take(struct rate *r, u64 now, u64 interval, u64 burst)
{
	/* another CPU may have refilled at a later time: no tokens for going backwards */
	u64 earned = now > r->last ? (now - r->last) / interval : 0;

	if (earned) {
		r->tokens = earned > burst - r->tokens ? burst : r->tokens + earned;
		r->last = now;
	}
	if (!r->tokens)
		return false;
	r->tokens--;
	return true;
}

#endif
