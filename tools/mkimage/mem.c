// SPDX-License-Identifier: BSD-2-Clause
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *must(void *p)
{
	if (p)
		return p;
	fputs("mkimage: error: out of memory\n", stderr);
	exit(1);
}

void *mem_alloc(size_t size)
{
	return must(calloc(1, size ? size : 1));
}

void *mem_grow(void *old, size_t count, size_t each)
{
	return must(reallocarray(old, count ? count : 1, each));
}

char *mem_text(const char *text, size_t size)
{
	char *copy = mem_alloc(size + 1);

	if (size)
		memcpy(copy, text, size);
	return copy;
}

void blob_free(struct blob *blob)
{
	if (blob->mapped)
		munmap(blob->data, blob->size);
	else
		free(blob->data);
	memset(blob, 0, sizeof(*blob));
}
