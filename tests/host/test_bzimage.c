// SPDX-License-Identifier: BSD-2-Clause
#include "bzimage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make_bzimage.h"

static int setup(void **state)
{
	*state = calloc(1, MAKE_BZIMAGE_SIZE);
	if (!*state)
		return -1;
	make_bzimage(*state);
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void bzimage_check_reads_a_kernel(void **state)
{
	struct bzimage info;

	assert_int_equal(bzimage_check(*state, MAKE_BZIMAGE_SIZE, &info), BZIMAGE_OK);
	assert_int_equal(info.protocol, 0x020f);
	assert_int_equal(info.setup_size, MAKE_BZIMAGE_SETUP);
	assert_int_equal(info.kernel_size, MAKE_BZIMAGE_KERNEL);
	assert_int_equal(info.init_size, 0x100000);
	assert_int_equal(info.cmdline_max, 2047);
	assert_string_equal(info.release, "6.1.0-test+1~a_b");
}

static void bzimage_check_accepts_a_signature_behind_the_kernel(void **state)
{
	uint8_t *longer = calloc(1, MAKE_BZIMAGE_SIZE + 100);
	struct bzimage info;

	memcpy(longer, *state, MAKE_BZIMAGE_SIZE);
	assert_int_equal(bzimage_check(longer, MAKE_BZIMAGE_SIZE + 100, &info), BZIMAGE_OK);
	assert_int_equal(info.kernel_size, MAKE_BZIMAGE_KERNEL);
	free(longer);
}

static void bzimage_check_refuses_damaged_headers(void **state)
{
	static const struct {
		uint32_t offset, bytes, value;
		enum bzimage_err err;
	} cases[] = {
		{0x1fe,                    2, 0x55aa,                       BZIMAGE_ERR_BOOT_FLAG},
		{0x202,                    4, 0,                            BZIMAGE_ERR_MAGIC    },
		{0x206,                    2, 0x020b,                       BZIMAGE_ERR_PROTOCOL },
		{0x211,                    1, 0,                            BZIMAGE_ERR_LOW      },
		{0x236,                    2, 0x007e,                       BZIMAGE_ERR_NOT_64   },
		{0x234,                    1, 0,                            BZIMAGE_ERR_FIXED    },
		{0x230,                    4, 0,                            BZIMAGE_ERR_FIXED    },
		{0x230,                    4, 0x300000,                     BZIMAGE_ERR_FIXED    },
		{0x1f4,                    4, 0,                            BZIMAGE_ERR_SIZE     },
		{0x1f4,                    4, 0x20,                         BZIMAGE_ERR_SIZE     },
		{0x1f4,                    4, MAKE_BZIMAGE_KERNEL / 16 + 1, BZIMAGE_ERR_SIZE     },
		{0x1f4,                    4, 0xffffffff,                   BZIMAGE_ERR_SIZE     },
		{0x1f1,                    1, 255,                          BZIMAGE_ERR_SIZE     },
		{0x1f1,                    1, 0,                            BZIMAGE_ERR_SIZE     },
		{0x260,                    4, MAKE_BZIMAGE_KERNEL - 1,      BZIMAGE_ERR_INIT_SIZE},
		{0x260,                    4, 0xffffffff,                   BZIMAGE_ERR_INIT_SIZE},
		{0x20e,                    2, 0,                            BZIMAGE_ERR_VERSION  },
		{0x20e,                    2, 0xffff,                       BZIMAGE_ERR_VERSION  },
		{0x20e,                    2, 0x200,                        BZIMAGE_ERR_VERSION  },
		{MAKE_BZIMAGE_VERSION,     1, ' ',                          BZIMAGE_ERR_VERSION  },
		{MAKE_BZIMAGE_VERSION + 3, 1, '"',                          BZIMAGE_ERR_VERSION  },
		{MAKE_BZIMAGE_VERSION + 3, 1, '\n',                         BZIMAGE_ERR_VERSION  },
		{MAKE_BZIMAGE_VERSION + 3, 1, 0x80,                         BZIMAGE_ERR_VERSION  },
	};
	uint8_t *image = *state, saved[4];
	struct bzimage info;
	enum bzimage_err err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(saved, image + cases[i].offset, 4);
		for (uint32_t k = 0; k < cases[i].bytes; k++)
			image[cases[i].offset + k] = (uint8_t)(cases[i].value >> 8 * k);
		err = bzimage_check(image, MAKE_BZIMAGE_SIZE, &info);
		if (err != cases[i].err)
			fail_msg("case %zu: %s; wanted: %s", i, bzimage_strerror(err),
				 bzimage_strerror(cases[i].err));
		memcpy(image + cases[i].offset, saved, 4);
	}
}

static void bzimage_check_refuses_every_shorter_file(void **state)
{
	struct bzimage info;

	/* The last 15 bytes may be missing: syssize counts in units of 16. */
	for (uint32_t size = 0; size < MAKE_BZIMAGE_SIZE - 15; size++) {
		uint8_t *copy = malloc(size ? size : 1);

		memcpy(copy, *state, size);
		assert_int_not_equal(bzimage_check(copy, size, &info), BZIMAGE_OK);
		free(copy);
	}
}

static void bzimage_check_refuses_a_release_without_end(void **state)
{
	uint8_t *image = *state;
	struct bzimage info;

	memset(image + MAKE_BZIMAGE_VERSION, 'a', MAKE_BZIMAGE_SETUP - MAKE_BZIMAGE_VERSION);
	assert_int_equal(bzimage_check(image, MAKE_BZIMAGE_SIZE, &info), BZIMAGE_ERR_VERSION);
	/* Short enough, but it runs into the kernel. */
	put_le16(image + 0x20e, MAKE_BZIMAGE_SETUP - 0x200 - 4);
	assert_int_equal(bzimage_check(image, MAKE_BZIMAGE_SIZE, &info), BZIMAGE_ERR_VERSION);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(bzimage_check_reads_a_kernel),
		T(bzimage_check_accepts_a_signature_behind_the_kernel),
		T(bzimage_check_refuses_damaged_headers),
		T(bzimage_check_refuses_every_shorter_file),
		T(bzimage_check_refuses_a_release_without_end),
	};

	return cmocka_run_group_tests_name("bzimage", tests, NULL, NULL);
}
