// SPDX-License-Identifier: BSD-2-Clause
#include "fadt.h"

#include "bytes.h"

#define FADT_PM_TMR_BLK   76u
#define FADT_PM_TMR_LEN   91u
#define FADT_X_PM_TMR_BLK 208u
#define GAS_SIZE          12u /* "Generic Address Structure" */
#define GAS_ADDRESS       4u
#define GAS_IO            1u
#define PORT_LIMIT        0xfffcu /* the timer has four ports */

static u32 port(u64 address)
{
	return address && address <= PORT_LIMIT ? (u32)address : 0;
}

u32 fadt_pm_timer(const struct acpi_header *fadt)
{
	const u8 *p = (const u8 *)fadt;

	if (fadt->length <= FADT_PM_TMR_LEN || p[FADT_PM_TMR_LEN] != 4)
		return 0;
	if (fadt->length >= FADT_X_PM_TMR_BLK + GAS_SIZE && p[FADT_X_PM_TMR_BLK] == GAS_IO &&
	    port(get64(p + FADT_X_PM_TMR_BLK + GAS_ADDRESS)))
		return port(get64(p + FADT_X_PM_TMR_BLK + GAS_ADDRESS));
	return port(get32(p + FADT_PM_TMR_BLK));
}
