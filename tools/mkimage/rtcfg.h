/* SPDX-License-Identifier: BSD-2-Clause */
/* The sections ".rtcfg" and ".rtcells" of bulkhead/image.h. */
#ifndef MKIMAGE_RTCFG_H
#define MKIMAGE_RTCFG_H

#include "sysfile.h"
#include "payloads.h"

#include <bulkhead/image.h>

#define RTCELLS_ALIGN 4096u /* every cell image begins at a multiple of this in .rtcells */

/* rtcells_pack - all cell images in one; empty if there are no cells. */
void rtcells_pack(const struct sysfile *sysfile, const struct payloads *payloads, struct blob *out);

/* rtcfg_pack - the policy. @rtcells: what rtcells_pack() made of the same arguments. */
void rtcfg_pack(const struct sysfile *sysfile, const struct payloads *payloads,
		const struct blob *rtcells, struct blob *out);

#endif
