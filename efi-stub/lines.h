/* SPDX-License-Identifier: BSD-2-Clause */
/* I/O ports and interrupt lines that the system file gives to RT cells, on this machine. Pure. */
#ifndef STUB_LINES_H
#define STUB_LINES_H

#include "config.h"
#include "platform.h"

/**
 * lines_ioapic - the I/O APIC in which an interrupt line ends, NULL if there is none.
 * The line's pin is @gsi - gsi_base.
 */
const struct bh_boot_ioapic *lines_ioapic(const struct platform *p, u32 gsi);

/**
 * lines_check - what only the machine can tell: are the lines there, and is nobody else's device
 * behind them? Functions have their owners already (devices_assign).
 */
bool lines_check(const struct platform *p, const struct config *config, struct why *why);

#endif
