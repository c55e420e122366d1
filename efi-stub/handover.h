/* SPDX-License-Identifier: BSD-2-Clause */
/* The last step, after ExitBootServices(): memory maps for the root cell, jump to the hypervisor.
 */
#ifndef STUB_HANDOVER_H
#define STUB_HANDOVER_H

#include "bootparams.h"

struct handover {
	struct efi_map map; /* the final map; cut in place, then the root cell's */
	const struct mem_range *taken;
	u32 taken_count;
	struct boot_params *bp;
	struct e820_entry *work; /* as many entries as map has room for descriptors */
	struct linux_e820_ext *ext;
	u32 ext_max;
	const char *layout; /* lines that say who got what */
	u64 jump;           /* physical address of the trampoline's 64-bit entry */
	u16 console_port;   /* for the one sentence that may be needed */
};

/** handover_run - give the machine to the hypervisor. No firmware service may be called again. */
void handover_run(struct handover *h) __attribute__((noreturn));

/** handover_stop - say why on the UART and stop: nothing else is left after a failed exit. */
void handover_stop(u16 console_port, const char *why) __attribute__((noreturn));

#endif
