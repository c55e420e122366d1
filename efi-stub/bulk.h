/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copying and clearing of payloads, eight bytes a step: an emulator counts each step of a string
 * instruction, and these move tens of megabytes.
 */
#ifndef STUB_BULK_H
#define STUB_BULK_H

#include "core/types.h"

static inline void bulk_copy(void *to, const void *from, u64 size)
{
	u64 words = size / 8, rest = size % 8;

	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(rest) : : "memory");
}

static inline void bulk_zero(void *to, u64 size)
{
	u64 words = size / 8, rest = size % 8;

	__asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(0) : "memory");
	__asm__ volatile("rep stosb" : "+D"(to), "+c"(rest) : "a"(0) : "memory");
}

#endif
