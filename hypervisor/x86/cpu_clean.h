/* SPDX-License-Identifier: BSD-2-Clause */
/* State that a CPU carries from its last owner to the next unless somebody cleans it. */
#ifndef X86_CPU_CLEAN_H
#define X86_CPU_CLEAN_H

/**
 * cpu_clean - reset what neither INIT nor the world switch resets: x87, SSE, AVX and further
 * extended state, debug registers, CR2, SYSCALL and TSC_AUX MSRs, XSS, SPEC_CTRL, TSC deadline,
 * performance counters. Every CPU, in host mode, before its cell starts.
 */
void cpu_clean(void);

#endif
