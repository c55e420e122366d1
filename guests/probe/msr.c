/* SPDX-License-Identifier: BSD-2-Clause */
/* MSRs that a cell must not have: #GP, as for those that do not exist. */
#include "probe.h"

#include "apic.h"
#include "cpu.h"
#include "try.h"

#define MSR_APIC_BASE 0x1bu
#define MSR_EFER      0xc0000080u
#define EFER_LME      (1ULL << 8)
#define EFER_SVME     (1ULL << 12)

struct msr {
	u32 index;
	u64 value;
};

static void read_one(void *arg)
{
	struct msr *msr = arg;

	msr->value = rdmsr(msr->index);
}

static void write_one(void *arg)
{
	struct msr *msr = arg;

	wrmsr(msr->index, msr->value);
}

/* Names: SDM vol. 4; APM vol. 2 for those from 0xc0010000 on. */
static const u32 unreadable[] = {
	0x3a,                                                       /* FEATURE_CONTROL */
	0x9b,                                                       /* SMM_MONITOR_CTL */
	0x9e,                                                       /* SMBASE */
	0x186,                                                      /* PERFEVTSEL0 */
	0x198,                                                      /* PERF_STATUS */
	0x1d9,                                                      /* DEBUGCTL */
	0x38f,                                                      /* PERF_GLOBAL_CTRL */
	0x400,      0x401,                                          /* machine check bank 0 */
	0x480,      0x48b,      0x491,                              /* VMX capabilities */
	0x570,                                                      /* RTIT_CTL */
	0x610,                                                      /* PKG_POWER_LIMIT */
	0x1fff,     0x2000,     0x40000000, 0x4b564d00, 0xbfffffff, /* nobody's */
	0xc0010015,                                                 /* HWCR */
	0xc0010114,                                                 /* VM_CR */
	0xc0010117,                                                 /* VM_HSAVE_PA */
	0xc0011fff, 0xc0012000, 0xffffffff,
};

static bool reads(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(unreadable); i++) {
		struct msr msr = {unreadable[i], 0};

		if (!expect_fault(VECTOR_GP, read_one, &msr, "RDMSR"))
			return because("RDMSR of 0x%x gives 0x%lx", msr.index, msr.value);
	}
	return true;
}

static const struct msr unwritable[] = {
	{0x10,       0     }, /* TSC: all CPUs' clocks are one */
	{0x3a,       5     }, /* FEATURE_CONTROL */
	{0x3b,       1     }, /* TSC_ADJUST */
	{0x79,       0x1000}, /* BIOS_UPDT_TRIG: loads microcode */
	{0x8b,       0     },
        {0x199,      0     }, /* PERF_CTL */
	{0x19a,      0x1e  }, /* CLOCK_MODULATION */
	{0x1a0,      0     }, /* MISC_ENABLE */
	{0x1d9,      1     }, /* DEBUGCTL */
	{0x200,      6     }, /* MTRRs */
	{0x250,      0     },
        {0x2ff,      0     },
        {0x38f,      1     },
        {0x480,      0     },
        {0x570,      1     },
	{0x610,      0     },
        {0x40000000, 1     },
        {0x4b564d00, 0x1001}, /* KVM's clock: writes to memory by
  physical address */
	{0xc0010015, 0     },
        {0xc0010114, 0     },
        {0xc0010117, 0x1000},
        {0xffffffff, 0     },
};

static bool writes(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(unwritable); i++) {
		struct msr msr = unwritable[i];

		if (!expect_fault(VECTOR_GP, write_one, &msr, "WRMSR"))
			return because("WRMSR of 0x%x was not answered with #GP", msr.index);
	}
	return true;
}

static bool apic_base(void)
{
	struct msr moved = {MSR_APIC_BASE, 0}, reserved = {MSR_APIC_BASE, 0};

	if (!expect_none(read_one, &moved, "RDMSR of APIC_BASE"))
		return false;
	reserved.value = moved.value | 1;
	moved.value += 0x1000;
	return expect_fault(VECTOR_GP, write_one, &moved, "moving the local APIC") &&
	       expect_fault(VECTOR_GP, write_one, &reserved, "a reserved bit of APIC_BASE");
}

static bool efer(void)
{
	struct msr svme = {MSR_EFER, 0}, no_long = {MSR_EFER, 0}, reserved = {MSR_EFER, 0};

	if (!expect_none(read_one, &svme, "RDMSR of EFER"))
		return false;
	if (svme.value & EFER_SVME)
		return because("EFER reads 0x%lx: SVME shows", svme.value);
	no_long.value = svme.value & ~EFER_LME;
	reserved.value = svme.value | 1ULL << 40;
	svme.value |= EFER_SVME;
	return expect_fault(VECTOR_GP, write_one, &svme, "setting EFER.SVME") &&
	       expect_fault(VECTOR_GP, write_one, &no_long, "clearing EFER.LME") &&
	       expect_fault(VECTOR_GP, write_one, &reserved, "a reserved bit of EFER");
}

/* In xAPIC mode none of them exists (QEMU lets them be read); in x2APIC mode these are read-only,
 * reserved or unused. */
static bool x2apic(void)
{
	struct msr id = {MSR_X2APIC_BASE + APIC_ID / 16, 0};
	struct msr ppr = {MSR_X2APIC_BASE + 0x0a, 0};
	struct msr icr_high = {MSR_X2APIC_BASE + APIC_ICR_HIGH / 16, 0};
	struct msr timer = {MSR_X2APIC_BASE + APIC_LVT_TIMER / 16, 1ULL << 32};
	struct msr last = {MSR_X2APIC_BASE + 0xff, 0};

	return expect_fault(VECTOR_GP, write_one, &id, "writing the APIC id") &&
	       expect_fault(VECTOR_GP, write_one, &ppr, "writing the PPR") &&
	       expect_fault(VECTOR_GP, write_one, &icr_high, "writing MSR 0x831") &&
	       expect_fault(VECTOR_GP, write_one, &timer, "reserved bits of an LVT") &&
	       expect_fault(VECTOR_GP, write_one, &last, "writing MSR 0x8ff") &&
	       expect_fault(VECTOR_GP, read_one, &last, "reading MSR 0x8ff");
}

const struct probe msr_probes[] = {
	{"RDMSR of forbidden MSRs", reads    },
        {"WRMSR of forbidden MSRs", writes   },
	{"WRMSR of APIC_BASE",      apic_base},
        {"WRMSR of EFER",           efer     },
	{"MSRs of the x2APIC",      x2apic   },
        {NULL,                      NULL     },
};
