// SPDX-License-Identifier: BSD-2-Clause
#include "uefi.h"

#include "core/string.h"

EFI_HANDLE efi_image;
EFI_SYSTEM_TABLE *efi_st;
EFI_BOOT_SERVICES *efi_bs;
EFI_LOADED_IMAGE_PROTOCOL *efi_loaded;

/* UEFI specification, "EFI_CONFIGURATION_TABLE" */
const EFI_GUID guid_acpi10 = {
	0xeb9d2d30, 0x2d88, 0x11d3, {0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}
};
const EFI_GUID guid_acpi20 = {
	0x8868e871, 0xe4f1, 0x11d3, {0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}
};
const EFI_GUID guid_mp_services = {
	0x3fdda605, 0xa76e, 0x4f46, {0xad, 0x29, 0x12, 0xf4, 0x53, 0x1b, 0x3d, 0x08}
};
const EFI_GUID guid_shell_parameters = {
	0x752f3136, 0x4e16, 0x4fdc, {0xa2, 0x2a, 0xe5, 0xf4, 0x68, 0x12, 0xf4, 0xca}
};
const EFI_GUID guid_memory_attribute = {
	0xf4560cf6, 0x40ec, 0x4b4a, {0xa1, 0x92, 0xbf, 0x1d, 0x57, 0xd0, 0xb1, 0x89}
};

static const EFI_GUID guid_loaded_image = EFI_LOADED_IMAGE_PROTOCOL_GUID;
static const EFI_GUID guid_global_variable = EFI_GLOBAL_VARIABLE;

EFI_STATUS uefi_init(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	EFI_GUID guid = guid_loaded_image;

	efi_image = image;
	efi_st = table;
	efi_bs = table->BootServices;
	return efi_bs->HandleProtocol(image, &guid, (void **)&efi_loaded);
}

void *uefi_locate(const EFI_GUID *guid)
{
	EFI_GUID copy = *guid;
	void *interface = NULL;

	if (EFI_ERROR(efi_bs->LocateProtocol(&copy, NULL, &interface)))
		return NULL;
	return interface;
}

void *uefi_config_table(const EFI_GUID *guid)
{
	for (UINTN i = 0; i < efi_st->NumberOfTableEntries; i++) {
		EFI_CONFIGURATION_TABLE *t = &efi_st->ConfigurationTable[i];

		if (memcmp(&t->VendorGuid, guid, sizeof(*guid)) == 0)
			return t->VendorTable;
	}
	return NULL;
}

UINTN uefi_variable(const CHAR16 *name, void *value, UINTN size)
{
	EFI_GUID guid = guid_global_variable;

	/* GNU-EFI's prototype lacks the const of the specification. */
	if (EFI_ERROR(efi_st->RuntimeServices->GetVariable((CHAR16 *)name, &guid, NULL, &size,
							   value)))
		return 0;
	return size;
}

bool uefi_variable_u8(const CHAR16 *name, u8 *value)
{
	UINTN size = uefi_variable(name, value, sizeof(*value));

	return size == sizeof(*value);
}
