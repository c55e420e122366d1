/* SPDX-License-Identifier: BSD-2-Clause */
/* IEEE CRC-32 (reflected polynomial 0xedb88320), as the fields of image.h use it. Pure. */
#ifndef STUB_CRC32_H
#define STUB_CRC32_H

#include "core/types.h"

/** crc32 - continue the checksum @crc (0 at first) over @size bytes. */
u32 crc32(u32 crc, const void *data, u64 size);

#endif
