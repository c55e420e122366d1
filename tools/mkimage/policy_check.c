// SPDX-License-Identifier: BSD-2-Clause
#include "policy_check.h"

#include "choice.h"
#include "ports.h"

#include <stddef.h>
#include <string.h>

#define UART_PORTS 8u
#define SHELL_WHY  "it gives a shell to whoever is at the console"

/* Words of the kernel's command line that belong into a lab (Linux, kernel-parameters.txt). */
static const struct {
	const char *word; /* the whole word, or what stands before its '=' */
	const char *why;
} lab_words[] = {
	{"earlyprintk",
	 "it prints from before the console driver, on a port that the hypervisor may use"},
	{"earlycon",
	 "it prints from before the console driver, on a port that the hypervisor may use"},
	{"debug",                "it prints debug messages"                               },
	{"ignore_loglevel",      "it prints debug messages"                               },
	{"initcall_debug",       "it prints debug messages"                               },
	{"nokaslr",              "it puts the kernel at an address that attackers know"   },
	{"nosmep",               "it switches off a protection of the kernel"             },
	{"nosmap",               "it switches off a protection of the kernel"             },
	{"nopti",                "it switches off a protection of the kernel"             },
	{"mitigations=off",      "it switches off protections of the kernel"              },
	{"cryptomgr.notests",    "it leaves out the self-tests of the kernel's ciphers"   },
	{"lockdown=none",        "it switches off a protection of the kernel"             },
	{"kgdboc",               "it gives a debugger to whoever is at the console"       },
	{"sysrq_always_enabled", "it gives commands to whoever is at the console"         },
	{"rd.break",             SHELL_WHY						},
	{"systemd.debug_shell",  SHELL_WHY						},
};

/* Linux takes '-' and '_' for the same in the names of parameters. */
static bool same_letter(char a, char b)
{
	return a == b || (a == '-' && b == '_');
}

/* Is the word of @size bytes at @text @word itself, or @word with a value behind it? */
static bool is_word(const char *text, size_t size, const char *word)
{
	size_t length = strlen(word), i;

	for (i = 0; i < length; i++)
		if (i == size || !same_letter(text[i], word[i]))
			return false;
	return size == length || text[length] == '=';
}

/* init=/bin/sh and its kin: a shell in place of the first program. */
static bool is_shell(const char *text, size_t size)
{
	static const char *const shells[] = {"sh", "bash", "dash", "ash", "zsh", "busybox"};
	const char *value = memchr(text, '=', size), *name;
	size_t i;

	if (!value || !(is_word(text, size, "init") || is_word(text, size, "rdinit")))
		return false;
	for (name = text + size; name[-1] != '/' && name[-1] != '='; name--)
		;
	for (i = 0; i < sizeof(shells) / sizeof(shells[0]); i++)
		if (strlen(shells[i]) == (size_t)(text + size - name) &&
		    memcmp(shells[i], name, strlen(shells[i])) == 0)
			return true;
	return false;
}

static void refuse_word(const struct sysfile *sysfile, const char *text, size_t size,
			const char *why, struct diag *diag)
{
	diag_error(diag, sysfile->root.cmdline_pos,
		   "root.cmdline: '%.*s' is not for a release: %s; remove it", (int)size, text,
		   why);
}

static void refuse_lab_word(const struct sysfile *sysfile, const char *text, size_t size,
			    struct diag *diag)
{
	size_t i;

	if (is_shell(text, size))
		refuse_word(sysfile, text, size, SHELL_WHY, diag);
	for (i = 0; i < sizeof(lab_words) / sizeof(lab_words[0]); i++)
		if (is_word(text, size, lab_words[i].word))
			refuse_word(sysfile, text, size, lab_words[i].why, diag);
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

/* The console can be changed from the command line, so this is no rule of the file alone. */
static void check_ports(const struct sysfile *sysfile, struct diag *diag)
{
	uint32_t first = sysfile->console_port, i, k;
	char text[PORTS_TEXT];

	for (i = 0; first && i < sysfile->cell_count; i++) {
		const struct sysfile_cell *cell = &sysfile->cells[i];

		for (k = 0; k < cell->port_count; k++)
			if (cell->ports[k].first < first + UART_PORTS &&
			    first <= cell->ports[k].last)
				diag_error(diag, cell->port_pos[k],
					   "cells[%u].ports: '%s' has ports of Bulkhead's own "
					   "console, %s; take them out, or give machine.console "
					   "another",
					   i, ports_text(&cell->ports[k], text),
					   choice_word(choice_console, first));
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

/* Some boot managers pass .cmdline on as load options, and there a profile is looked for. */
static void check_profile(const struct sysfile *sysfile, struct diag *diag)
{
	const char *text = sysfile->root.cmdline;

	if (text[0] == '@' && text[1] >= '0' && text[1] <= '9')
		diag_error(diag, sysfile->root.cmdline_pos,
			   "root.cmdline: '@%c' at the beginning chooses a profile of the image in "
			   "some boot managers; put another word in front",
			   text[1]);
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
	check_ports(sysfile, diag);
	check_profile(sysfile, diag);
	if (release)
		check_release(sysfile, diag);
	return diag_ok(diag);
}
