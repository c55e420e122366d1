/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Profiles of an image (UAPI.5, "Multi-Profile UKIs"): what one and the same image can be started
 * as. One source for the stub, which starts one, and mkimage, which writes and shows them. Pure.
 */
#ifndef STUB_PROFILE_H
#define STUB_PROFILE_H

#include "pe.h"
#include "why.h"

#define PROFILE_SECTION ".profile"
#define PROFILE_TEXT    64u /* bytes of an ID or a title, with its NUL */

enum profile_kind {
	PROFILE_PARTITIONED, /* what the image is for; the default */
	PROFILE_LINUX,       /* the packed kernel alone, with the whole machine */
	PROFILE_CHECK,       /* tests this machine against this image */
	PROFILE_HWDUMP,      /* writes a hardware dump */
	PROFILE_COUNT
};

struct profile {
	enum profile_kind kind; /* PROFILE_COUNT: of no kind that we know */
	char id[PROFILE_TEXT];
	char title[PROFILE_TEXT];
};

/** profile_id, profile_title - what the section of a kind says. Never NULL. */
const char *profile_id(enum profile_kind kind);
const char *profile_title(enum profile_kind kind);

/**
 * profile_number - the N of an "@N" that @text begins with, followed by a space or the end.
 * @text: UTF-16, little endian, any alignment; it ends at a NUL or after @size bytes.
 * Nothing else in it counts. Return: N; 0, which is the default, if it does not begin so.
 */
u32 profile_number(const void *text, u64 size);

/** profile_span - the bytes of profile section number @number. Return: false if there is none. */
bool profile_span(const struct pe_image *pe, u32 number, struct pe_span *out);

/**
 * profile_at - read the section of profile number @number.
 * Return: false if there is none.
 */
bool profile_at(const struct pe_image *pe, u32 number, struct profile *out);

/**
 * profile_overrides - a section that profile @number brings along in place of one of the base
 * that the stub uses. The specification allows it, the checksums of the policy do not cover it.
 * Return: its name, NULL if there is none.
 */
const char *profile_overrides(const struct pe_image *pe, u32 number);

/**
 * profile_choose - what profile @number stands for. An image without any profile has number 0 only.
 * Return: false and the sentence if the image has no such profile, or the stub does not know it.
 */
bool profile_choose(const struct pe_image *pe, u32 number, enum profile_kind *out, struct why *why);

#endif
