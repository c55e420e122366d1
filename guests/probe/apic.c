/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local APIC: interrupts for CPUs that are not the cell's go nowhere, those that this CPU may
 * send arrive, and no LVT can raise an SMI or INIT.
 */
#include "apic.h"

#include "cell.h"
#include "cpu.h"
#include "interrupts.h"
#include "probe.h"
#include "timer.h"
#include "try.h"

#define VECTOR     0x60u
#define ARRIVAL_US 1000u

/* SDM vol. 3, "Interrupt Command Register (ICR)" */
#define ICR_LOWEST  0x00004100u
#define ICR_SMI     0x00004200u
#define ICR_NMI     0x00004400u
#define ICR_EXTINT  0x00004700u
#define ICR_LOGICAL 0x00000800u
#define ICR_SELF    0x00040000u
#define ICR_ALL     0x00080000u
#define ICR_OTHERS  0x000c0000u

#define LVT_LINT0   0x350u
#define LVT_LINT1   0x360u
#define LVT_MASKED  0x10000u
#define LVT_SMI     0x200u
#define LVT_INIT    0x500u

static volatile u32 arrived;

static void on_ipi(void)
{
	arrived = arrived + 1;
}

struct ipi {
	u32 dest;
	u32 low;
};

static void send(void *arg)
{
	struct ipi *ipi = arg;

	apic_send(ipi->dest, ipi->low);
}

static u32 arrivals_of(u32 dest, u32 low)
{
	u64 start = rdtsc(), ticks = tsc_from_us(ARRIVAL_US);
	struct ipi ipi = {dest, low};

	interrupts_handle(VECTOR, on_ipi);
	arrived = 0;
	if (try_run(send, &ipi) != TRY_NO_FAULT)
		return ~0u;
	interrupts_on();
	while (rdtsc() - start < ticks)
		pause();
	interrupts_off();
	return arrived;
}

static bool arrives(u32 dest, u32 low, u32 wanted)
{
	u32 got = arrivals_of(dest, low);

	if (got == ~0u)
		return because("ICR 0x%x, destination 0x%x: an exception", low, dest);
	return got == wanted || because("ICR 0x%x, destination 0x%x: arrived %u times, not %u", low,
					dest, got, wanted);
}

static u32 broadcast(void)
{
	return apic_is_x2apic() ? ~0u : 0xffu;
}

static bool to_itself(void)
{
	return arrives(apic_id(), APIC_ICR_FIXED | VECTOR, 1) &&
	       arrives(apic_id(), ICR_LOWEST | VECTOR, 1) &&
	       arrives(0, ICR_SELF | APIC_ICR_FIXED | VECTOR, 1);
}

/* The cell has one CPU, so "all" is this one and "others" is nobody. */
static bool to_all(void)
{
	return arrives(0, ICR_ALL | APIC_ICR_FIXED | VECTOR, 1) &&
	       arrives(0, ICR_OTHERS | APIC_ICR_FIXED | VECTOR, 0) &&
	       arrives(broadcast(), APIC_ICR_FIXED | VECTOR, 1);
}

static bool is_foreign(u32 id)
{
	for (u32 i = 0; i < cell_info->cpu_count; i++)
		if (cell_apic_ids()[i] == id)
			return false;
	return true;
}

/* Ids of small PCs, and some that no PC has. */
static const u32 ids[] = {0, 1, 2, 3, 4, 5, 6, 7, 0x20, 0xfe};

static bool to_each_foreign(u32 low)
{
	for (u32 i = 0; i < ARRAY_SIZE(ids); i++)
		if (is_foreign(ids[i]) && !arrives(ids[i], low, 0))
			return false;
	return true;
}

static bool fixed_to_foreign(void)
{
	return to_each_foreign(APIC_ICR_FIXED | VECTOR) && to_each_foreign(APIC_ICR_FIXED | 0x20) &&
	       to_each_foreign(APIC_ICR_FIXED | 0xec) && to_each_foreign(ICR_LOWEST | VECTOR);
}

static bool nmi_to_foreign(void)
{
	return to_each_foreign(ICR_NMI) && arrives(0, ICR_OTHERS | ICR_NMI, 0);
}

static bool init_to_foreign(void)
{
	return to_each_foreign(APIC_ICR_INIT) && to_each_foreign(APIC_ICR_SIPI | 8) &&
	       arrives(0, ICR_OTHERS | APIC_ICR_INIT, 0) &&
	       arrives(0, ICR_OTHERS | APIC_ICR_SIPI | 8, 0);
}

static bool smi(void)
{
	return to_each_foreign(ICR_SMI) && arrives(apic_id(), ICR_SMI, 0) &&
	       arrives(0, ICR_OTHERS | ICR_SMI, 0) && to_each_foreign(ICR_EXTINT | VECTOR);
}

/* Logical ids of other cells' CPUs: in x2APIC mode bit N of cluster 0 is APIC id N. */
static bool logical_to_foreign(void)
{
	u32 own = apic_is_x2apic() ? 1u << (apic_id() & 15) : 0;

	for (u32 bit = 1; bit < 0x100; bit <<= 1)
		if (bit != own && !arrives(bit, ICR_LOGICAL | APIC_ICR_FIXED | VECTOR, 0))
			return false;
	return true;
}

static bool lvt_is_masked(u32 reg, u32 mode)
{
	u32 before = apic_read(reg), got;

	apic_write(reg, mode);
	got = apic_read(reg);
	apic_write(reg, before | LVT_MASKED);
	return got & LVT_MASKED ||
	       because("LVT 0x%x took delivery mode 0x%x: 0x%x", reg, mode, got);
}

static bool lvts(void)
{
	return lvt_is_masked(LVT_LINT0, LVT_SMI) && lvt_is_masked(LVT_LINT1, LVT_SMI) &&
	       lvt_is_masked(LVT_LINT0, LVT_INIT) && lvt_is_masked(LVT_LINT1, LVT_INIT);
}

const struct probe apic_probes[] = {
	{"IPI to itself",              to_itself         },
	{"IPI to all",                 to_all            },
	{"IPI to other cells",         fixed_to_foreign  },
	{"NMI to other cells",         nmi_to_foreign    },
	{"INIT and SIPI to others",    init_to_foreign   },
	{"SMI and ExtINT",             smi               },
	{"logical IPI to other cells", logical_to_foreign},
	{"SMI and INIT by an LVT",     lvts              },
	{NULL,			 NULL              },
};
