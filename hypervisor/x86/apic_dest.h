/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Meaning of a write to the local APIC's interrupt command register: what is sent, and to which
 * CPUs of the cell. Pure. SDM vol. 3, "Issuing Interprocessor Interrupts", "Determining IPI
 * Destination" and "Extended XAPIC (x2APIC)".
 */
#ifndef X86_APIC_DEST_H
#define X86_APIC_DEST_H

#include "core/cpuset.h"
#include "core/types.h"

/* Delivery modes: SDM vol. 3, "Interrupt Command Register (ICR)", bits 10:8. */
#define ICR_DELIVERY_FIXED  0u
#define ICR_DELIVERY_LOWEST 1u
#define ICR_DELIVERY_SMI    2u
#define ICR_DELIVERY_NMI    4u
#define ICR_DELIVERY_INIT   5u
#define ICR_DELIVERY_SIPI   6u

/* Destination shorthands: the same section, bits 19:18. */
#define ICR_SHORT_NONE   0u
#define ICR_SHORT_SELF   1u
#define ICR_SHORT_ALL    2u
#define ICR_SHORT_OTHERS 3u

/* One form for both APIC modes. dest has 8 bits in xAPIC mode, 32 in x2APIC mode. */
struct icr {
	u8 vector;
	u8 delivery;  /* ICR_DELIVERY_x */
	u8 shorthand; /* ICR_SHORT_x */
	bool logical;
	bool assert; /* bit 14 */
	bool level;  /* bit 15 */
	u32 dest;    /* no meaning with a shorthand */
};

enum icr_verdict {
	ICR_FIXED,  /* send the vector to all of apic_dest_set */
	ICR_LOWEST, /* send the vector to one of them (the first will do) */
	ICR_NMI,
	ICR_INIT,
	ICR_SIPI,       /* start at vector << 12 */
	ICR_NOTHING,    /* INIT level de-assert: today's CPUs ignore it */
	ICR_BAD_VECTOR, /* vector below 16: hardware sends nothing, ESR "send illegal vector" */
	ICR_RESERVED,   /* reserved bits set in x2APIC mode: #GP(0) */
	ICR_REFUSED,    /* SMI, ExtINT, reserved mode, invalid shorthand: send nothing */
};

/**
 * apic_icr_decode - take apart an ICR value.
 * @value: x2APIC: the MSR 0x830. xAPIC: register 0x310 in bits 63:32, register 0x300 below.
 * @x2apic: which of the two.   @out: filled in any case.
 */
enum icr_verdict apic_icr_decode(u64 value, bool x2apic, struct icr *out);

/* What one CPU's local APIC would compare a destination with. */
struct apic_dest_cpu {
	u32 apic_id; /* x2APIC id as the guest sees it; the xAPIC id is the same if below 0xff */
	u32 ldr;     /* xAPIC mode: logical destination register 0xd0, as written by the guest */
	u32 dfr;     /* xAPIC mode: destination format register 0xe0 */
};

struct apic_dest_ctx {
	const struct cpuset *cpus;       /* the cell's CPUs: the result never leaves this set */
	const struct apic_dest_cpu *cpu; /* indexed by CPU number */
	bool x2apic;                     /* mode of the cell's local APICs */
};

/**
 * apic_dest_set - the CPUs of the cell that an interrupt command addresses.
 * @self_cpu: the sender.   @out: written from scratch; empty if nobody matches.
 */
void apic_dest_set(const struct icr *icr, const struct apic_dest_ctx *ctx, u32 self_cpu,
		   struct cpuset *out);

/** apic_x2apic_ldr - the fixed logical id of an x2APIC: SDM, "Deriving Logical x2APIC ID". */
static inline u32 apic_x2apic_ldr(u32 apic_id)
{
	return ((apic_id >> 4) << 16) | (1u << (apic_id & 0xf));
}

#endif
