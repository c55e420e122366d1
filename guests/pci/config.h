/* SPDX-License-Identifier: BSD-2-Clause */
/* PCI configuration space through the ports 0xcf8 and 0xcfc, as any PC has it. */
#ifndef PCI_CONFIG_H
#define PCI_CONFIG_H

#include "types.h"

#define PCI_NOBODY 0xffffffffu /* no such function */

/* bus << 8 | device << 3 | function */
#define PCI_BDF(bus, dev, fn) ((u32)(bus) << 8 | (u32)(dev) << 3 | (u32)(fn))

#define PCI_ID                0x00u
#define PCI_COMMAND           0x04u
#define PCI_COMMAND_MEMORY    0x0002u
#define PCI_COMMAND_MASTER    0x0004u
#define PCI_BAR0              0x10u

u32 config_read(u32 bdf, u32 reg);
void config_write(u32 bdf, u32 reg, u32 value);

/** config_find - the first function of @id (device << 16 | vendor), or PCI_NOBODY. Prints all. */
u32 config_find(u32 id);

/** config_capability - offset of a function's capability, 0 if it has none. */
u32 config_capability(u32 bdf, u32 id);

#endif
