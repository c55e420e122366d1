/* SPDX-License-Identifier: BSD-2-Clause */
/* The operations, a file for each kind. Each does one attack and leaves all repaired. */
#ifndef ATTACKER_OPS_H
#define ATTACKER_OPS_H

#include "attack.h"

void op_port(struct attack *a);
void op_msr(struct attack *a);
void op_cpuid(struct attack *a);
void op_hypercall(struct attack *a);
void op_instruction(struct attack *a); /* privileged, virtualisation and odd ones */
void op_control(struct attack *a);     /* control and debug registers, XCR0, EFER */
void op_paging_off(struct attack *a);  /* leaves long mode and comes back */
void op_memory(struct attack *a);      /* one instruction with a memory operand, at any address */
void op_fetch(struct attack *a);       /* jumps to any address */
void op_walk(struct attack *a);        /* page tables at any address */
void op_tables(struct attack *a);      /* descriptor tables and stacks at any address */
void op_bytes(struct attack *a);       /* random bytes as code, at CPL 3 */
void op_apic_mmio(struct attack *a);
void op_apic_msr(struct attack *a);
void op_apic_base(struct attack *a);
void op_icr(struct attack *a);
void op_interrupt(struct attack *a); /* INT n, single steps, IRET, HLT */
void op_console(struct attack *a);   /* nonsense in the console page */

/* The cell's other CPU, if it has one: smp.c */
void op_start(struct attack *a);
void op_stop(struct attack *a);

#endif
