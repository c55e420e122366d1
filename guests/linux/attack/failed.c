/* SPDX-License-Identifier: BSD-2-Clause */
#include "attack.h"

#define FAILED_MAX 20u

u32 failures;

void failed(const char *what, u64 where, u64 value)
{
	if (failures++ < FAILED_MAX)
		say("attack: FAILED: %s 0x%x: 0x%x\n", what, where, value);
}
