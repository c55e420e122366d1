/* SPDX-License-Identifier: BSD-2-Clause */
/* Hypercalls with nonsense. */
#include "probe.h"

#include "cell.h"

static bool result_is(u32 number, u64 arg, long wanted)
{
	long got = hypercall(number, arg, ~0ULL);

	return got == wanted ||
	       because("hypercall 0x%x, argument 0x%lx: result 0x%lx", number, arg, (u64)got);
}

static bool unknown(void)
{
	return result_is(4, 0, BH_HC_ENOSYS) && result_is(0x80, ~0ULL, BH_HC_ENOSYS) &&
	       result_is(0x80000000, 0, BH_HC_ENOSYS) && result_is(~0u, 0, BH_HC_ENOSYS);
}

static bool bad_arguments(void)
{
	return result_is(BH_HC_EXITS, BH_EXIT_COUNT + 1, BH_HC_EINVAL) &&
	       result_is(BH_HC_EXITS, 0xffffffff, BH_HC_EINVAL) &&
	       result_is(BH_HC_EXITS, ~0ULL, BH_HC_EINVAL) &&
	       result_is(BH_HC_REFUSED, BH_REFUSED_COUNT + 1, BH_HC_EINVAL) &&
	       result_is(BH_HC_REFUSED, ~0ULL, BH_HC_EINVAL);
}

static bool version(void)
{
	return result_is(BH_HC_VERSION, ~0ULL, (long)BH_CELL_INFO_VERSION);
}

const struct probe call_probes[] = {
	{"unknown hypercalls",             unknown      },
	{"hypercalls with bad arguments",  bad_arguments},
	{"hypercall that asks for little", version      },
	{NULL,			     NULL         },
};
