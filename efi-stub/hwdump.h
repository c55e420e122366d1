/* SPDX-License-Identifier: BSD-2-Clause */
/* Records this machine for `mkimage check --hw`. */
#ifndef STUB_HWDUMP_H
#define STUB_HWDUMP_H

#include "uefi.h"

/**
 * hwdump_run - write bulkhead-hw.dump into the top folder of the file system that this image was
 * loaded from, over an older one, and say so. Partitions nothing; needs no sound policy.
 * fail() if the machine cannot be described.
 * Return: the firmware's error if there is no such file system or it cannot be written.
 */
EFI_STATUS hwdump_run(void);

#endif
