/* SPDX-License-Identifier: BSD-2-Clause */
/* The stub's own PE sections, as the firmware loaded (and, under Secure Boot, verified) them. */
#ifndef STUB_SECTIONS_H
#define STUB_SECTIONS_H

#include "config.h"
#include "pe.h"

struct sections {
	struct pe_image pe;
	struct config config;
	struct pe_span cells;   /* .rtcells; size 0 if there are none */
	struct pe_span kernel;  /* .linux, without section padding */
	struct pe_span ucode;   /* size 0 = none */
	struct pe_span initrd;  /* size 0 = none */
	struct pe_span cmdline; /* not NUL-terminated */
};

/**
 * sections_open - find the sections in the loaded image and check their checksums.
 * On failure *out still holds whichever sections were found, so that the packed kernel can be
 * started without partitions; out->config.head is NULL if there is no sound policy, and
 * out->kernel.size is 0 if the kernel, its initrd or its command line is known to be damaged.
 * Return: false and the sentence.
 */
bool sections_open(struct sections *out, const void *base, u64 size, struct why *why);

/**
 * sections_initrd_size - bytes of what Linux gets as its initrd: .ucode, padding to 4 bytes, which
 * the cpio format wants, and .initrd. 0 = none.
 */
u64 sections_initrd_size(const struct sections *s);

/** sections_initrd_copy - put that to @to. */
void sections_initrd_copy(const struct sections *s, void *to);

#endif
