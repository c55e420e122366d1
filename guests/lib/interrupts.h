/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupt and exception handling, the same table for every CPU of the cell. */
#ifndef GUEST_INTERRUPTS_H
#define GUEST_INTERRUPTS_H

#include "types.h"

#define VECTOR_FIRST_FREE 32u
#define VECTOR_SPURIOUS   0xffu

/* What entry.asm leaves on the stack. */
struct interrupt_frame {
	u64 r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax;
	u64 vector;
	u64 error_code;
	u64 rip, cs, rflags, rsp, ss;
};

_Static_assert(sizeof(struct interrupt_frame) == 16 * 8, "entry.asm: interrupt_common");

/** interrupts_init - build the IDT and load it on the first CPU. */
void interrupts_init(void);

/** interrupts_load - load the IDT on another CPU. */
void interrupts_load(void);

/**
 * interrupts_handle - name the function that a vector calls.
 * @vector: VECTOR_FIRST_FREE .. 254.   @handler: runs with interrupts off; the end-of-interrupt
 * is sent for it. NULL: nothing is called, but the interrupt is still ended.
 */
void interrupts_handle(u8 vector, void (*handler)(void));

/** interrupt_dispatch - called by entry.asm. */
void interrupt_dispatch(struct interrupt_frame *frame);

#endif
