/* SPDX-License-Identifier: BSD-2-Clause */
/* The cell's other CPUs. */
#ifndef GUEST_SMP_H
#define GUEST_SMP_H

#include "types.h"

#define SMP_MAX_CPUS 32u

/**
 * smp_start - start one of the cell's other CPUs by INIT and SIPI and wait until it is up.
 * @cpu: index into cell_apic_ids(), 1 .. cpu_count - 1.
 * @cpu_main: runs there with interrupts off, IDT loaded and the local APIC enabled; when it
 * returns, that CPU halts.
 * Return: NULL, or a sentence that says why the CPU is not running.
 * Context: the first CPU only. Uses the page at guest address 0x8000 and changes nothing else.
 */
const char *smp_start(u32 cpu, void (*cpu_main)(u32 cpu));

#endif
