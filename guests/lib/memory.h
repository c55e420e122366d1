/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory functions that GCC may call by itself. */
#ifndef GUEST_MEMORY_H
#define GUEST_MEMORY_H

#include "types.h"

void *memcpy(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);

#endif
