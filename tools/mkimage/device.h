/* SPDX-License-Identifier: BSD-2-Clause */
/* PCI functions as the system file writes them: "00:03.0" or "1234:11e8#1". Pure. */
#ifndef MKIMAGE_DEVICE_H
#define MKIMAGE_DEVICE_H

#include <bulkhead/image.h>

#include <stdbool.h>

/**
 * device_parse - read "BUS:DEVICE.FUNCTION" or "VENDOR:DEVICE", the latter with "#N" behind it for
 * the N-th of its kind, from 0. Numbers but N are hexadecimal with all their digits.
 * Return: false if @text is anything else.
 */
bool device_parse(const char *text, struct bh_config_device *out);

/* device_same - do two entries say the same? */
bool device_same(const struct bh_config_device *a, const struct bh_config_device *b);

/* device_text - the reverse of device_parse(). @out: at least DEVICE_TEXT bytes. Return: @out. */
#define DEVICE_TEXT 24
const char *device_text(const struct bh_config_device *device, char *out);

#endif
