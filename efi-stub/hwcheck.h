/* SPDX-License-Identifier: BSD-2-Clause */
/* Profile "hwcheck": tests this machine against this image and prints a table. */
#ifndef STUB_HWCHECK_H
#define STUB_HWCHECK_H

#include "layout.h"
#include "uefi.h"

/**
 * hwcheck_run - print a line for each rule (hwrules.h), then how many passed and failed, and wait
 * for a key, a minute at most. Changes nothing in the machine; devices are off the bus for
 * microseconds. A machine that cannot even be described ends in fail(), which here means: back to
 * the firmware.
 * Return: EFI_UNSUPPORTED if something has failed.
 */
EFI_STATUS hwcheck_run(const struct layout_wish *wish);

#endif
