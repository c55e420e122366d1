// SPDX-License-Identifier: BSD-2-Clause
/*
 * An EFI application in front of Bulkhead, for the tests: does what a firmware does whose set-up
 * has virtualisation switched off, then starts \EFI\BOOT\NEXT.EFI of the same disk. For VMX alone;
 * QEMU's SVM knows no lock.
 */
#include <efi.h>
#include <efilib.h>

/* SDM vol. 3, "Enabling and Entering VMX Operation": locked, VMX in no mode */
#define MSR_FEATURE_CONTROL  0x3au
#define FEATURE_CONTROL_LOCK 1u

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

static void lock_vmx(void)
{
	__asm__ volatile("wrmsr" : : "c"(MSR_FEATURE_CONTROL), "a"(FEATURE_CONTROL_LOCK), "d"(0));
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	static CHAR16 name[] = L"\\EFI\\BOOT\\NEXT.EFI";
	EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_LOADED_IMAGE_PROTOCOL *self;
	EFI_HANDLE next = NULL;
	EFI_STATUS status;

	InitializeLib(image, table);
	status = table->BootServices->HandleProtocol(image, &guid, (void **)&self);
	if (EFI_ERROR(status))
		return status;
	status = table->BootServices->LoadImage(
		FALSE, image, FileDevicePath(self->DeviceHandle, name), NULL, 0, &next);
	if (EFI_ERROR(status))
		return status;
	lock_vmx();
	return table->BootServices->StartImage(next, NULL, NULL);
}
