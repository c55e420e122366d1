// SPDX-License-Identifier: BSD-2-Clause
#include "mcfg.h"

#include "bytes.h"

/* PCI Firmware Specification 3.3, "MCFG Table Description" */
#define MCFG_FIRST    44u
#define MCFG_ENTRY    16u
#define BUS_SIZE      0x100000ULL /* PCI Express Base, "Enhanced Configuration Access Mechanism" */
#define ADDRESS_LIMIT BIT64(52)

bool mcfg_find(const struct acpi_header *mcfg, u64 *base, u32 *buses)
{
	for (u32 at = MCFG_FIRST; at <= mcfg->length && mcfg->length - at >= MCFG_ENTRY;
	     at += MCFG_ENTRY) {
		const u8 *p = (const u8 *)mcfg + at;
		u64 address = get64(p);
		u32 last = p[11];

		if (get16(p + 8) != 0 || p[10] != 0)
			continue;
		if (!address || address % BUS_SIZE || address >= ADDRESS_LIMIT - 256 * BUS_SIZE)
			continue;
		*base = address;
		*buses = last + 1;
		return true;
	}
	return false;
}
