// SPDX-License-Identifier: BSD-2-Clause
#include "options.h"

#include "profile.h"
#include "uefi.h"

#define ARGUMENT_MAX 32u /* bytes of an argument that are looked at: longer ones are no profile */

/* A shell's LoadOptions begin with the name of the program; it has taken them apart itself. */
static u32 shell_profile(const struct shell_parameters *shell)
{
	u64 size = 0;

	if (shell->argc < 2)
		return 0;
	while (size < ARGUMENT_MAX && shell->argv[1][size / sizeof(CHAR16)])
		size += sizeof(CHAR16);
	return profile_number(shell->argv[1], size);
}

u32 options_profile(void)
{
	EFI_GUID guid = guid_shell_parameters;
	struct shell_parameters *shell = NULL;

	if (!EFI_ERROR(efi_bs->HandleProtocol(efi_image, &guid, (void **)&shell)))
		return shell_profile(shell);
	if (!efi_loaded->LoadOptions)
		return 0;
	return profile_number(efi_loaded->LoadOptions, efi_loaded->LoadOptionsSize);
}
