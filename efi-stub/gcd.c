// SPDX-License-Identifier: BSD-2-Clause
#include "gcd.h"

#include "uefi.h"

/* PI specification vol. 2, "DXE Services Table" and "GetMemorySpaceMap()" */
static const EFI_GUID guid_dxe_services = {
	0x05ad34ba, 0x6f02, 0x4214, {0x95, 0x2e, 0x4d, 0xa0, 0x39, 0x8e, 0x2b, 0xb9}
};

#define DXE_SIGNATURE 0x565245535f455844ULL /* the bytes "DXE_SERV" */
#define GCD_NONE      0u                    /* EfiGcdMemoryTypeNonExistent */

struct gcd_space {
	u64 base, length;
	u64 capabilities, attributes;
	u32 kind;
	EFI_HANDLE image, device;
};

struct dxe_services {
	EFI_TABLE_HEADER header;
	void *add, *allocate, *free, *remove, *describe, *set_attributes;
	EFI_STATUS(EFIAPI *map)(UINTN *count, struct gcd_space **map);
};

u64 gcd_end(void)
{
	struct dxe_services *dxe = uefi_config_table(&guid_dxe_services);
	struct gcd_space *map = NULL;
	UINTN count = 0;
	u64 end = 0;

	if (!dxe || dxe->header.Signature != DXE_SIGNATURE)
		return 0;
	if (EFI_ERROR(dxe->map(&count, &map)))
		return 0;
	for (UINTN i = 0; i < count; i++)
		if (map[i].kind != GCD_NONE && map[i].length <= UINT64_MAX - map[i].base &&
		    map[i].base + map[i].length > end)
			end = map[i].base + map[i].length;
	(void)efi_bs->FreePool(map);
	return end;
}
