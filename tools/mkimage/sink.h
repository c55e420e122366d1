/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where output goes, in order and piece by piece, so that a payload of any size passes through
 * without being held in memory.
 */
#ifndef MKIMAGE_SINK_H
#define MKIMAGE_SINK_H

#include "mem.h"

#include <stdbool.h>
#include <stdint.h>

#define SINK_CHUNK (1024u * 1024u) /* bytes that are touched at a time */

struct sink {
	/* Take the next @size bytes. False: it is full or broken; whoever owns it knows why. */
	bool (*put)(struct sink *sink, const void *data, uint64_t size);
};

/* Bytes that belong to somebody else. */
struct piece {
	const void *data;
	uint64_t size;
	bool mapped; /* lies in a file_map(): its pages can be given back after use */
};

/* piece_of - a whole blob as a piece. */
struct piece piece_of(const struct blob *blob);

/* piece_part - @size bytes at @offset of @piece, which must have them. */
struct piece piece_part(const struct piece *piece, uint64_t offset, uint64_t size);

/* piece_crc32 - continue the checksum @crc over a piece. */
uint32_t piece_crc32(uint32_t crc, const struct piece *piece);

bool sink_put(struct sink *sink, const void *data, uint64_t size);
bool sink_zeros(struct sink *sink, uint64_t size);

/* sink_piece - put a piece, in chunks; memory that it is mapped to is given back. */
bool sink_piece(struct sink *sink, const struct piece *piece);

#endif
