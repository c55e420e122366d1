/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's frame buffer, for the root cell's screen_info. */
#ifndef STUB_SCREEN_H
#define STUB_SCREEN_H

#include "bootparams.h"

/** screen_read - describe the current graphics mode; all zero if there is no linear frame buffer.
 */
void screen_read(struct linux_screen *out);

#endif
