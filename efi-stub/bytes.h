/* SPDX-License-Identifier: BSD-2-Clause */
/* Little-endian fields of firmware tables, which need not be aligned. */
#ifndef STUB_BYTES_H
#define STUB_BYTES_H

#include "core/types.h"

static inline u16 get16(const u8 *p)
{
	return (u16)(p[0] | p[1] << 8);
}

static inline u32 get32(const u8 *p)
{
	return (u32)p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
}

static inline u64 get64(const u8 *p)
{
	return get32(p) | (u64)get32(p + 4) << 32;
}

#endif
