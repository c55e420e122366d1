/* SPDX-License-Identifier: BSD-2-Clause */
/* The root cell's kernel: put into memory so that the hypervisor can enter it at its 64-bit entry.
 */
#ifndef STUB_LINUX_H
#define STUB_LINUX_H

#include <bulkhead/boot.h>

#include "bootparams.h"
#include "sections.h"

struct linux_root {
	struct bzimage image;
	struct boot_params *bp;
	struct bh_boot_entry entry;
};

/**
 * linux_load - load kernel, initrd and command line, and fill boot_params except for memory maps.
 * @rsdp: physical address of the root cell's RSDP.
 * @ticks: TSC ticks spent on copying are added to it.
 * fail() if the kernel is unusable or memory is short.
 */
void linux_load(struct linux_root *root, const struct sections *s, u64 rsdp, u64 *ticks);

#endif
