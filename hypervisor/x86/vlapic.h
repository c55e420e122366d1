/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guest's local APIC writes do. Reads go to the hardware directly (the xAPIC page is mapped
 * read-only, the x2APIC MSRs pass), so do most x2APIC writes; what arrives here is filtered:
 * ICR, LVTs, mode changes, and in xAPIC mode every write.
 */
#ifndef X86_VLAPIC_H
#define X86_VLAPIC_H

#include "core/vcpu.h"
#include "x86/irq_route.h"

/** vlapic_write_icr - ICR in the format of the CPU's mode (apic_dest.h). ACT_SKIP or ACT_GP. */
enum exit_action vlapic_write_icr(struct vcpu *v, u64 value);

/** vlapic_write_msr - a trapped x2APIC register write, except ICR. */
enum exit_action vlapic_write_msr(struct vcpu *v, u32 reg, u64 value);

/** vlapic_write_mmio - a write at an offset of the xAPIC page. Never fails: bad writes vanish. */
void vlapic_write_mmio(struct vcpu *v, u32 offset, u32 value);

/** vlapic_write_base - IA32_APIC_BASE: mode changes, nothing else. */
enum exit_action vlapic_write_base(struct vcpu *v, u64 value);

/** vlapic_route - which CPU of @v's cell gets a device's interrupt as the guest's logical ids stand
 * now. */
enum irq_verdict vlapic_route(struct vcpu *v, const struct irq_wish *wish, struct irq_target *out);

/** vlapic_init - logical destination registers as after reset. The owning CPU, at start-up. */
void vlapic_init(struct vcpu *v);

/** vlapic_reset - INIT arrived: hardware and shadow registers back to their reset values. */
void vlapic_reset(struct vcpu *v);

#endif
