/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/port_policy.h"

/* The rows with root_passes only document a decision; unlisted ports pass for root as well. */
const struct port_rule port_rules[] = {
	{0x00,  0x0f,  true,  "DMA controller 1: what it writes to memory counts as root's"       },
	{0x20,  0x21,  true,  "PIC 1: only root's CPU 0 hears it"                                 },
	{0x40,  0x43,  true,  "PIT: no RT cell uses it"                                           },
	{0x60,  0x64,  true,  "i8042: its reset pulse is root's right, see 0xcf9"                 },
	{0x70,  0x71,  true,  "RTC and CMOS"						      },
	{0x80,  0x80,  false, "POST code: floods of writes can stall a machine (CVE-2017-1000407)"},
	{0x81,  0x8f,  true,  "DMA page registers, as DMA controller 1"                           },
	{0x92,  0x92,  true,  "system control port A: it can reset the machine"                   },
	{0xa0,  0xa1,  true,  "PIC 2"							     },
	{0xb2,  0xb3,  true,  "SMI command: the firmware's SMM code acts on the whole machine"    },
	{0xc0,  0xdf,  true,  "DMA controller 2, as DMA controller 1"                             },
	{0x4d0, 0x4d1, true,  "ELCR: how the PICs take each interrupt line"                       },
	{0xcf8, 0xcf8, true,  "PCI configuration address: each cell has its own, emulated"        },
	{0xcf9, 0xcf9, true,  "reset control: `reboot` in root resets the machine, by design"     },
	{0xcfa, 0xcff, true,  "PCI configuration data: each cell has its own, emulated"           },
};

const u32 port_rule_count = ARRAY_SIZE(port_rules);

const struct port_rule *port_policy_find(u32 first, u32 last)
{
	static const struct port_rule board = {
		0, 0xff, true, "the board's own devices, which answer at further ports there"};

	for (u32 i = 0; i < port_rule_count; i++)
		if (first <= port_rules[i].last && port_rules[i].first <= last)
			return &port_rules[i];
	return first <= board.last ? &board : NULL;
}

const char *irq_policy_reserved(u32 gsi)
{
	switch (gsi) {
	case 0:
	case 2: /* where PCs wire it to the I/O APIC */
		return "the system timer";
	case 8:
		return "the real-time clock";
	default:
		return NULL;
	}
}

void port_policy_build(u8 *bitmap, u32 bytes, bool is_root)
{
	for (u32 i = 0; i < bytes; i++)
		bitmap[i] = is_root ? 0 : 0xff;
	for (u32 i = 0; i < port_rule_count; i++)
		for (u32 port = port_rules[i].first; port <= port_rules[i].last; port++)
			if (is_root && !port_rules[i].root_passes)
				bitmap[port / 8] |= (u8)BIT32(port % 8);
}
