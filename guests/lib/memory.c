/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory.h"

/* In assembly, because GCC would turn a loop into a call of the very function. */
void *memcpy(void *dst, const void *src, size_t n)
{
	void *at = dst;

	__asm__ volatile("rep movsb" : "+D"(at), "+S"(src), "+c"(n) : : "memory");
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	void *at = dst;

	__asm__ volatile("rep stosb" : "+D"(at), "+c"(n) : "a"(c) : "memory");
	return dst;
}
