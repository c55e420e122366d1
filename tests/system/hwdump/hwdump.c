// SPDX-License-Identifier: BSD-2-Clause
/* An EFI application that is nothing but hwdump_run(): records the machine, then goes back. */
#include "hwdump.h"

#include "console.h"

#define COM1 0x3f8u

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	EFI_STATUS status = uefi_init(image, table);

	if (EFI_ERROR(status))
		return status;
	console_open(COM1);
	return hwdump_run();
}
