// SPDX-License-Identifier: BSD-2-Clause
#include "image.h"

#include "pe.h"
#include "rtcfg.h"
#include "sbat.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATA (PE_SCN_READ | PE_SCN_INIT_DATA)
/* ukify marks the kernel as code, for firmware that runs it in place. */
#define KERNEL       (PE_SCN_READ | PE_SCN_EXECUTE | PE_SCN_CODE)

#define MAX_SECTIONS 8

struct list {
	struct pe_addition sections[MAX_SECTIONS];
	size_t count;
};

/* An empty section would share its address with the next one; it is left out instead. */
static void add(struct list *list, const char *name, const void *data, uint64_t size,
		uint32_t flags)
{
	if (size == 0)
		return;
	list->sections[list->count++] = (struct pe_addition){name, data, size, flags};
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

bool image_build(const struct blob *stub, const struct sysfile *sysfile,
		 const struct payloads *payloads, struct blob *out, char *why)
{
	const char *uname = payloads->kernel_info.release, *cmdline = sysfile->root.cmdline;
	char *osrel = os_release(&payloads->kernel_info), *sbat = sbat_text(&payloads->kernel);
	struct blob rtcfg, rtcells;
	struct list list = {.count = 0};
	bool ok;

	rtcells_pack(sysfile, payloads, &rtcells);
	rtcfg_pack(sysfile, payloads, &rtcells, &rtcfg);
	add(&list, ".osrel", osrel, strlen(osrel), DATA);
	add(&list, ".uname", uname, strlen(uname), DATA);
	add(&list, ".cmdline", cmdline, strlen(cmdline), DATA);
	add(&list, ".sbat", sbat, strlen(sbat), DATA);
	add(&list, BH_SECTION_CONFIG, rtcfg.data, rtcfg.size, DATA);
	add(&list, BH_SECTION_CELLS, rtcells.data, rtcells.size, DATA);
	add(&list, ".initrd", payloads->initrd.data, payloads->initrd.size, DATA);
	add(&list, ".linux", payloads->kernel.data, payloads->kernel.size, KERNEL);
	ok = pe_append(stub, list.sections, list.count, out, why);
	blob_free(&rtcfg);
	blob_free(&rtcells);
	free(osrel);
	free(sbat);
	return ok;
}
