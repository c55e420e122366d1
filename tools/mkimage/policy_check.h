/* SPDX-License-Identifier: BSD-2-Clause */
/* What a system file may say, but should perhaps not: warnings, and what --release refuses. */
#ifndef MKIMAGE_POLICY_CHECK_H
#define MKIMAGE_POLICY_CHECK_H

#include "diag.h"
#include "sysfile.h"

#include <stdbool.h>

/**
 * policy_check - look at the settings as a whole, after sysfile_set().
 * @release: lab and debug settings are errors.
 * Return: false if there was an error; every one is in @diag.
 */
bool policy_check(const struct sysfile *sysfile, bool release, struct diag *diag);

#endif
