// SPDX-License-Identifier: BSD-2-Clause
/*
 * What `mkimage inspect` and `extract` do with a file that claims to be an image: anything may come
 * out but a crash, and what is taken from it lies inside it. Input that begins with "P" is a list
 * of patches to a sound image, which gets a right checksum again.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../host/make_config.h"
#include "../host/make_pe.h"
#include "../host/patch.h"
#include "inspect.h"
#include "opened.h"

#define CONFIG_AT    0x400u
#define CELLS_AT     0xc00u
#define CELLS_SIZE   0x3000u
#define SAMPLE_SIZE  (CELLS_AT + CELLS_SIZE)
#define SAMPLE_PAGES 0x6000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t sum;

static void make_sample(uint8_t *image)
{
	static const struct make_pe_section sections[] = {
		{BH_SECTION_CONFIG, 0x1000, sizeof(struct policy), CONFIG_AT, CELLS_AT - CONFIG_AT,
		 PE_SCN_READ										   },
		{BH_SECTION_CELLS,  0x2000, CELLS_SIZE,            CELLS_AT,  CELLS_SIZE,           PE_SCN_READ},
	};
	static struct policy policy;

	_Static_assert(sizeof(policy) <= CELLS_AT - CONFIG_AT, "the policy has room");
	memset(image, 0, SAMPLE_SIZE);
	make_pe(image, SAMPLE_PAGES, 0x1000, sections, 2);
	make_policy(&policy);
	policy.cells[0].cpu_mask[0] = 4;
	seal_policy(&policy);
	memcpy(image + CONFIG_AT, &policy, sizeof(policy));
}

/* Without this the checksum would keep every patch from being looked at. */
static void seal(uint8_t *image)
{
	struct policy policy;

	memcpy(&policy, image + CONFIG_AT, sizeof(policy));
	seal_policy(&policy);
	memcpy(image + CONFIG_AT, &policy, sizeof(policy));
}

static void take(const struct opened *o, const char *name, const struct blob *image)
{
	struct piece piece;
	const char *why;

	if (!opened_part(o, name, &piece, &why)) {
		if (!why[0])
			abort();
		return;
	}
	if (piece.size > image->size ||
	    (piece.size && ((const uint8_t *)piece.data < image->data ||
			    (const uint8_t *)piece.data + piece.size > image->data + image->size)))
		abort();
	sum += piece_crc32(0, &piece);
}

static void try_image(const struct blob *image)
{
	static FILE *null;
	struct opened o;
	uint32_t i;

	if (!null)
		null = fopen("/dev/null", "w");
	if (opened_init(&o, image) != (o.problem_count == 0))
		abort();
	if (o.is_image) {
		take(&o, ".linux", image);
		take(&o, BH_SECTION_CELLS, image);
	}
	for (i = 0; o.has_policy && i < o.config.head->cell_count; i++)
		take(&o, o.config.cells[i].name, image);
	opened_free(&o);
	inspect("fuzz", image, false, null, null);
	inspect("fuzz", image, true, null, null);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t sample[SAMPLE_SIZE];
	struct blob image = {.size = size};

	if (size && data[0] == 'P') {
		make_sample(sample);
		patch_bytes(sample, sizeof(sample), data + 1, size - 1);
		seal(sample);
		image.size = sizeof(sample);
		image.data = malloc(image.size);
		memcpy(image.data, sample, image.size);
	} else {
		image.data = malloc(size ? size : 1);
		memcpy(image.data, data, size);
	}
	try_image(&image);
	free(image.data);
	return 0;
}
