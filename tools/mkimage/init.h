/* SPDX-License-Identifier: BSD-2-Clause */
/* The system file for the first start on a machine that runs Linux. */
#ifndef MKIMAGE_INIT_H
#define MKIMAGE_INIT_H

#include <stdio.h>

/**
 * init_write - write a system file for the machine below @prefix ("" for this one).
 * Looked at: /boot, /proc/cmdline, /sys/firmware/acpi/tables, /sys/devices/system/cpu.
 * @release: of the running kernel (uname -r), the first choice.
 */
void init_write(const char *prefix, const char *release, FILE *out);

#endif
