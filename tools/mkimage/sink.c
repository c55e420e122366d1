// SPDX-License-Identifier: BSD-2-Clause
#include "sink.h"

#include "crc32.h"
#include "progress.h"

#include <sys/mman.h>

#define PAGE 4096u

struct piece piece_of(const struct blob *blob)
{
	return (struct piece){.data = blob->data, .size = blob->size, .mapped = blob->mapped};
}

struct piece piece_part(const struct piece *piece, uint64_t offset, uint64_t size)
{
	const uint8_t *start = piece->data;

	return (struct piece){.data = start + offset, .size = size, .mapped = piece->mapped};
}

/* The first bytes of a piece; the piece is what is left. */
static struct piece take_chunk(struct piece *rest)
{
	struct piece chunk = *rest;

	if (chunk.size > SINK_CHUNK)
		chunk.size = SINK_CHUNK;
	*rest = piece_part(rest, chunk.size, rest->size - chunk.size);
	return chunk;
}

/*
 * Without this a mapped file of any size would end up in this program's memory. What else lies in
 * the first page comes back from the file when it is read again.
 */
static void forget(const struct piece *chunk)
{
	uintptr_t start = (uintptr_t)chunk->data / PAGE * PAGE;
	uintptr_t end = ((uintptr_t)chunk->data + chunk->size) / PAGE * PAGE;

	if (chunk->mapped && start < end)
		madvise((void *)start, end - start, MADV_DONTNEED);
}

uint32_t piece_crc32(uint32_t crc, const struct piece *piece)
{
	struct piece rest = *piece, chunk;

	while (rest.size) {
		chunk = take_chunk(&rest);
		crc = crc32(crc, chunk.data, chunk.size);
		forget(&chunk);
		progress_add(chunk.size);
	}
	return crc;
}

bool sink_put(struct sink *sink, const void *data, uint64_t size)
{
	return size == 0 || sink->put(sink, data, size);
}

bool sink_zeros(struct sink *sink, uint64_t size)
{
	static const uint8_t zeros[PAGE];
	uint64_t n;

	for (; size; size -= n) {
		n = size < sizeof(zeros) ? size : sizeof(zeros);
		if (!sink->put(sink, zeros, n))
			return false;
	}
	return true;
}

bool sink_piece(struct sink *sink, const struct piece *piece)
{
	struct piece rest = *piece, chunk;

	while (rest.size) {
		chunk = take_chunk(&rest);
		if (!sink->put(sink, chunk.data, chunk.size))
			return false;
		forget(&chunk);
		progress_add(chunk.size);
	}
	return true;
}
