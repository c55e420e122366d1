/* SPDX-License-Identifier: BSD-2-Clause */
/* Building and running the code of an operation. */
#ifndef ATTACKER_RUN_H
#define ATTACKER_RUN_H

#include "attack.h"

/** op_begin - start an operation: no code yet, all registers odd values, a sane stack. */
void op_begin(struct attack *a);

/** emit - append bytes of code; emit16, emit32, emit64 - append a number. What is too long for the
 *  page is cut off. */
void emit_bytes(struct attack *a, const u8 *bytes, u32 count);
void emit16(struct attack *a, u16 value);
void emit32(struct attack *a, u32 value);
void emit64(struct attack *a, u64 value);
#define EMIT(a, ...) emit_bytes(a, (const u8[]){__VA_ARGS__}, sizeof((const u8[]){__VA_ARGS__}))

/**
 * op_run - run the code with the registers, mode, flags and dirt of the attack, then repair.
 * Return: the vector that ended it, NO_VECTOR if it came to its end. a->reg holds the registers.
 */
u64 op_run(struct attack *a);

/** run_code - as op_run, without any repair and without counting: for repair itself. */
u64 run_code(struct attack *a);

/** run_rdmsr, run_wrmsr - one MSR access; false if it raised an exception. */
bool run_rdmsr(struct attack *a, u32 msr, u64 *value);
bool run_wrmsr(struct attack *a, u32 msr, u64 value);

/** run_any_mode - choose one of the modes, mostly the kernel's. */
void run_any_mode(struct attack *a);

/** run_stray - an exception between two runs: a mistake of the attacker. Prints it and halts. */
void run_stray(struct attack *a, const u64 *frame) __attribute__((noreturn));

#endif
