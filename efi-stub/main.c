// SPDX-License-Identifier: BSD-2-Clause
/*
 * The EFI application: from the firmware's LoadImage to the jump into the hypervisor. Every step
 * that cannot be done ends in fail(), which says why and follows the system file's `on_failure`.
 * Of LoadOptions only the number of a profile counts: what the signature covers decides alone.
 */
#include "console.h"
#include "core/format.h"
#include "exit.h"
#include "fallback.h"
#include "handover.h"
#include "hvblock.h"
#include "hwcheck.h"
#include "hwdump.h"
#include "linux.h"
#include "memory.h"
#include "options.h"
#include "profile.h"
#include "survey.h"
#include "tables.h"
#include "tsc.h"
#include "uefi.h"
#include "x86/asm.h"

#define COM1 0x3f8u /* where the reason goes if there is no sound policy to name a port */

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

static void open_sections(struct sections *s)
{
	struct why why;
	bool sound = sections_open(s, efi_loaded->ImageBase, efi_loaded->ImageSize, &why);

	console_open(s->config.head ? s->config.head->console_port : COM1);
	fallback_plan(s);
	if (!sound)
		fail("%s", why.text);
}

static enum profile_kind chosen_profile(const struct sections *s)
{
	u32 number = options_profile();
	enum profile_kind kind;
	struct why why;

	if (!profile_choose(&s->pe, number, &kind, &why))
		fail("%s", why.text);
	if (number)
		say("profile @%u: %s", number, profile_title(kind));
	return kind;
}

static struct layout_wish wish_of(const struct sections *s)
{
	return (struct layout_wish){
		.config = &s->config,
		.header = hvblock_header(),
		.kernel = bzimage_home(s->kernel.data, s->kernel.size),
	};
}

/* The same for this machine and this image each time: `mkimage check --hw` predicts it. */
static void solve(struct layout *layout, const struct layout_wish *wish, struct machine *m)
{
	struct why why;

	if (!layout_solve(m, wish, layout, &why))
		fail("%s", why.text);
}

/* Printed when the firmware, whose console would break the lines, is gone. */
static const char *describe(const struct layout *l, const struct sections *s,
			    const struct machine *m)
{
	static char text[(BH_CONFIG_MAX_CELLS + BH_CONFIG_MAX_LINKS + 2) * LAYOUT_LINE];
	char line[LAYOUT_LINE];
	u32 n = 0;

	for (u32 i = 0; layout_line(m, &s->config, l, i, line); i++)
		n += format(text + n, (u32)sizeof(text) - n, "bulkhead: %s\n", line);
	return text;
}

static u64 root_tables(const struct machine *m, const struct acpi_tables *acpi)
{
	u32 *ids = (u32 *)memory_take(&(struct memory_request){.what = "the list of CPUs",
							       .size = m->cpu_count * sizeof(u32),
							       .type = EFI_MEM_LOADER_DATA});
	u32 count = 0;

	for (u32 i = 0; i < m->cpu_count; i++)
		if (m->cpus[i].cell == 0)
			ids[count++] = m->cpus[i].apic_id;
	return tables_for_root(acpi, ids, count);
}

/* Buffers for what is only known after ExitBootServices(). */
static void prepare_handover(struct handover *h, const struct hvblock *b, struct boot_params *bp)
{
	u64 key, most;

	h->taken = b->taken;
	h->taken_count = b->taken_count;
	h->bp = bp;
	h->jump = b->jump;
	h->console_port = b->info->console_port;
	memory_map(&h->map, b->taken_count, &key);
	most = h->map.capacity / h->map.desc_size;
	h->work = (struct e820_entry *)memory_take(
		&(struct memory_request){.what = "the e820 map",
					 .size = most * sizeof(*h->work),
					 .type = EFI_MEM_LOADER_DATA});
	h->ext = (struct linux_e820_ext *)memory_take(
		&(struct memory_request){.what = "the e820 map",
					 .size = sizeof(*h->ext) + most * sizeof(*h->work),
					 .type = EFI_MEM_LOADER_DATA});
	h->ext_max = (u32)most;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	u64 entered = rdtsc(), copying = 0, rsdp;
	static struct sections sections;
	static struct acpi_tables acpi;
	static struct machine machine;
	static struct hvblock block;
	static struct linux_root root;
	static struct handover handover;
	static struct layout layout;
	struct layout_wish wish;
	bool has_acpi;
	EFI_STATUS status = uefi_init(image, table);

	if (EFI_ERROR(status))
		return status;
	open_sections(&sections);
	wish = wish_of(&sections);
	switch (chosen_profile(&sections)) {
	case PROFILE_LINUX:
		fallback_linux();
	case PROFILE_CHECK:
		return hwcheck_run(&wish);
	case PROFILE_HWDUMP:
		fallback_plan(NULL); /* fail() shall not start anything */
		return hwdump_run();
	default:
		break;
	}
	has_acpi = tables_open(&acpi);
	survey(&machine, has_acpi ? &acpi : NULL);
	solve(&layout, &wish, &machine);
	machine.tsc_khz = tsc_measure();

	hvblock_build(&block, &sections, &machine, &layout, &copying);
	rsdp = root_tables(&machine, has_acpi ? &acpi : NULL);
	linux_load(&root, &sections, rsdp, &copying);
	hvblock_cells(&block)->entry = root.entry;
	block.info->rsdp = has_acpi ? acpi.rsdp : 0;
	block.info->tsc_entry = entered;
	block.info->tsc_copy = copying;
	prepare_handover(&handover, &block, root.bp);
	handover.layout = describe(&layout, &sections, &machine);

	tables_publish(rsdp);
	exit_boot_services(&handover.map, handover.console_port);
	handover_run(&handover);
}
