/* SPDX-License-Identifier: BSD-2-Clause */
/* What whoever started us has to say: the number of a profile, and nothing else. */
#ifndef STUB_OPTIONS_H
#define STUB_OPTIONS_H

#include "core/types.h"

/**
 * options_profile - the N of "@N" at the start of LoadOptions or, under an EFI shell, of the first
 * argument. Nobody has signed LoadOptions; but every profile is signed with the image.
 * Return: N; 0 if there is none.
 */
u32 options_profile(void);

#endif
