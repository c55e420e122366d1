/* SPDX-License-Identifier: BSD-2-Clause */
/* A sink that keeps everything in memory. */
#ifndef TEST_BLOB_SINK_H
#define TEST_BLOB_SINK_H

#include <string.h>

#include "sink.h"

struct blob_sink {
	struct sink sink;
	struct blob *blob;
	uint64_t room; /* bytes; put fails above */
};

static inline bool blob_sink_put(struct sink *sink, const void *data, uint64_t size)
{
	struct blob_sink *s = (struct blob_sink *)sink;

	if (size > s->room - s->blob->size)
		return false;
	s->blob->data = mem_grow(s->blob->data, s->blob->size + size, 1);
	memcpy(s->blob->data + s->blob->size, data, size);
	s->blob->size += size;
	return true;
}

/* @blob: empty or with what shall stay in front. */
static inline struct blob_sink make_blob_sink(struct blob *blob)
{
	return (struct blob_sink){.sink = {blob_sink_put}, .blob = blob, .room = UINT64_MAX};
}

#endif
