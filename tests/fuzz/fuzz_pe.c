// SPDX-License-Identifier: BSD-2-Clause
/*
 * Whatever the bytes are: what pe_open() accepts can be walked and read to its last byte. Input
 * that begins with "P" is a list of patches to a sound image, so that the fuzzer need not find out
 * by itself how to write one.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "../host/make_pe.h"
#include "../host/patch.h"
#include "pe.h"
#include "profile.h"

#define SIZE 0x5000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t sum;

static void read_profiles(const struct pe_image *pe)
{
	enum profile_kind kind;
	struct profile p;
	struct why why;
	uint32_t n;

	for (n = 0; profile_at(pe, n, &p); n++) {
		for (uint32_t i = 0; p.title[i]; i++)
			if (p.title[i] < ' ' || p.title[i] > '~')
				abort();
		if (profile_choose(pe, n, &kind, &why) &&
		    (kind >= PROFILE_COUNT || profile_overrides(pe, n)))
			abort();
	}
	if (n > pe->count)
		abort();
}

static void read_all(const struct pe_image *pe)
{
	struct pe_section s, wx;
	struct pe_span span;

	for (uint32_t i = 0; pe_section_at(pe, i, &s) == PE_OK; i++) {
		pe_span_of(pe, &s, &span);
		for (uint64_t k = 0; k < span.size; k++)
			sum += span.data[k];
		if (pe_section(pe, s.name, &span) == PE_OK && span.size > s.virtual_size)
			abort();
	}
	sum += (uint32_t)pe_check_wx(pe, &wx);
	read_profiles(pe);
}

static void try_both(const uint8_t *data, size_t size)
{
	struct pe_image pe;

	if (pe_open(&pe, data, size, PE_LAYOUT_FILE) == PE_OK)
		read_all(&pe);
	if (pe_open(&pe, data, size, PE_LAYOUT_LOADED) == PE_OK)
		read_all(&pe);
}

static void try_patched(const uint8_t *patches, size_t size)
{
	static const struct make_pe_section sections[] = {
		{".text",    0x1000, 0x800, 0x400,  0x800, PE_SCN_CODE | PE_SCN_READ | PE_SCN_EXECUTE},
		{".rtcfg",   0x2000, 0x10,  0xc00,  0x200, PE_SCN_INIT_DATA | PE_SCN_READ            },
		{".profile", 0x3000, 0x40,  0xe00,  0x200, PE_SCN_INIT_DATA | PE_SCN_READ            },
		{".cmdline", 0x4000, 0x10,  0x1000, 0x200, PE_SCN_INIT_DATA | PE_SCN_READ            },
	};
	uint8_t *image = calloc(1, SIZE);

	make_pe(image, SIZE, 0x1000, sections, 4);
	memcpy(image + 0xe00, "ID=linux\nTITLE=\"some\"\n", 23);
	patch_bytes(image, SIZE, patches, size);
	try_both(image, SIZE);
	free(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sum += profile_number(data, size);
	if (size && data[0] == 'P')
		try_patched(data + 1, size - 1);
	else
		try_both(data, size);
	return 0;
}
