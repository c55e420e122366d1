/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose NMI was it? NMIs carry no sender, and those that meet become one (SDM vol. 3, "Handling
 * Multiple NMIs"): a CPU may get fewer than were sent to it, and may get one after it has already
 * seen what its sender counted. A CPU keeps this ledger over the NMIs that vcpu_post sends to it;
 * only what the ledger cannot explain came from outside.
 */
#ifndef CORE_KICKS_H
#define CORE_KICKS_H

#include "core/types.h"

/* All fields belong to the CPU that takes the NMIs. */
struct kick_ledger {
	u32 taken; /* kicks counted by their senders as of the last NMI */
	u32 late;  /* NMIs of these that may still come */
	u64 since; /* TSC at the last kick that was taken */
};

/**
 * kick_claim - an NMI arrived: can it be one of ours?
 * @begun: kicks whose senders have counted them, read after @done
 * @done: kicks whose NMI has been sent
 * @now: TSC
 * @patience: TSC ticks after which an NMI that has not come was merged into another
 */
bool kick_claim(struct kick_ledger *k, u32 begun, u32 done, u64 now, u64 patience);

#endif
