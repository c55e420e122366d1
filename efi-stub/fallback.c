// SPDX-License-Identifier: BSD-2-Clause
#include "fallback.h"

#include "console.h"
#include "core/format.h"
#include "core/string.h"
#include "memory.h"
#include "tables.h"
#include "uefi.h"
#include "vouch.h"
#include "x86/asm.h"

static const struct sections *plan;

/* Linux asks for its initrd under this vendor media device path (LINUX_EFI_INITRD_MEDIA_GUID). */
static struct {
	VENDOR_DEVICE_PATH vendor;
	EFI_DEVICE_PATH end;
} __attribute__((packed)) initrd_path = {
	{{MEDIA_DEVICE_PATH, MEDIA_VENDOR_DP, {sizeof(VENDOR_DEVICE_PATH), 0}},
	 {0x5568e427, 0x68fc, 0x4f3d, {0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68}}                     },
	{ END_DEVICE_PATH_TYPE,				       END_ENTIRE_DEVICE_PATH_SUBTYPE, {sizeof(EFI_DEVICE_PATH), 0}},
};

/* UEFI specification, "EFI_LOAD_FILE2_PROTOCOL.LoadFile()" */
struct load_file2 {
	EFI_STATUS(EFIAPI *load)
	(struct load_file2 *self, EFI_DEVICE_PATH *path, BOOLEAN boot, UINTN *size, void *buffer);
};

static EFI_STATUS EFIAPI load_initrd(struct load_file2 *self, EFI_DEVICE_PATH *path, BOOLEAN boot,
				     UINTN *size, void *buffer)
{
	UINTN room = size ? *size : 0;

	(void)self;
	(void)path;
	if (!size || boot)
		return EFI_INVALID_PARAMETER;
	*size = sections_initrd_size(plan);
	if (!buffer || room < *size)
		return EFI_BUFFER_TOO_SMALL;
	sections_initrd_copy(plan, buffer);
	return EFI_SUCCESS;
}

static EFI_STATUS offer_initrd(void)
{
	static struct load_file2 loader = {load_initrd};
	EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
	EFI_GUID loader_guid = {
		0x4006c0c1, 0xfcb3, 0x403e, {0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d}
        };
	EFI_HANDLE handle = NULL;

	if (!sections_initrd_size(plan))
		return EFI_SUCCESS;
	return efi_bs->InstallMultipleProtocolInterfaces(&handle, &path_guid, &initrd_path,
							 &loader_guid, &loader, NULL);
}

static EFI_STATUS set_cmdline(EFI_LOADED_IMAGE_PROTOCOL *kernel)
{
	u64 size = plan->cmdline.size;
	CHAR16 *text = NULL;
	EFI_STATUS status;

	status = efi_bs->AllocatePool(EfiLoaderData, (size + 1) * sizeof(*text), (void **)&text);
	if (EFI_ERROR(status))
		return status;
	for (u64 i = 0; i < size; i++)
		text[i] = plan->cmdline.data[i];
	text[size] = 0;
	kernel->LoadOptions = text;
	kernel->LoadOptionsSize = (UINT32)((size + 1) * sizeof(*text));
	return EFI_SUCCESS;
}

static EFI_STATUS start_linux(void)
{
	EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_LOADED_IMAGE_PROTOCOL *kernel = NULL;
	EFI_HANDLE handle = NULL;
	EFI_STATUS status;

	say("starting the packed Linux without partitions");
	vouch_for(plan->kernel.data, plan->kernel.size);
	status = efi_bs->LoadImage(0, efi_image, efi_loaded->FilePath, (void *)plan->kernel.data,
				   plan->kernel.size, &handle);
	vouch_end();
	if (EFI_ERROR(status))
		return status;
	status = efi_bs->HandleProtocol(handle, &guid, (void **)&kernel);
	if (EFI_ERROR(status))
		return status;
	status = set_cmdline(kernel);
	if (EFI_ERROR(status))
		return status;
	status = offer_initrd();
	if (EFI_ERROR(status))
		return status;
	return efi_bs->StartImage(handle, NULL, NULL);
}

static u32 policy(void)
{
	u32 wanted = plan && plan->config.head ? plan->config.head->on_failure : BH_FAIL_LINUX;

	if (wanted == BH_FAIL_LINUX && (!plan || !plan->kernel.size))
		return BH_FAIL_FIRMWARE; /* there is nothing to start */
	return wanted;
}

void fallback_plan(const struct sections *sections)
{
	plan = sections;
}

static void __attribute__((noreturn)) leave(EFI_STATUS status)
{
	say("going back to the firmware");
	efi_bs->Exit(efi_image, status, 0, NULL);
	halt_forever(); /* Exit() does not return */
}

void fallback_linux(void)
{
	EFI_STATUS status = start_linux();

	say("the packed Linux did not start (firmware error 0x%lx)", status);
	leave(status);
}

void fail(const char *fmt, ...)
{
	static struct why why;
	va_list ap;

	va_start(ap, fmt);
	vformat(why.text, sizeof(why.text), fmt, ap);
	va_end(ap);
	say("cannot start: %s", why.text);
	tables_withdraw();
	memory_release();
	if (policy() == BH_FAIL_LINUX)
		fallback_linux();
	if (policy() == BH_FAIL_HALT) {
		say("stopping the machine, as the system file says");
		halt_forever();
	}
	leave(EFI_ABORTED);
}
