/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vouching for the packed kernel under Secure Boot. It lies inside this image, whose signature the
 * firmware has checked; its own signature, if it has one, need not be known to this firmware.
 */
#ifndef STUB_VOUCH_H
#define STUB_VOUCH_H

#include "core/types.h"

/** vouch_for - let LoadImage() accept exactly these bytes at this address, until vouch_end(). */
void vouch_for(const void *image, u64 size);

/** vouch_end - give the firmware's own checks back. */
void vouch_end(void);

#endif
