/* SPDX-License-Identifier: BSD-2-Clause */
/* The local APIC in x2APIC or xAPIC mode, whichever the cell finds: SDM vol. 3, "APIC". */
#ifndef GUEST_APIC_H
#define GUEST_APIC_H

#include "types.h"

/* Registers by their xAPIC offset; the x2APIC MSR is 0x800 + offset / 16. */
#define APIC_ID            0x020u
#define APIC_TPR           0x080u
#define APIC_EOI           0x0b0u
#define APIC_SVR           0x0f0u
#define APIC_ICR           0x300u
#define APIC_ICR_HIGH      0x310u /* xAPIC only */
#define APIC_LVT_TIMER     0x320u
#define APIC_TIMER_INITIAL 0x380u
#define APIC_TIMER_DIVIDE  0x3e0u

/* ICR, low half */
#define APIC_ICR_INIT    0x00004500u /* INIT, assert */
#define APIC_ICR_SIPI    0x00004600u /* start-up, assert; | page number */
#define APIC_ICR_FIXED   0x00004000u /* fixed, assert; | vector */
#define APIC_ICR_PENDING 0x00001000u /* xAPIC only */

#define APIC_XAPIC_BASE  0xfee00000u
#define MSR_X2APIC_BASE  0x800u

/** apic_init - find out the mode and enable this CPU's local APIC. Call on every CPU. */
void apic_init(void);

/** apic_is_x2apic - does this CPU use the MSRs? */
bool apic_is_x2apic(void);

/** apic_id - this CPU's id, 32 bits in x2APIC mode, 8 in xAPIC mode. */
u32 apic_id(void);

/** apic_eoi - end the interrupt in service. */
void apic_eoi(void);

/** apic_send - write the ICR. @dest: APIC id.   @low: APIC_ICR_x and vector. */
void apic_send(u32 dest, u32 low);

u32 apic_read(u32 reg);
void apic_write(u32 reg, u32 value);

#endif
