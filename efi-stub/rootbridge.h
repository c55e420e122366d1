/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory windows of the PCI root bridges, as the firmware's drivers report them. */
#ifndef STUB_ROOTBRIDGE_H
#define STUB_ROOTBRIDGE_H

#include "pciscan.h"
#include "window.h"

#define ROOTBRIDGE_MAX 64u

/** rootbridge_end - end of the highest memory window of any root bridge, 0 if there is none. */
u64 rootbridge_end(void);

/** rootbridge_low - the first memory window below 4 GiB. Return: false if there is none. */
bool rootbridge_low(struct window *out);

/** rootbridge_read32 - configuration space of a function on bus 0; all ones if not there. */
u32 rootbridge_read32(u32 device, u32 function, u32 reg);

/**
 * rootbridge_open - reach the configuration space of PCI segment 0 through the firmware.
 * @access: valid until boot services end. @roots: ROOTBRIDGE_MAX entries.
 * Return: entries of @roots that were filled in.
 */
u32 rootbridge_open(struct pci_access *access, struct pci_root *roots);

#endif
