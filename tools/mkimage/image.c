// SPDX-License-Identifier: BSD-2-Clause
#include "image.h"

#include "pe.h"
#include "profile.h"
#include "rtcfg.h"
#include "sbat.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATA (PE_SCN_READ | PE_SCN_INIT_DATA)
/* ukify marks the kernel as code, for firmware that runs it in place. */
#define KERNEL        (PE_SCN_READ | PE_SCN_EXECUTE | PE_SCN_CODE)

#define MAX_SECTIONS  (9 + PROFILE_COUNT)

#define PROFILE_LINES (2 * PROFILE_TEXT + 16)

struct list {
	struct pe_addition sections[MAX_SECTIONS];
	struct piece pieces[MAX_SECTIONS];
	size_t count;
};

/* An empty section would share its address with the next one; it is left out instead. */
static void add_pieces(struct list *list, const char *name, const struct piece *pieces,
		       size_t count, uint64_t size, uint32_t flags)
{
	if (size == 0)
		return;
	list->sections[list->count++] = (struct pe_addition){name, pieces, count, size, flags};
}

static void add_blob(struct list *list, const char *name, const struct blob *blob, uint32_t flags)
{
	struct piece *piece = &list->pieces[list->count];

	*piece = piece_of(blob);
	add_pieces(list, name, piece, 1, blob->size, flags);
}

static void add_text(struct list *list, const char *name, const char *text)
{
	struct piece *piece = &list->pieces[list->count];

	*piece = (struct piece){.data = text, .size = strlen(text)};
	add_pieces(list, name, piece, 1, piece->size, DATA);
}

/* os-release(5), with what systemd-boot wants for its menu and for sorting. */
static char *os_release(const struct bzimage *kernel)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "ID=bulkhead\n"
		 "NAME=\"Bulkhead\"\n"
		 "PRETTY_NAME=\"Bulkhead %s (Linux %s)\"\n"
		 "VERSION_ID=%s\n"
		 "IMAGE_VERSION=%s\n",
		 MKIMAGE_VERSION, kernel->release, MKIMAGE_VERSION, MKIMAGE_VERSION);
	return mem_text(text, strlen(text));
}

/* A line each, in the form of os-release(5). Behind all others: what follows one belongs to it. */
static void add_profiles(struct list *list, uint32_t kinds, char text[PROFILE_COUNT][PROFILE_LINES])
{
	int kind;

	for (kind = 0; kind < PROFILE_COUNT; kind++) {
		if (!(kinds & BIT32(kind)))
			continue;
		snprintf(text[kind], PROFILE_LINES, "ID=%s\nTITLE=\"%s\"\n",
			 profile_id((enum profile_kind)kind),
			 profile_title((enum profile_kind)kind));
		add_text(list, PROFILE_SECTION, text[kind]);
	}
}

bool image_build(const struct blob *stub, const struct sysfile *sysfile,
		 const struct payloads *payloads, struct sink *out, char *why)
{
	char *osrel = os_release(&payloads->kernel_info), *sbat = sbat_text(&payloads->kernel);
	char profiles[PROFILE_COUNT][PROFILE_LINES];
	struct list list = {.count = 0};
	struct rtcells rtcells;
	struct blob rtcfg;
	bool ok;

	rtcells_pack(sysfile, payloads, &rtcells);
	rtcfg_pack(sysfile, payloads, &rtcells, &rtcfg);
	add_text(&list, ".osrel", osrel);
	add_text(&list, ".uname", payloads->kernel_info.release);
	add_text(&list, ".cmdline", sysfile->root.cmdline);
	add_text(&list, ".sbat", sbat);
	add_blob(&list, BH_SECTION_CONFIG, &rtcfg, DATA);
	add_pieces(&list, BH_SECTION_CELLS, rtcells.pieces, rtcells.count, rtcells.size, DATA);
	add_blob(&list, ".ucode", &payloads->microcode, DATA);
	add_blob(&list, ".initrd", &payloads->initrd, DATA);
	add_blob(&list, ".linux", &payloads->kernel, KERNEL);
	add_profiles(&list, sysfile->profiles, profiles);
	ok = pe_append(stub, list.sections, list.count, out, why);
	blob_free(&rtcfg);
	free(osrel);
	free(sbat);
	return ok;
}
