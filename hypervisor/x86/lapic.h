/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local APIC of this CPU, as the hypervisor itself uses it. Registers have one internal
 * numbering: xAPIC offset / 16 = x2APIC MSR - 0x800 (SDM vol. 3, "x2APIC Register Address Space").
 */
#ifndef X86_LAPIC_H
#define X86_LAPIC_H

#include "core/error.h"
#include "core/types.h"

#define APIC_ID         0x02u
#define APIC_VERSION    0x03u
#define APIC_TPR        0x08u
#define APIC_EOI        0x0bu
#define APIC_LDR        0x0du
#define APIC_DFR        0x0eu /* xAPIC only */
#define APIC_SVR        0x0fu
#define APIC_ISR        0x10u
#define APIC_ESR        0x28u
#define APIC_LVT_CMCI   0x2fu
#define APIC_ICR        0x30u
#define APIC_ICR_HIGH   0x31u /* xAPIC only */
#define APIC_LVT_TIMER  0x32u
#define APIC_LVT_ERROR  0x37u
#define APIC_TMICT      0x38u
#define APIC_TMCCT      0x39u
#define APIC_TDCR       0x3eu
#define APIC_SELF_IPI   0x3fu /* x2APIC only */

#define APIC_LVT_MASKED BIT32(16)
#define APIC_SVR_RESET  0xffu /* software-disabled, vector 0xff */
#define APIC_SVR_ENABLE BIT32(8)
#define APIC_TDCR_BY_1  0x0bu
#define ICR_PENDING     BIT32(12)
#define ICR_ASSERT      BIT32(14)
#define ICR_MODE(m)     ((u32)(m) << 8)
#define ICR_LEVEL       BIT32(15)

/** lapic_init - check the local APIC and switch it to x2APIC mode where the CPU has that. */
enum bh_err lapic_init(void);

/** lapic_id - this CPU's APIC id (CPUID, so that it works in every mode). */
u32 lapic_id(void);

u32 lapic_read(u32 reg);
void lapic_write(u32 reg, u32 value);

/** lapic_send - write the ICR: @low as in xAPIC ICR bits 31:0, physical destination @apic_id. */
void lapic_send(u32 apic_id, u32 low);

/** lapic_reset - what INIT does to a local APIC, minus IRR (SDM, "Local APIC State After INIT"). */
void lapic_reset(void);

/** lapic_timer_khz - measure the timer's input clock against the TSC. Boot CPU, at start. */
u32 lapic_timer_khz(u32 tsc_khz);

/** delay_us - busy wait. */
void delay_us(u32 tsc_khz, u64 us);

#endif
