// SPDX-License-Identifier: BSD-2-Clause
/*
 * Eight bytes a step ("slicing-by-8"): a kernel and its initrd are tens of megabytes, and one
 * byte a step would add seconds to the start in an emulator.
 */
#include "crc32.h"

#define POLYNOMIAL 0xedb88320u

static u32 table[8][256];

static void build_table(void)
{
	for (u32 i = 0; i < 256; i++) {
		u32 crc = i;

		for (u32 bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
		table[0][i] = crc;
	}
	for (u32 i = 0; i < 256; i++)
		for (u32 k = 1; k < 8; k++)
			table[k][i] = table[k - 1][i] >> 8 ^ table[0][table[k - 1][i] & 0xff];
}

static u32 load32(const u8 *p)
{
	return (u32)p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
}

static u32 step8(u32 crc, const u8 *p)
{
	u32 lo = load32(p) ^ crc;
	u32 hi = load32(p + 4);

	return table[7][lo & 0xff] ^ table[6][lo >> 8 & 0xff] ^ table[5][lo >> 16 & 0xff] ^
	       table[4][lo >> 24] ^ table[3][hi & 0xff] ^ table[2][hi >> 8 & 0xff] ^
	       table[1][hi >> 16 & 0xff] ^ table[0][hi >> 24];
}

u32 crc32(u32 crc, const void *data, u64 size)
{
	const u8 *p = data;

	if (!table[0][1])
		build_table();
	crc = ~crc;
	for (; size >= 8; size -= 8, p += 8)
		crc = step8(crc, p);
	for (; size; size--, p++)
		crc = crc >> 8 ^ table[0][(crc ^ *p) & 0xff];
	return ~crc;
}
