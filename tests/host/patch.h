/* SPDX-License-Identifier: BSD-2-Clause */
/* Damage for sound test objects, driven by a fuzzer's bytes. */
#ifndef TEST_PATCH_H
#define TEST_PATCH_H

#include <stddef.h>
#include <stdint.h>

/* Each three bytes of @patches: a 16-bit offset into @object, and the byte to put there. */
static inline void patch_bytes(uint8_t *object, size_t object_size, const uint8_t *patches,
			       size_t size)
{
	for (; size >= 3; patches += 3, size -= 3)
		object[(patches[0] | patches[1] << 8) % object_size] = patches[2];
}

#endif
