/* SPDX-License-Identifier: BSD-2-Clause */
/* A set of CPUs (bh_config_cell.cpu_mask) for people. Pure. */
#ifndef MKIMAGE_CPUS_H
#define MKIMAGE_CPUS_H

#include <stdint.h>

#include <bulkhead/image.h>

/* cpus_text - "2,3,7"; empty if no CPU is in it. @out: at least CPUS_TEXT bytes. Return: @out. */
#define CPUS_TEXT (BH_CPU_MASK_BITS * 4 + 1)
const char *cpus_text(const uint64_t *mask, char *out);

#endif
