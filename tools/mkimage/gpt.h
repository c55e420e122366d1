/* SPDX-License-Identifier: BSD-2-Clause */
/* A GPT (UEFI specification, "GUID Partition Table (GPT) Disk Layout") with one ESP. */
#ifndef MKIMAGE_GPT_H
#define MKIMAGE_GPT_H

#include <stdint.h>

#define GPT_SECTOR    512u
#define GPT_FIRST     2048u              /* sector of the partition: at 1 MiB */
#define GPT_HEAD_SIZE (34u * GPT_SECTOR) /* protective MBR, header, entries */
#define GPT_TAIL_SIZE (33u * GPT_SECTOR) /* entries, header */

/**
 * gpt_fill - make both tables of a disk of @sectors sectors with an ESP of @esp_sectors ones.
 * @seed: what the GUIDs are made of, so that two different disks have different ones.
 * @head, @tail: GPT_HEAD_SIZE and GPT_TAIL_SIZE zeroed bytes.
 */
void gpt_fill(uint64_t sectors, uint64_t esp_sectors, uint32_t seed, uint8_t *head, uint8_t *tail);

#endif
