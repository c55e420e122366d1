// SPDX-License-Identifier: BSD-2-Clause
#include "exit.h"

#include "handover.h"
#include "uefi.h"

#define TRIES 8u

/*
 * UEFI specification, "EFI_BOOT_SERVICES.ExitBootServices()": it fails if the map has changed since
 * it was read, which its own notifications may cause; then only the memory services are left.
 */
void exit_boot_services(struct efi_map *map, u16 console_port)
{
	for (u32 i = 0; i < TRIES; i++) {
		UINTN size = map->capacity, key = 0, desc_size = 0;
		EFI_STATUS status;

		status = efi_bs->GetMemoryMap(&size, (EFI_MEMORY_DESCRIPTOR *)map->desc, &key,
					      &desc_size, &map->desc_version);
		if (EFI_ERROR(status))
			break;
		map->size = size;
		map->desc_size = desc_size;
		status = efi_bs->ExitBootServices(efi_image, key);
		if (!EFI_ERROR(status))
			return;
	}
	handover_stop(console_port, "the firmware does not end its boot services");
}
