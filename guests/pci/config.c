// SPDX-License-Identifier: BSD-2-Clause
#include "config.h"

#include "console.h"

#define PORT_ADDRESS     0xcf8u
#define PORT_DATA        0xcfcu
#define ADDRESS_VALID    0x80000000u

#define PCI_CLASS        0x08u
#define PCI_HEADER       0x0cu
#define PCI_CAP_POINTER  0x34u
#define MULTI_FUNCTION   0x00800000u
#define STATUS_CAPS      0x00100000u
#define MAX_CAPABILITIES 48u

static void out32(u16 port, u32 value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static u32 in32(u16 port)
{
	u32 value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

u32 config_read(u32 bdf, u32 reg)
{
	out32(PORT_ADDRESS, ADDRESS_VALID | bdf << 8 | reg);
	return in32(PORT_DATA);
}

void config_write(u32 bdf, u32 reg, u32 value)
{
	out32(PORT_ADDRESS, ADDRESS_VALID | bdf << 8 | reg);
	out32(PORT_DATA, value);
}

static bool look_at(u32 bdf, u32 id, u32 *found)
{
	u32 here = config_read(bdf, PCI_ID);

	if (here == PCI_NOBODY)
		return false;
	print("function %02x:%02x.%x: %04x:%04x class %06x\n", bdf >> 8, bdf >> 3 & 31, bdf & 7,
	      here & 0xffff, here >> 16, config_read(bdf, PCI_CLASS) >> 8);
	if (here == id && *found == PCI_NOBODY)
		*found = bdf;
	return true;
}

u32 config_find(u32 id)
{
	u32 found = PCI_NOBODY;

	for (u32 bdf = 0; bdf < PCI_BDF(256, 0, 0); bdf += 8) {
		if (!look_at(bdf, id, &found) || !(config_read(bdf, PCI_HEADER) & MULTI_FUNCTION))
			continue;
		for (u32 fn = 1; fn < 8; fn++)
			look_at(bdf + fn, id, &found);
	}
	return found;
}

u32 config_capability(u32 bdf, u32 id)
{
	u32 at = config_read(bdf, PCI_CAP_POINTER) & 0xfc;

	if (!(config_read(bdf, PCI_COMMAND) & STATUS_CAPS))
		return 0;
	for (u32 n = 0; n < MAX_CAPABILITIES && at; n++) {
		u32 head = config_read(bdf, at);

		if ((head & 0xff) == id)
			return at;
		at = head >> 8 & 0xfc;
	}
	return 0;
}
