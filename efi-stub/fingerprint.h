/* SPDX-License-Identifier: BSD-2-Clause */
/* A number that tells machines apart. Pure. */
#ifndef STUB_FINGERPRINT_H
#define STUB_FINGERPRINT_H

#include "machine.h"

/**
 * fingerprint - of what stays as long as nobody changes the hardware or its set-up: maker and model
 * of the CPUs, their APIC ids, PCI functions, I/O APICs, IOMMUs. Memory is left out: what firmware
 * keeps for itself differs a little. It finds mistakes, not attackers. Never 0.
 */
u64 fingerprint(const struct machine *m);

#endif
