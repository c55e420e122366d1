// SPDX-License-Identifier: BSD-2-Clause
#include "fadt.h"

#include "bytes.h"

#define FADT_SCI_INT      46u
#define FADT_SMI_CMD      48u
#define FADT_PM_TMR_BLK   76u
#define FADT_PM_TMR_LEN   91u
#define FADT_X_PM_TMR_BLK 208u
#define FADT_BLOCKS_END   94u
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

u32 fadt_sci(const struct acpi_header *fadt)
{
	return fadt->length >= FADT_BLOCKS_END ? get16((const u8 *)fadt + FADT_SCI_INT)
					       : UINT32_MAX;
}

/*
 * Register blocks: where the table has the address, the address in the later form, and the length.
 * Both PM1 blocks of a kind are as long.
 */
static const struct {
	u8 address, generic, length;
} blocks[] = {
	{56, 148, 88}, /* PM1a_EVT */
	{60, 160, 88}, /* PM1b_EVT */
	{64, 172, 89}, /* PM1a_CNT */
	{68, 184, 89}, /* PM1b_CNT */
	{72, 196, 90}, /* PM2_CNT */
	{76, 208, 91}, /* PM_TMR */
	{80, 220, 92}, /* GPE0 */
	{84, 232, 93}, /* GPE1 */
};

#define FADT_SLEEP_CONTROL 244u
#define FADT_SLEEP_STATUS  256u

static bool meets(u32 first, u32 last, u32 port, u32 count)
{
	return port && count && first < port + count && port <= last;
}

static bool generic_meets(const struct acpi_header *fadt, u32 at, u32 first, u32 last, u32 count)
{
	const u8 *p = (const u8 *)fadt + at;

	return fadt->length >= at + GAS_SIZE && p[0] == GAS_IO &&
	       meets(first, last, port(get64(p + GAS_ADDRESS)), count);
}

bool fadt_has_port(const struct acpi_header *fadt, u32 first, u32 last)
{
	const u8 *p = (const u8 *)fadt;

	if (fadt->length < FADT_BLOCKS_END)
		return false;
	for (u32 i = 0; i < ARRAY_SIZE(blocks); i++)
		if (meets(first, last, port(get32(p + blocks[i].address)), p[blocks[i].length]) ||
		    generic_meets(fadt, blocks[i].generic, first, last, p[blocks[i].length]))
			return true;
	return meets(first, last, port(get32(p + FADT_SMI_CMD)), 1) ||
	       generic_meets(fadt, FADT_SLEEP_CONTROL, first, last, 1) ||
	       generic_meets(fadt, FADT_SLEEP_STATUS, first, last, 1);
}
