/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the stub needs of UEFI beyond GNU-EFI's headers, and the handles of this start. Only code
 * that runs before ExitBootServices() includes this.
 */
#ifndef STUB_UEFI_H
#define STUB_UEFI_H

#include <efi.h>

#include "core/types.h"

extern EFI_HANDLE efi_image;
extern EFI_SYSTEM_TABLE *efi_st;
extern EFI_BOOT_SERVICES *efi_bs;
extern EFI_LOADED_IMAGE_PROTOCOL *efi_loaded;

/** uefi_init - remember the handles. Return: the firmware's error, if it hides our own image. */
EFI_STATUS uefi_init(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

/* uefi_locate - the first instance of a protocol, NULL if there is none. */
void *uefi_locate(const EFI_GUID *guid);

/* uefi_config_table - a vendor table, NULL if there is none. */
void *uefi_config_table(const EFI_GUID *guid);

/** uefi_variable - a variable of the global name space. Return: its bytes, 0 if not there or >
 * size. */
UINTN uefi_variable(const CHAR16 *name, void *value, UINTN size);

/** uefi_variable_u8 - a one-byte variable of the global name space. Return: false if not there. */
bool uefi_variable_u8(const CHAR16 *name, u8 *value);

extern const EFI_GUID guid_acpi10, guid_acpi20;

/* PI specification vol. 2, "MP Services Protocol" */
#define MP_CPU_BSP     BIT32(0)
#define MP_CPU_ENABLED BIT32(1)
#define MP_CPU_HEALTHY BIT32(2)

struct mp_cpu_info {
	u64 id;     /* APIC id */
	u32 status; /* MP_CPU_x */
	u32 package, core, thread;
	u32 extended[6]; /* room for what later revisions of the specification append */
};

typedef void(EFIAPI *mp_procedure)(void *arg);

struct mp_services {
	EFI_STATUS(EFIAPI *count)(struct mp_services *mp, UINTN *all, UINTN *enabled);
	EFI_STATUS(EFIAPI *info)(struct mp_services *mp, UINTN number, struct mp_cpu_info *info);
	EFI_STATUS(EFIAPI *start_all)
	(struct mp_services *mp, mp_procedure fn, BOOLEAN one_by_one, EFI_EVENT event,
	 UINTN timeout_us, void *arg, UINTN **failed);
};

extern const EFI_GUID guid_mp_services, guid_shell_parameters;

/* UEFI Shell specification, "EFI_SHELL_PARAMETERS_PROTOCOL" */
struct shell_parameters {
	CHAR16 **argv;
	UINTN argc;
};

/* UEFI specification, "EFI_MEMORY_ATTRIBUTE_PROTOCOL" */
struct memory_attribute {
	EFI_STATUS(EFIAPI *get)(struct memory_attribute *ma, u64 base, u64 size, u64 *attributes);
	EFI_STATUS(EFIAPI *set)(struct memory_attribute *ma, u64 base, u64 size, u64 attributes);
	EFI_STATUS(EFIAPI *clear)(struct memory_attribute *ma, u64 base, u64 size, u64 attributes);
};

#define MEMORY_XP 0x4000ULL /* EFI_MEMORY_XP */

extern const EFI_GUID guid_memory_attribute;

#endif
