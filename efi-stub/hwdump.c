// SPDX-License-Identifier: BSD-2-Clause
#include "hwdump.h"

#include "console.h"
#include "hwtext.h"
#include "memory.h"
#include "survey.h"
#include "tables.h"

#define FILE_NAME  L"bulkhead-hw.dump"
#define FIRST_SIZE 0x10000u /* bytes, of the first attempt */

static EFI_STATUS open_volume(EFI_FILE_HANDLE *root)
{
	EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
	EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *fs = NULL;
	EFI_STATUS status = efi_bs->HandleProtocol(efi_loaded->DeviceHandle, &guid, (void **)&fs);

	return EFI_ERROR(status) ? status : fs->OpenVolume(fs, root);
}

/* There is no call to cut a file: an older, longer one goes first. */
static void remove_old(EFI_FILE_HANDLE root)
{
	EFI_FILE_HANDLE old = NULL;

	if (!EFI_ERROR(root->Open(root, &old, (CHAR16 *)FILE_NAME,
				  EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE, 0)))
		(void)old->Delete(old); /* closes it, too; Open() below tells if it failed */
}

static EFI_STATUS write_all(EFI_FILE_HANDLE file, const char *text, UINTN size)
{
	UINTN written = size;
	EFI_STATUS status = file->Write(file, &written, (void *)text);

	if (!EFI_ERROR(status) && written != size)
		return EFI_VOLUME_FULL;
	return status;
}

static EFI_STATUS save(const char *text, UINTN size)
{
	EFI_FILE_HANDLE root = NULL, file = NULL;
	EFI_STATUS status = open_volume(&root), closed;

	if (EFI_ERROR(status))
		return status;
	remove_old(root);
	status = root->Open(root, &file, (CHAR16 *)FILE_NAME,
			    EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE | EFI_FILE_MODE_CREATE, 0);
	if (!EFI_ERROR(status)) {
		status = write_all(file, text, size);
		closed = file->Close(file);
		status = EFI_ERROR(status) ? status : closed;
	}
	(void)root->Close(root);
	return status;
}

static char *take_text(u64 size)
{
	return (char *)memory_take(&(struct memory_request){
		.what = "the hardware dump", .size = size, .type = EFI_MEM_LOADER_DATA});
}

/* Return: the text; *size is its length. */
static char *write_text(const struct hwtext *h, u64 *size)
{
	u64 room = FIRST_SIZE;
	char *text = take_text(room);

	*size = hwtext_write(h, text, room);
	if (*size < room)
		return text;
	room = *size + 1;
	text = take_text(room);
	*size = hwtext_write(h, text, room);
	return text;
}

EFI_STATUS hwdump_run(void)
{
	static struct machine machine;
	static struct acpi_tables acpi;
	static struct platform_source source;
	struct hwtext h = {.m = &machine, .source = &source};
	bool has_acpi = tables_open(&acpi);
	EFI_STATUS status;
	char *text;
	u64 size;

	survey(&machine, has_acpi ? &acpi : NULL);
	survey_source(&source, has_acpi ? &acpi : NULL);
	h.ivrs = has_acpi ? acpi_find(&acpi, "IVRS") : NULL;
	text = write_text(&h, &size);
	status = save(text, size);
	if (EFI_ERROR(status))
		say("hardware dump: bulkhead-hw.dump cannot be written to the disk that this image "
		    "was started from (firmware error 0x%lx)",
		    status);
	else
		say("hardware dump: %lu bytes are in bulkhead-hw.dump, on the disk that this image "
		    "was started from; give the file to mkimage check --hw",
		    size);
	memory_release();
	return status;
}
