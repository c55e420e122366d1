// SPDX-License-Identifier: BSD-2-Clause
#include "gpt.h"

#include "crc32.h"
#include "le.h"

#include <string.h>

#define ENTRIES     128u
#define ENTRY_SIZE  128u
#define HEADER_SIZE 92u
#define ARRAY_BYTES (ENTRIES * ENTRY_SIZE)

/* EFI_PART_TYPE_EFI_SYSTEM_PART_GUID, c12a7328-f81f-11d2-ba4b-00a0c93ec93b */
static const uint8_t esp_type[16] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
				     0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b};

static void put_le64(uint8_t *p, uint64_t v)
{
	put_le32(p, (uint32_t)v);
	put_le32(p + 4, (uint32_t)(v >> 32));
}

/* A GUID of version 8, "vendor-specific" (RFC 9562, 5.8), made of the seed. */
static void put_guid(uint8_t *guid, uint32_t seed, uint32_t which)
{
	uint32_t words[2] = {seed, which}, i;

	for (i = 0; i < 4; i++)
		put_le32(guid + 4 * i, crc32(seed ^ i * 0x9e3779b9u, words, sizeof(words)));
	guid[7] = (uint8_t)((guid[7] & 0x0f) | 0x80);
	guid[8] = (uint8_t)((guid[8] & 0x3f) | 0x80);
}

static void fill_entry(uint8_t *e, uint64_t esp_sectors, uint32_t seed)
{
	static const char name[] = "EFI system partition";
	uint32_t i;

	memcpy(e, esp_type, sizeof(esp_type));
	put_guid(e + 16, seed, 1);
	put_le64(e + 32, GPT_FIRST);
	put_le64(e + 40, GPT_FIRST + esp_sectors - 1);
	for (i = 0; name[i]; i++)
		put_le16(e + 56 + 2 * i, (uint8_t)name[i]);
}

static void fill_header(uint8_t *h, uint64_t own, uint64_t other, uint64_t array, uint64_t sectors,
			uint32_t seed, uint32_t array_crc)
{
	memcpy(h, "EFI PART", 8);
	put_le32(h + 8, 0x00010000); /* revision */
	put_le32(h + 12, HEADER_SIZE);
	put_le64(h + 24, own);
	put_le64(h + 32, other);
	put_le64(h + 40, GPT_HEAD_SIZE / GPT_SECTOR);
	put_le64(h + 48, sectors - GPT_TAIL_SIZE / GPT_SECTOR - 1);
	put_guid(h + 56, seed, 0);
	put_le64(h + 72, array);
	put_le32(h + 80, ENTRIES);
	put_le32(h + 84, ENTRY_SIZE);
	put_le32(h + 88, array_crc);
	put_le32(h + 16, crc32(0, h, HEADER_SIZE));
}

/* "Protective MBR": one partition over everything, so that old tools see a full disk. */
static void fill_mbr(uint8_t *mbr, uint64_t sectors)
{
	uint8_t *p = mbr + 446;

	p[2] = 0x02; /* CHS of sector 1 */
	p[4] = 0xee;
	memset(p + 5, 0xff, 3);
	put_le32(p + 8, 1);
	put_le32(p + 12, sectors - 1 > UINT32_MAX ? UINT32_MAX : (uint32_t)(sectors - 1));
	put_le16(mbr + 510, 0xaa55);
}

void gpt_fill(uint64_t sectors, uint64_t esp_sectors, uint32_t seed, uint8_t *head, uint8_t *tail)
{
	uint8_t *array = head + 2 * GPT_SECTOR;
	uint32_t crc;

	fill_mbr(head, sectors);
	fill_entry(array, esp_sectors, seed);
	crc = crc32(0, array, ARRAY_BYTES);
	memcpy(tail, array, ARRAY_BYTES);
	fill_header(head + GPT_SECTOR, 1, sectors - 1, 2, sectors, seed, crc);
	fill_header(tail + ARRAY_BYTES, sectors - 1, 1, sectors - GPT_TAIL_SIZE / GPT_SECTOR,
		    sectors, seed, crc);
}
