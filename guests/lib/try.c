/* SPDX-License-Identifier: BSD-2-Clause */
#include "try.h"

#include "cpu.h"
#include "interrupts.h"

/* attempt.asm */
extern u64 try_stack; /* stack pointer of the attempt that runs, 0 if none does */
void try_abandoned(void);

bool try_catch(struct interrupt_frame *frame)
{
	if (!try_stack)
		return false;
	frame->rip = (uintptr_t)try_abandoned;
	frame->rsp = try_stack;
	frame->rax = frame->vector;
	frame->rflags &= ~RFLAGS_TF;
	return true;
}
