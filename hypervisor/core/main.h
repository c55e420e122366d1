/* SPDX-License-Identifier: BSD-2-Clause */
/* Entry points that entry.asm calls. */
#ifndef CORE_MAIN_H
#define CORE_MAIN_H

#include <bulkhead/boot.h>

#include "core/types.h"

extern u32 tsc_khz; /* [I] from the boot info */

/** boot_main - the boot CPU, on the stub's temporary tables and boot_stack. */
void boot_main(const struct bh_boot_info *info) __attribute__((noreturn));

/** ap_main - every other CPU, on its own tables and stack. */
void ap_main(u32 cpu);

#endif
