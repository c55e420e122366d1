// SPDX-License-Identifier: BSD-2-Clause
#include "init.h"

#include "choice.h"
#include "mem.h"
#include "version.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE 1024
#define TEXT_SIZE 2048

struct facts {
	const char *prefix;
	const char *release;
	char kernel[PATH_SIZE]; /* empty: none was found */
	char initrd[PATH_SIZE];
	char cmdline[TEXT_SIZE]; /* without what the boot loader put there */
	unsigned int cpus;       /* 0: unknown */
	bool iommu;
};

/* Read the beginning of a small file as one line; empty if there is none. */
static void read_line(const struct facts *f, const char *name, char *out, size_t size)
{
	char path[PATH_SIZE];
	FILE *file;

	out[0] = '\0';
	snprintf(path, sizeof(path), "%s%s", f->prefix, name);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(out, (int)size, file))
		out[strcspn(out, "\n")] = '\0';
	else
		out[0] = '\0';
	fclose(file);
}

static bool exists(const struct facts *f, const char *name)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s%s", f->prefix, name);
	return access(path, F_OK) == 0;
}

/* The first that exists of these patterns, in which "%" stands for the kernel's release. */
static void find_file(const struct facts *f, const char *const *patterns, char *out)
{
	char name[PATH_SIZE / 2];

	for (out[0] = '\0'; *patterns && !out[0]; patterns++) {
		const char *percent = strchr(*patterns, '%');

		if (percent)
			snprintf(name, sizeof(name), "%.*s%s%s", (int)(percent - *patterns),
				 *patterns, f->release, percent + 1);
		else
			snprintf(name, sizeof(name), "%s", *patterns);
		if (exists(f, name))
			snprintf(out, PATH_SIZE, "%s%s", f->prefix, name);
	}
}

/* Words of /proc/cmdline that name the boot loader's files mean nothing to the next start. */
static bool is_loaders(const char *word, size_t size)
{
	static const char *const names[] = {"BOOT_IMAGE=", "initrd="};
	size_t i;

	for (i = 0; i < 2; i++)
		if (size >= strlen(names[i]) && memcmp(word, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static void read_cmdline(struct facts *f)
{
	char line[TEXT_SIZE], *p = line;
	size_t size, used = 0, i;

	read_line(f, "/proc/cmdline", line, sizeof(line));
	for (i = 0; line[i]; i++)
		if (line[i] < 0x20 || line[i] > 0x7e)
			line[0] = '\0'; /* it could not be written into a system file */
	for (; *p; p += size) {
		p += strspn(p, " ");
		size = strcspn(p, " ");
		if (size && !is_loaders(p, size))
			used += (size_t)snprintf(f->cmdline + used, sizeof(f->cmdline) - used,
						 "%s%.*s", used ? " " : "", (int)size, p);
	}
}

/* "0-3" or "0,2-5": only the last number counts, since a first start has all CPUs on. */
static void count_cpus(struct facts *f)
{
	char line[256], *p = line;

	read_line(f, "/sys/devices/system/cpu/online", line, sizeof(line));
	while (strpbrk(p, "-,"))
		p = strpbrk(p, "-,") + 1;
	if (*p)
		f->cpus = (unsigned int)strtoul(p, NULL, 10) + 1;
}

static void collect(struct facts *f)
{
	static const char *const kernels[] = {"/boot/vmlinuz-%",     "/lib/modules/%/vmlinuz",
					      "/boot/vmlinuz-linux", "/vmlinuz",
					      "/boot/vmlinuz",       NULL};
	static const char *const initrds[] = {"/boot/initrd.img-%",
					      "/boot/initramfs-%.img",
					      "/boot/initrd-%",
					      "/boot/initramfs-linux.img",
					      "/initrd.img",
					      "/boot/initrd.img",
					      NULL};

	find_file(f, kernels, f->kernel);
	find_file(f, initrds, f->initrd);
	read_cmdline(f);
	count_cpus(f);
	f->iommu = exists(f, "/sys/firmware/acpi/tables/DMAR") ||
		   exists(f, "/sys/firmware/acpi/tables/IVRS");
}

/* A text in single quotes, where only the quote itself needs care. */
static void put_quoted(const char *text, FILE *out)
{
	fputc('\'', out);
	for (; *text; text++)
		fprintf(out, *text == '\'' ? "''" : "%c", *text);
	fputc('\'', out);
}

static void put_key(const char *key, const char *value, const char *otherwise, FILE *out)
{
	if (!value[0]) {
		fprintf(out, "  # %s\n", otherwise);
		return;
	}
	fprintf(out, "  %s: ", key);
	put_quoted(value, out);
	fputc('\n', out);
}

static void put_machine(const struct facts *f, FILE *out)
{
	bool com1 = strstr(f->cmdline, "console=ttyS0") != NULL;

	fputs("\nmachine:\n", out);
	fprintf(out, "  # %s\n",
		f->iommu
			? "The firmware of this machine describes an IOMMU."
			: "No IOMMU was found (no DMAR or IVRS table). Switch it on in the firmware "
			  "set-up\n  # (VT-d, AMD-Vi); 'off' is for experiments only.");
	fputs("  iommu: required\n", out);
	fputs("  # When the machine does not fit, Bulkhead says why and starts Linux "
	      "unpartitioned.\n  on_failure: linux\n",
	      out);
	fprintf(out,
		"  # Where Bulkhead and the cells print%s: com1, com2 or none.\n  console: %s\n",
		com1 ? "; Linux has com1 for itself" : "", com1 ? "com2" : "com1");
}

static void put_root(const struct facts *f, FILE *out)
{
	fputs("\n# The Linux that runs on this machine now. It gets all that no cell has.\nroot:\n",
	      out);
	put_key("kernel", f->kernel, "kernel: no kernel was found below /boot; name its file here",
		out);
	put_key("initrd", f->initrd, "initrd: none was found below /boot; most systems need theirs",
		out);
	put_key("cmdline", f->cmdline, "cmdline: 'root=...'   # as /proc/cmdline has it", out);
	fputs("  min_cpus: 1\n  min_memory: 1G\n", out);
}

static void put_cells(const struct facts *f, FILE *out)
{
	fputs("\n# Real-time cells. For the first start there is none: see first that Linux comes up "
	      "as the\n# root cell. Then remove '[]' and the signs '#' below.\n",
	      out);
	if (f->cpus)
		fprintf(out, "# This machine has %u CPU%s; the root cell needs one of them.\n",
			f->cpus, f->cpus == 1 ? "" : "s");
	fputs("cells: []\n"
	      "#  - name: motion\n"
	      "#    boot: elf64           # a native program, see docs/guest-abi.md\n"
	      "#    image: motion.elf     # relative to this file\n"
	      "#    cpus: 1               # or, to say which, [3]\n"
	      "#    memory: 16M\n",
	      out);
}

static void put_profiles(FILE *out)
{
	char words[CHOICE_LIST];

	fprintf(out,
		"\n# What the image can be started as beside the partitioned system: Linux alone, a check "
		"of the\n# hardware, a record of it for mkimage check --hw. Start the check first.\n"
		"profiles: [%s]\n",
		choice_list(choice_profile, words));
}

void init_write(const char *prefix, const char *release, FILE *out)
{
	struct facts *f = mem_alloc(sizeof(*f));

	f->prefix = prefix;
	f->release = release;
	collect(f);
	fputs("# A system file of Bulkhead, written by mkimage " MKIMAGE_VERSION " init.\n"
	      "# docs/system-file.md explains every key.\n"
	      "#   mkimage check THIS-FILE                 tells who gets what\n"
	      "#   mkimage build THIS-FILE -o IMAGE.efi    packs it all into one file\n"
	      "version: 1\n",
	      out);
	put_machine(f, out);
	put_root(f, out);
	put_cells(f, out);
	put_profiles(out);
	free(f);
}
