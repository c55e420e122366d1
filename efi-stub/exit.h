/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaving the firmware. */
#ifndef STUB_EXIT_H
#define STUB_EXIT_H

#include "efimap.h"

/**
 * exit_boot_services - read the final memory map into @map (whose buffer must be there) and end
 * boot services. Returns only on success; stops the machine where the firmware refuses for good,
 * because it must not be used any more then.
 * @console_port: for the reason.
 */
void exit_boot_services(struct efi_map *map, u16 console_port);

#endif
