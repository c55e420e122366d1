/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/apic_dest.h"

/* SDM vol. 3, "Interrupt Command Register (ICR)": bit numbers within the low half. */
#define ICR_VECTOR          0xffu
#define ICR_DELIVERY_SHIFT  8
#define ICR_LOGICAL         BIT32(11)
#define ICR_ASSERT          BIT32(14)
#define ICR_LEVEL           BIT32(15)
#define ICR_SHORTHAND_SHIFT 18

/* "Interrupt Command Register (ICR) in x2APIC Mode". Bit 12, delivery status, is let through:
 * it reads as 0 in x2APIC mode, but software that copies an xAPIC value may hold it set. */
#define ICR_X2APIC_RESERVED (BIT32(13) | BIT32(16) | BIT32(17) | 0xfff00000u)

/* "Valid and Illegal Interrupt Vectors": 0 .. 15 cannot be sent. */
#define VECTOR_FIRST_LEGAL 16u

#define XAPIC_BROADCAST    0xffu
#define X2APIC_BROADCAST   0xffffffffu

static enum icr_verdict vector_verdict(const struct icr *icr, enum icr_verdict verdict)
{
	return icr->vector < VECTOR_FIRST_LEGAL ? ICR_BAD_VECTOR : verdict;
}

/*
 * Shorthands "self" and "all including self" go with fixed delivery alone: "Valid Combinations for
 * the Pentium 4 ... Local xAPIC Interrupt Command Register".
 */
static bool shorthand_allows(const struct icr *icr)
{
	if (icr->delivery == ICR_DELIVERY_FIXED)
		return true;
	return icr->shorthand == ICR_SHORT_NONE || icr->shorthand == ICR_SHORT_OTHERS;
}

static enum icr_verdict classify(const struct icr *icr)
{
	/* A level de-assert INIT only set arbitration ids, which CPUs since the Pentium 4 lack. */
	if (icr->delivery == ICR_DELIVERY_INIT && icr->level && !icr->assert)
		return ICR_NOTHING;
	if (!shorthand_allows(icr))
		return ICR_REFUSED;

	switch (icr->delivery) {
	case ICR_DELIVERY_FIXED:
		return vector_verdict(icr, ICR_FIXED);
	case ICR_DELIVERY_LOWEST:
		return vector_verdict(icr, ICR_LOWEST);
	case ICR_DELIVERY_NMI:
		return ICR_NMI;
	case ICR_DELIVERY_INIT:
		return ICR_INIT;
	case ICR_DELIVERY_SIPI:
		return ICR_SIPI;
	default: /* SMI would stop every core of the machine; 3 and 7 (ExtINT) cannot be sent */
		return ICR_REFUSED;
	}
}

enum icr_verdict apic_icr_decode(u64 value, bool x2apic, struct icr *out)
{
	u32 low = (u32)value;
	u32 high = (u32)(value >> 32);

	out->vector = low & ICR_VECTOR;
	out->delivery = (low >> ICR_DELIVERY_SHIFT) & 7;
	out->shorthand = (low >> ICR_SHORTHAND_SHIFT) & 3;
	out->logical = low & ICR_LOGICAL;
	out->assert = low & ICR_ASSERT;
	out->level = low & ICR_LEVEL;
	/* xAPIC: the destination sits in bits 31:24 of the high register, its rest is reserved. */
	out->dest = x2apic ? high : high >> 24;

	if (x2apic && (low & ICR_X2APIC_RESERVED))
		return ICR_RESERVED;
	return classify(out);
}

/* "Logical Destination Mode" of the xAPIC: flat or cluster model, by the receiver's DFR. */
static bool xapic_logical_match(u32 mda, const struct apic_dest_cpu *cpu)
{
	u32 logical_id = cpu->ldr >> 24;
	u32 model = cpu->dfr >> 28;

	if (model == 0xf)
		return mda & logical_id;
	if (model == 0)
		return mda >> 4 == logical_id >> 4 && (mda & logical_id & 0xf);
	return false; /* "Destination Format Register (DFR)": no other model exists */
}

/* "Logical Destination Mode in x2APIC Mode": a cluster number and one bit per member. */
static bool x2apic_logical_match(u32 mda, const struct apic_dest_cpu *cpu)
{
	u32 ldr = apic_x2apic_ldr(cpu->apic_id);

	return mda >> 16 == ldr >> 16 && (mda & ldr & 0xffff);
}

static bool dest_match(const struct icr *icr, bool x2apic, const struct apic_dest_cpu *cpu)
{
	/* All ones addresses everybody, in physical and logical mode alike. */
	if (icr->dest == (x2apic ? X2APIC_BROADCAST : XAPIC_BROADCAST))
		return true;
	if (!icr->logical)
		return cpu->apic_id == icr->dest;
	return x2apic ? x2apic_logical_match(icr->dest, cpu) : xapic_logical_match(icr->dest, cpu);
}

static void match_all(const struct icr *icr, const struct apic_dest_ctx *ctx, struct cpuset *out)
{
	u32 cpu;

	for_each_cpu (cpu, ctx->cpus) {
		if (dest_match(icr, ctx->x2apic, &ctx->cpu[cpu]))
			cpuset_set(out, cpu);
	}
}

void apic_dest_set(const struct icr *icr, const struct apic_dest_ctx *ctx, u32 self_cpu,
		   struct cpuset *out)
{
	cpuset_clear_all(out);
	switch (icr->shorthand) {
	case ICR_SHORT_SELF:
		if (cpuset_test(ctx->cpus, self_cpu))
			cpuset_set(out, self_cpu);
		break;
	case ICR_SHORT_ALL:
		*out = *ctx->cpus;
		break;
	case ICR_SHORT_OTHERS:
		*out = *ctx->cpus;
		cpuset_clear(out, self_cpu);
		break;
	default:
		match_all(icr, ctx, out);
	}
}
