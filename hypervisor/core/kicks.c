/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/kicks.h"

bool kick_claim(struct kick_ledger *k, u32 begun, u32 done, u64 now, u64 patience)
{
	u32 more = begun - k->taken;
	u32 most = begun - done + 1; /* on their way, and one latched behind this one */

	if (now - k->since > patience)
		k->late = 0;
	if (!more && !k->late)
		return false;
	k->late += more - 1;
	if (k->late > most)
		k->late = most;
	if (more)
		k->since = now;
	k->taken = begun;
	return true;
}
