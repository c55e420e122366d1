/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's map of the whole address space, PCI windows included. */
#ifndef STUB_GCD_H
#define STUB_GCD_H

#include "core/types.h"

/**
 * gcd_end - end of the highest range that the firmware has a use for, used or not yet. Windows of
 * PCI root bridges are in it even where no device has been given a part of them.
 * Return: 0 if the firmware has no DXE services.
 */
u64 gcd_end(void);

#endif
