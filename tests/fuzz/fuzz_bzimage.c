// SPDX-License-Identifier: BSD-2-Clause
/* The kernel's header; input that begins with "P" patches a sound kernel. */
#include <stdlib.h>
#include <string.h>

#include "bzimage.h"

#include "../host/make_bzimage.h"
#include "../host/patch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try(const uint8_t *image, size_t size)
{
	struct bzimage info;

	if (bzimage_check(image, size, &info) != BZIMAGE_OK)
		return;
	if ((uint64_t)info.setup_size + info.kernel_size > size ||
	    info.init_size < info.kernel_size || info.release[0] == '\0' ||
	    strnlen(info.release, BZIMAGE_RELEASE) == BZIMAGE_RELEASE)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t image[MAKE_BZIMAGE_SIZE] = {0};

	if (size == 0 || data[0] != 'P') {
		try(data, size);
		return 0;
	}
	make_bzimage(image);
	patch_bytes(image, sizeof(image), data + 1, size - 1);
	try(image, sizeof(image));
	return 0;
}
