/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QEMU's PCI device for teaching, "edu" (docs/specs/edu in QEMU's source): a computer of
 * factorials with a DMA engine and one MSI.
 */
#ifndef PCI_EDU_H
#define PCI_EDU_H

#include "types.h"

#define EDU_ID         0x11e81234u
#define EDU_VECTOR     0x50u
#define EDU_DMA_BYTES  2048u     /* of its 4096; some releases die of a transfer of all of them */
#define EDU_TIMEOUT_US 20000000u /* a transfer takes 100 ms, on a busy emulator far longer */

struct edu {
	u32 bdf;
	u32 msi; /* offset of the capability */
	volatile u8 *regs;
};

/** edu_open - find the device, switch it on. Prints why not. */
bool edu_open(struct edu *edu);

/** edu_identify - do the registers answer as those of an edu? Prints what they say. */
bool edu_identify(const struct edu *edu);

/** edu_aim - let its MSI raise EDU_VECTOR on the CPU with this local APIC id. */
void edu_aim(const struct edu *edu, u32 apic_id);

/** edu_interrupted - raise an interrupt; has it arrived within @us? */
bool edu_interrupted(const struct edu *edu, u64 us);

/** edu_factorial - let it compute @n!, with an interrupt at the end. Return: false without one. */
bool edu_factorial(const struct edu *edu, u32 n, u32 *result);

/** edu_fetch, edu_store - copy between memory and the device's buffer by DMA. Return: in time? */
bool edu_fetch(const struct edu *edu, u64 address, u32 bytes);
bool edu_store(const struct edu *edu, u64 address, u32 bytes);

#endif
