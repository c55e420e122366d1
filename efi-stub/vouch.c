// SPDX-License-Identifier: BSD-2-Clause
/*
 * The PI specification (vol. 2, "Security Architectural Protocols") has LoadImage() ask one of two
 * protocols. There is no call to add to them, so their function pointers are replaced for as long
 * as our one LoadImage() takes; all other questions are passed on.
 */
#include "vouch.h"

#include "uefi.h"

static const EFI_GUID guid_security = {
	0xa46423e3, 0x4617, 0x49f1, {0xb9, 0xff, 0xd1, 0xbf, 0xa9, 0x11, 0x58, 0x39}
};
static const EFI_GUID guid_security2 = {
	0x94ab2f58, 0x1438, 0x4ef1, {0x91, 0x52, 0x18, 0x94, 0x1a, 0x3a, 0x0e, 0x68}
};

struct security;
struct security2;

typedef EFI_STATUS(EFIAPI *security_fn)(const struct security *self, u32 status,
					const EFI_DEVICE_PATH *path);
typedef EFI_STATUS(EFIAPI *security2_fn)(const struct security2 *self, const EFI_DEVICE_PATH *path,
					 void *file, UINTN size, BOOLEAN boot);

struct security {
	security_fn check;
};

struct security2 {
	security2_fn check;
};

static struct security *security;
static struct security2 *security2;
static security_fn old_check;
static security2_fn old_check2;
static const void *trusted;
static u64 trusted_size;

/* This one is not told the bytes. Nothing but our own LoadImage() runs while it is installed. */
static EFI_STATUS EFIAPI check(const struct security *self, u32 status, const EFI_DEVICE_PATH *path)
{
	(void)self;
	(void)status;
	(void)path;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI check2(const struct security2 *self, const EFI_DEVICE_PATH *path,
				void *file, UINTN size, BOOLEAN boot)
{
	if (file == trusted && size == trusted_size)
		return EFI_SUCCESS;
	return old_check2(self, path, file, size, boot);
}

void vouch_for(const void *image, u64 size)
{
	trusted = image;
	trusted_size = size;
	security2 = uefi_locate(&guid_security2);
	security = uefi_locate(&guid_security);
	if (security2) {
		old_check2 = security2->check;
		security2->check = check2;
	} else if (security) {
		old_check = security->check;
		security->check = check;
	}
}

void vouch_end(void)
{
	if (security2)
		security2->check = old_check2;
	else if (security)
		security->check = old_check;
}
