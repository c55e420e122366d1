/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mistakes of emulators that would end a run and say nothing about the hypervisor. What is listed
 * here is left out on that emulator only.
 */
#ifndef ATTACKER_QUIRKS_H
#define ATTACKER_QUIRKS_H

#include "types.h"

/**
 * quirk_reserved_bits_exit - QEMU 7.2's own CPU emulation answers reserved bits in MOV to CR3 and
 * CR4 of an SVM guest not with #GP but with the exit of a failed VMRUN, which parks the CPU
 * (target/i386/tcg/sysemu/misc_helper.c, helper_write_crN). It also lets long mode go on without
 * CR4.PAE, into a triple fault.
 */
bool quirk_reserved_bits_exit(void);

/**
 * quirk_cr0_unchecked - the same QEMU lets MOV to CR0 set reserved bits and NW without CD, and then
 * fails the next VMRUN because of them.
 */
bool quirk_cr0_unchecked(void);

/**
 * quirk_host_paging_lost - the same QEMU, at an exit of a guest with EFER.LME = 1 and CR0.PG =
 * CR4.PAE = 0, does not restore the host's CR0.PG, because it restores CR4 later than CR0
 * (target/i386/helper.c, cpu_x86_update_cr0): the hypervisor runs on without paging.
 */
bool quirk_host_paging_lost(void);

/**
 * quirk_null_tss - the same QEMU takes a null selector in LTR, and gives up ("invalid tss") when it
 * next needs an interrupt stack.
 */
bool quirk_null_tss(void);

#endif
