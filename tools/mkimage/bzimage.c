// SPDX-License-Identifier: BSD-2-Clause
#include "bzimage.h"

#include "le.h"

#include <ctype.h>
#include <string.h>

/* Offsets in the file: "The Linux/x86 Boot Protocol", "The Real-Mode Kernel Header". */
#define HDR_SETUP_SECTS    0x1f1u
#define HDR_SYSSIZE        0x1f4u
#define HDR_BOOT_FLAG      0x1feu
#define HDR_MAGIC          0x202u
#define HDR_PROTOCOL       0x206u
#define HDR_KERNEL_VERSION 0x20eu
#define HDR_LOADFLAGS      0x211u
#define HDR_ALIGNMENT      0x230u
#define HDR_RELOCATABLE    0x234u
#define HDR_XLOADFLAGS     0x236u
#define HDR_CMDLINE_SIZE   0x238u
#define HDR_INIT_SIZE      0x260u
#define HDR_END            0x264u /* of protocol 2.12 */

#define BOOT_FLAG          0xaa55u
#define MAGIC_HDRS         0x53726448u /* "HdrS" */
#define PROTOCOL_MIN       0x020cu     /* the first with xloadflags */
#define LOADED_HIGH        0x01u
#define XLF_KERNEL_64      0x0001u
#define SECTOR             512u
#define ENTRY_64           0x200u /* "64-bit Boot Protocol": entry = start + 0x200 */
#define INIT_SIZE_MAX      (1024u * 1024u * 1024u)

static enum bzimage_err check_header(const uint8_t *p)
{
	uint32_t align = le32(p + HDR_ALIGNMENT);

	if (le16(p + HDR_BOOT_FLAG) != BOOT_FLAG)
		return BZIMAGE_ERR_BOOT_FLAG;
	if (le32(p + HDR_MAGIC) != MAGIC_HDRS)
		return BZIMAGE_ERR_MAGIC;
	if (le16(p + HDR_PROTOCOL) < PROTOCOL_MIN)
		return BZIMAGE_ERR_PROTOCOL;
	if (!(p[HDR_LOADFLAGS] & LOADED_HIGH))
		return BZIMAGE_ERR_LOW;
	if (!(le16(p + HDR_XLOADFLAGS) & XLF_KERNEL_64))
		return BZIMAGE_ERR_NOT_64;
	if (!p[HDR_RELOCATABLE] || align == 0 || (align & (align - 1)))
		return BZIMAGE_ERR_FIXED;
	return BZIMAGE_OK;
}

static enum bzimage_err read_sizes(const uint8_t *p, uint64_t size, struct bzimage *out)
{
	/* "If setup_sects is 0 the real value is 4"; the boot sector comes on top. */
	uint32_t sects = p[HDR_SETUP_SECTS] ? p[HDR_SETUP_SECTS] : 4;
	uint64_t kernel = (uint64_t)le32(p + HDR_SYSSIZE) * 16;

	out->setup_size = (sects + 1) * SECTOR;
	/* syssize counts whole paragraphs, so the file may be up to 15 bytes shorter. */
	if (kernel <= ENTRY_64 || out->setup_size + kernel > size + 15)
		return BZIMAGE_ERR_SIZE;
	if (kernel > size - out->setup_size)
		kernel = size - out->setup_size;
	out->kernel_size = (uint32_t)kernel;
	out->init_size = le32(p + HDR_INIT_SIZE);
	if (out->init_size < out->kernel_size || out->init_size > INIT_SIZE_MAX)
		return BZIMAGE_ERR_INIT_SIZE;
	return BZIMAGE_OK;
}

static enum bzimage_err read_release(const uint8_t *p, struct bzimage *out)
{
	uint32_t field = le16(p + HDR_KERNEL_VERSION), start = field + 0x200, i;

	if (field == 0 || start >= out->setup_size)
		return BZIMAGE_ERR_VERSION;
	for (i = 0; i < BZIMAGE_RELEASE && start + i < out->setup_size; i++) {
		uint8_t c = p[start + i];

		if (c == ' ' || c == '\0') {
			out->release[i] = '\0';
			return i ? BZIMAGE_OK : BZIMAGE_ERR_VERSION;
		}
		/* It goes into .osrel, where quotes and dollar signs would mean something. */
		if (!isalnum(c) && !strchr("._+~-", c))
			return BZIMAGE_ERR_VERSION;
		out->release[i] = (char)c;
	}
	return BZIMAGE_ERR_VERSION;
}

enum bzimage_err bzimage_check(const void *data, uint64_t size, struct bzimage *out)
{
	const uint8_t *p = data;
	enum bzimage_err err;

	memset(out, 0, sizeof(*out));
	if (size < HDR_END || size > UINT32_MAX)
		return BZIMAGE_ERR_SHORT;
	err = check_header(p);
	if (!err)
		err = read_sizes(p, size, out);
	if (!err)
		err = read_release(p, out);
	out->protocol = (uint16_t)le16(p + HDR_PROTOCOL);
	out->cmdline_max = le32(p + HDR_CMDLINE_SIZE);
	return err;
}

const char *bzimage_strerror(enum bzimage_err err)
{
	static const char *const text[BZIMAGE_ERR_COUNT] = {
		[BZIMAGE_OK] = "it is a usable kernel",
		[BZIMAGE_ERR_SHORT] = "it is no Linux kernel: smaller than a kernel's header; give "
				      "the bzImage file (vmlinuz)",
		[BZIMAGE_ERR_BOOT_FLAG] = "it is no Linux kernel: the boot sector does not end in "
					  "0x55 0xaa; give the bzImage file (vmlinuz)",
		[BZIMAGE_ERR_MAGIC] = "it is no Linux kernel: no 'HdrS' at 0x202; give the bzImage "
				      "file (vmlinuz)",
		[BZIMAGE_ERR_PROTOCOL] = "its boot protocol is older than 2.12; take Linux 3.8 or "
					 "later",
		[BZIMAGE_ERR_LOW] = "it is a zImage; build a bzImage",
		[BZIMAGE_ERR_NOT_64] = "it has no 64-bit entry point (XLF_KERNEL_64); take an "
				       "x86-64 kernel",
		[BZIMAGE_ERR_FIXED] = "it cannot be relocated; build it with CONFIG_RELOCATABLE=y",
		[BZIMAGE_ERR_SIZE] = "it is truncated: the file ends before its header says so; "
				     "copy it again",
		[BZIMAGE_ERR_INIT_SIZE] =
			"its init_size is impossible; the file is damaged, copy it again",
		[BZIMAGE_ERR_VERSION] = "it names no kernel release (kernel_version); the file is "
					"damaged, copy it again",
	};

	if ((uint32_t)err >= BZIMAGE_ERR_COUNT)
		return "unknown error";
	return text[err];
}
