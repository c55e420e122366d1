/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that cannot fail: a tool that runs out of it has nothing better to do than to say so. */
#ifndef MKIMAGE_MEM_H
#define MKIMAGE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A run of bytes, on the heap or mapped from a file, owned by whoever holds the struct. */
struct blob {
	uint8_t *data;
	uint64_t size;
	bool mapped; /* by file_map(): read only */
};

/* mem_alloc - @size zeroed bytes (at least one). Ends the program if there are none. */
void *mem_alloc(size_t size);

/* mem_grow - realloc() to @count objects of @each bytes. Ends the program on overflow. */
void *mem_grow(void *old, size_t count, size_t each);

/* mem_text - a NUL-terminated copy of @size bytes. */
char *mem_text(const char *text, size_t size);

/* blob_free - release the bytes; the blob is empty afterwards. */
void blob_free(struct blob *blob);

#endif
