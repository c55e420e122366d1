/* SPDX-License-Identifier: BSD-2-Clause */
/* The sections ".rtcfg" and ".rtcells" of bulkhead/image.h. */
#ifndef MKIMAGE_RTCFG_H
#define MKIMAGE_RTCFG_H

#include "sysfile.h"
#include "payloads.h"
#include "sink.h"

#include <bulkhead/image.h>

#define RTCELLS_ALIGN 4096u /* every cell image begins at a multiple of this in .rtcells */

/* The content of .rtcells: the cell images themselves, with padding between. */
struct rtcells {
	struct piece pieces[2 * BH_CONFIG_MAX_CELLS];
	size_t count;
	uint64_t size; /* bytes; 0 if there are no cells */
	uint32_t crc32;
};

/* rtcells_pack - all cell images in one. The pieces are those of @payloads. */
void rtcells_pack(const struct sysfile *sysfile, const struct payloads *payloads,
		  struct rtcells *out);

/* rtcfg_pack - the policy. @rtcells: what rtcells_pack() made of the same arguments. */
void rtcfg_pack(const struct sysfile *sysfile, const struct payloads *payloads,
		const struct rtcells *rtcells, struct blob *out);

#endif
