/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading guest memory through temporary mappings. Only memory that the cell owns can be reached.
 */
#ifndef CORE_GUEST_MEM_H
#define CORE_GUEST_MEM_H

#include "core/vcpu.h"
#include "x86/decode.h"

/** guest_read_phys - copy @size bytes at a guest-physical address, within one page.
 *  Return: false where the cell has nothing readable. */
bool guest_read_phys(struct vcpu *v, u64 gpa, void *to, u32 size);

/** guest_fetch - up to @size instruction bytes at RIP. Return: bytes that could be read. */
u32 guest_fetch(struct vcpu *v, const struct guest_state *s, u8 *to, u32 size);

/** guest_mode - operand and address size defaults of the guest's code segment. */
enum cpu_mode guest_mode(const struct guest_state *s);

#endif
