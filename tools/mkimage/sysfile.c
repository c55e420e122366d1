// SPDX-License-Identifier: BSD-2-Clause
#include "sysfile_parts.h"

#include "choice.h"
#include "field.h"
#include "mem.h"
#include "profile.h"
#include "scalar.h"
#include "yaml.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIB                1024ull
#define MIB                (1024 * KIB)
#define GIB                (1024 * MIB)

#define MIN_ROOT_MEMORY    (16 * MIB)
#define MAX_ROOT_MEMORY    (1024 * GIB)
#define DEFAULT_MIN_MEMORY (256 * MIB)
#define MAX_PATH           1024u
#define MAX_CMDLINE        2047u /* Linux on x86: COMMAND_LINE_SIZE is 2048 with the NUL */

void sysfile_read_path(struct reader *r, const struct yaml_node *node, struct sysfile_path *out)
{
	const char *text;

	if (!field_text(r, node, "a file name", MAX_PATH, &text))
		return;
	if (text[0] == '\0') {
		field_error(r, node, "the file name is empty");
		return;
	}
	free(out->path);
	out->path = mem_text(text, strlen(text));
	out->pos = node->pos;
}

/* machine: */

static void read_iommu(struct reader *r, const struct yaml_node *node)
{
	struct sysfile *sysfile = r->target;

	if (field_choice(r, node, choice_iommu, &sysfile->iommu))
		sysfile->iommu_pos = node->pos;
}

static void read_on_failure(struct reader *r, const struct yaml_node *node)
{
	struct sysfile *sysfile = r->target;

	field_choice(r, node, choice_on_failure, &sysfile->on_failure);
}

static void read_console(struct reader *r, const struct yaml_node *node)
{
	struct sysfile *sysfile = r->target;
	uint32_t port;

	if (field_choice(r, node, choice_console, &port))
		sysfile->console_port = (uint16_t)port;
	sysfile->console_pos = node->pos;
}

static void read_fingerprint(struct reader *r, const struct yaml_node *node)
{
	struct sysfile *sysfile = r->target;
	const char *text;

	if (!field_text(r, node, "a fingerprint", SIZE_MAX, &text))
		return;
	if (!scalar_fingerprint(text, &sysfile->fingerprint))
		field_error(r, node,
			    "'%.64s' is not a fingerprint; copy the one that 'mkimage check --hw' "
			    "prints: hw- and 16 digits of 0-9, a-f",
			    text);
}

/* clang-format off */
static const struct field machine_fields[] = {
	{"iommu", false, read_iommu},
	{"on_failure", false, read_on_failure},
	{"console", false, read_console},
	{"fingerprint", false, read_fingerprint},
	{NULL, false, NULL},
};
/* clang-format on */

static void read_machine(struct reader *r, const struct yaml_node *node)
{
	field_read(r->diag, node, "machine", machine_fields, r->target);
}

/* root: */

static void read_kernel(struct reader *r, const struct yaml_node *node)
{
	struct sysfile_root *root = r->target;

	sysfile_read_path(r, node, &root->kernel);
}

static void read_initrd(struct reader *r, const struct yaml_node *node)
{
	struct sysfile_root *root = r->target;

	sysfile_read_path(r, node, &root->initrd);
}

static void read_microcode(struct reader *r, const struct yaml_node *node)
{
	struct sysfile_root *root = r->target;

	sysfile_read_path(r, node, &root->microcode);
}

static void read_cmdline(struct reader *r, const struct yaml_node *node)
{
	struct sysfile_root *root = r->target;
	const char *text;

	if (!field_text(r, node, "a kernel command line", MAX_CMDLINE, &text))
		return;
	free(root->cmdline);
	root->cmdline = mem_text(text, strlen(text));
	root->cmdline_pos = node->pos;
}

/* The only word there is: who has no list of CPUs has the rest. */
static void read_root_cpus(struct reader *r, const struct yaml_node *node)
{
	uint32_t rest;

	field_choice(r, node, choice_root_cpus, &rest);
}

static void read_min_cpus(struct reader *r, const struct yaml_node *node)
{
	struct sysfile_root *root = r->target;
	uint64_t n;

	if (field_number(r, node, 1, SYSFILE_MAX_CPUS, &n))
		root->min_cpus = (uint32_t)n;
}

static void read_min_memory(struct reader *r, const struct yaml_node *node)
{
	struct sysfile_root *root = r->target;

	field_size(r, node, MIN_ROOT_MEMORY, MAX_ROOT_MEMORY, &root->min_memory);
}

/* clang-format off */
static const struct field root_fields[] = {
	{"kernel", true, read_kernel},
	{"initrd", false, read_initrd},
	{"microcode", false, read_microcode},
	{"cmdline", false, read_cmdline},
	{"cpus", false, read_root_cpus},
	{"min_cpus", false, read_min_cpus},
	{"min_memory", false, read_min_memory},
	{NULL, false, NULL},
};
/* clang-format on */

static void read_root(struct reader *r, const struct yaml_node *node)
{
	struct sysfile *sysfile = r->target;

	field_read(r->diag, node, "root", root_fields, &sysfile->root);
}

/* profiles: */

static void read_profile(struct reader *r, const struct yaml_node *node)
{
	struct sysfile *sysfile = r->target;
	uint32_t kind;

	if (!field_choice(r, node, choice_profile, &kind))
		return;
	if (sysfile->profiles & BIT32(kind))
		field_error(r, node, "'%s' stands here twice", node->text);
	sysfile->profiles |= BIT32(kind);
}

static void read_profiles(struct reader *r, const struct yaml_node *node)
{
	struct sysfile *sysfile = r->target;
	uint32_t i;

	if (!field_is_list(r, node, "a list (items that begin with '- ')"))
		return;
	sysfile->profiles = BIT32(PROFILE_PARTITIONED);
	for (i = 0; i < node->count; i++)
		read_profile(r, node->items[i]);
}

/* The whole file */

static void read_version(struct reader *r, const struct yaml_node *node)
{
	(void)r; /* check_version() has read it */
	(void)node;
}

/* clang-format off */
static const struct field top_fields[] = {
	{"version", true, read_version},
	{"machine", false, read_machine},
	{"root", true, read_root},
	{"cells", false, sysfile_read_cells},
	{"profiles", false, read_profiles},
	{NULL, false, NULL},
};
/* clang-format on */

/*
 * The version comes first: complaints about keys that another version of the language has would
 * only hide the cause. A missing version is a missing key like any other.
 */
static bool check_version(const struct yaml_node *top, struct diag *diag)
{
	struct reader r = {.diag = diag, .where = "", .key = "version"};
	uint64_t version = 0;
	uint32_t i;

	if (top->kind != YAML_MAPPING)
		return true;
	for (i = 0; i + 1 < top->count; i += 2) {
		const struct yaml_node *key = top->items[i], *value = top->items[i + 1];

		if (key->kind != YAML_SCALAR || strcmp(key->text, "version") != 0)
			continue;
		if (!field_number(&r, value, 0, UINT64_MAX, &version))
			return false;
		if (version == SYSFILE_LANGUAGE)
			return true;
		field_error(&r, value,
			    "version %" PRIu64 " of the language is not known; this "
			    "mkimage reads version %u",
			    version, SYSFILE_LANGUAGE);
		return false;
	}
	return true;
}

static void set_defaults(struct sysfile *sysfile)
{
	memset(sysfile, 0, sizeof(*sysfile));
	sysfile->iommu = BH_IOMMU_REQUIRED;
	sysfile->on_failure = BH_FAIL_LINUX;
	sysfile->console_port = CHOICE_COM1;
	sysfile->profiles = BIT32(PROFILE_COUNT) - 1;
	sysfile->root.cmdline = mem_text("", 0);
	sysfile->root.min_cpus = 1;
	sysfile->root.min_memory = DEFAULT_MIN_MEMORY;
}

bool sysfile_parse(struct sysfile *sysfile, const char *text, size_t size, struct diag *diag)
{
	struct yaml_doc doc;

	set_defaults(sysfile);
	if (yaml_parse(&doc, text, size, diag)) {
		if (!doc.root) {
			diag_error(diag, (struct pos){0, 0},
				   "the file is empty; begin with 'version: %u'", SYSFILE_LANGUAGE);
		} else if (check_version(doc.root, diag)) {
			sysfile->read = true;
			field_read(diag, doc.root, "", top_fields, sysfile);
		}
	}
	yaml_free(&doc);
	return diag_ok(diag);
}

void sysfile_free(struct sysfile *sysfile)
{
	uint32_t i;

	free(sysfile->root.kernel.path);
	free(sysfile->root.initrd.path);
	free(sysfile->root.microcode.path);
	free(sysfile->root.cmdline);
	for (i = 0; i < sysfile->cell_count; i++)
		free(sysfile->cells[i].image.path);
	memset(sysfile, 0, sizeof(*sysfile));
}

static bool set_choice(const struct choice *list, const char *key, const char *word, uint32_t *out,
		       char *why)
{
	char words[CHOICE_LIST];

	if (choice_find(list, word, out))
		return true;
	snprintf(why, SYSFILE_WHY, "--set %s: '%.40s' is not known; write one of: %s", key, word,
		 choice_list(list, words));
	return false;
}

bool sysfile_set(struct sysfile *sysfile, const char *assignment, char *why)
{
	uint32_t port = sysfile->console_port;
	bool ok;

	if (strncmp(assignment, "iommu=", 6) == 0) {
		sysfile->iommu_pos = (struct pos){0, 0};
		return set_choice(choice_iommu, "iommu", assignment + 6, &sysfile->iommu, why);
	}
	if (strncmp(assignment, "on_failure=", 11) == 0)
		return set_choice(choice_on_failure, "on_failure", assignment + 11,
				  &sysfile->on_failure, why);
	if (strncmp(assignment, "console=", 8) == 0) {
		ok = set_choice(choice_console, "console", assignment + 8, &port, why);
		sysfile->console_port = (uint16_t)port;
		return ok;
	}
	snprintf(why, SYSFILE_WHY,
		 "--set '%.40s' is not KEY=VALUE with one of the keys iommu, on_failure, console",
		 assignment);
	return false;
}
