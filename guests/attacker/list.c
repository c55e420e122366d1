/* SPDX-License-Identifier: BSD-2-Clause */
/* FNV-1a (Fowler, Noll, Vo), 64 bits. */
#include "list.h"

#define FNV_BASIS 0xcbf29ce484222325ULL
#define FNV_PRIME 0x100000001b3ULL

static void add(struct attack *a, const void *bytes, u32 count)
{
	const u8 *byte = bytes;

	for (u32 i = 0; i < count; i++)
		a->list = (a->list ^ byte[i]) * FNV_PRIME;
}

void list_begin(struct attack *a)
{
	a->list = FNV_BASIS;
}

void list_code(struct attack *a)
{
	add(a, area_of(a)->code, a->length);
	add(a, &a->mode, sizeof(a->mode));
	add(a, &a->rflags, sizeof(a->rflags));
}

void list_drawn(struct attack *a)
{
	add(a, &a->random, sizeof(a->random));
}
