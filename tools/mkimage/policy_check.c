// SPDX-License-Identifier: BSD-2-Clause
#include "policy_check.h"

#include "choice.h"

#include <stddef.h>
#include <string.h>

/* Words of the kernel's command line that belong into a lab (Linux, kernel-parameters.txt). */
static const struct {
	const char *word; /* the whole word, or what stands before its '=' */
	const char *why;
} lab_words[] = {
	{"earlyprintk",
	 "it prints from before the console driver, on a port that the hypervisor may use"},
	{"earlycon",
	 "it prints from before the console driver, on a port that the hypervisor may use"},
	{"debug",               "it prints debug messages"                                },
	{"ignore_loglevel",     "it prints debug messages"                                },
	{"initcall_debug",      "it prints debug messages"                                },
	{"nokaslr",             "it puts the kernel at an address that attackers know"    },
	{"nosmep",              "it switches off a protection of the kernel"              },
	{"nosmap",              "it switches off a protection of the kernel"              },
	{"nopti",               "it switches off a protection of the kernel"              },
	{"mitigations=off",     "it switches off protections of the kernel"               },
	{"cryptomgr.notests",   "it leaves out the self-tests of the kernel's ciphers"    },
	{"rd.break",            "it gives a shell to whoever is at the console"           },
	{"systemd.debug-shell", "it gives a shell to whoever is at the console"           },
	{"systemd.debug_shell", "it gives a shell to whoever is at the console"           },
	{"init=/bin/sh",        "it gives a shell to whoever is at the console"           },
	{"init=/bin/bash",      "it gives a shell to whoever is at the console"           },
};

/* Is the word of @size bytes at @text @word itself, or @word with a value behind it? */
static bool is_word(const char *text, size_t size, const char *word)
{
	size_t length = strlen(word);

	return size >= length && memcmp(text, word, length) == 0 &&
	       (size == length || text[length] == '=');
}

static void refuse_lab_word(const struct sysfile *sysfile, const char *text, size_t size,
			    struct diag *diag)
{
	size_t i;

	for (i = 0; i < sizeof(lab_words) / sizeof(lab_words[0]); i++)
		if (is_word(text, size, lab_words[i].word))
			diag_error(diag, sysfile->root.cmdline_pos,
				   "root.cmdline: '%.*s' is not for a release: %s; remove it",
				   (int)size, text, lab_words[i].why);
}

static void check_release(const struct sysfile *sysfile, struct diag *diag)
{
	const char *p = sysfile->root.cmdline;
	size_t size;

	if (sysfile->iommu == BH_IOMMU_OFF)
		diag_error(diag, sysfile->iommu_pos,
			   "machine.iommu: 'off' is not for a release: without an IOMMU a device "
			   "reaches the memory of every cell; write 'required'");
	for (; *p; p += size) {
		p += strspn(p, " ");
		size = strcspn(p, " ");
		if (size)
			refuse_lab_word(sysfile, p, size, diag);
	}
}

/* Two writers on one serial port cut each other's lines. */
static void check_console(const struct sysfile *sysfile, struct diag *diag)
{
	uint16_t port = sysfile->console_port;
	const char *word = port == CHOICE_COM1 ? "console=ttyS0" : "console=ttyS1";
	const char *other = port == CHOICE_COM1 ? "console=ttyS1" : "console=ttyS0";
	const char *at = port ? strstr(sysfile->root.cmdline, word) : NULL;

	if (at && (at[13] == '\0' || at[13] == ' ' || at[13] == ','))
		diag_warning(diag, sysfile->root.cmdline_pos,
			     "root.cmdline: '%s' is the port that machine.console gives to "
			     "Bulkhead (%s); their lines will mix, take '%s' or 'machine.console: "
			     "%s'",
			     word, choice_word(choice_console, port), other,
			     port == CHOICE_COM1 ? "com2" : "com1");
}

static void check_iommu(const struct sysfile *sysfile, bool release, struct diag *diag)
{
	uint32_t i;

	if (sysfile->iommu != BH_IOMMU_OFF)
		return;
	for (i = 0; i < sysfile->cell_count; i++)
		if (sysfile->cells[i].device_count)
			diag_error(diag, sysfile->cells[i].device_pos[0],
				   "cells[%u].devices: a cell can have devices only with 'iommu: "
				   "required'; without an IOMMU they reach the memory of every "
				   "cell",
				   i);
	/* Who writes --set iommu=off knows. */
	if (!release && sysfile->iommu_pos.line)
		diag_warning(diag, sysfile->iommu_pos,
			     "machine.iommu: 'off' lets every device of the root cell reach the "
			     "memory of every cell and of the hypervisor; use it in a lab only");
}

bool policy_check(const struct sysfile *sysfile, bool release, struct diag *diag)
{
	check_iommu(sysfile, release, diag);
	check_console(sysfile, diag);
	if (release)
		check_release(sysfile, diag);
	return diag_ok(diag);
}
