/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who owns the PC's well-known I/O ports. An RT cell has the ports that the system file gives to it
 * and those of its own devices; root has all others but the ones listed here as trapped. What traps
 * and is not emulated behaves like an empty bus. Pure.
 */
#ifndef CORE_PORT_POLICY_H
#define CORE_PORT_POLICY_H

#include "core/types.h"

struct port_rule {
	u16 first, last;
	bool root_passes; /* root reaches the hardware; else the port traps for it, too */
	const char *why;
};

/* No RT cell gets any of these, whatever the system file says: the machine needs them whole. */
extern const struct port_rule port_rules[];
extern const u32 port_rule_count;

/** port_policy_find - the first rule about one of the ports, or NULL if they may be given away. */
const struct port_rule *port_policy_find(u32 first, u32 last);

/** irq_policy_reserved - whose an interrupt line of every PC is, or NULL if it may be given away.
 */
const char *irq_policy_reserved(u32 gsi);

/** port_policy_build - fill an I/O bitmap of one bit a port, set = traps. @bytes >= 8192. */
void port_policy_build(u8 *bitmap, u32 bytes, bool is_root);

#endif
