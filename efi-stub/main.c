// SPDX-License-Identifier: BSD-2-Clause
/*
 * The EFI application: from the firmware's LoadImage to the jump into the hypervisor. Every step
 * that cannot be done ends in fail(), which says why and follows the system file's `on_failure`.
 * Of LoadOptions only the number of a profile counts: what the signature covers decides alone.
 */
#include "console.h"
#include "e820.h"
#include "exit.h"
#include "fallback.h"
#include "handover.h"
#include "hvblock.h"
#include "linux.h"
#include "machine.h"
#include "memory.h"
#include "options.h"
#include "profile.h"
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

/* DMA can only be fenced by an IOMMU; DMAR and IVRS are how Intel and AMD firmware tell of one. */
static void check_iommu(const struct sections *s, const struct acpi_tables *acpi)
{
	if (s->config.head->iommu != BH_IOMMU_REQUIRED)
		return;
	if (acpi && acpi_find(acpi, "DMAR"))
		return;
	/* The hypervisor would refuse, too, but then it is too late for on_failure: linux. */
	if (acpi && acpi_find(acpi, "IVRS"))
		fail("the IOMMU is an AMD-Vi, which this version does not drive: say iommu: off in "
		     "the system file, for development only");
	fail("no IOMMU (the firmware has neither a DMAR nor an IVRS table): enable VT-d in the "
	     "firmware set-up, or say iommu: off in the system file, for development only");
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

static void check_root_memory(struct handover *h, const struct bh_config *head)
{
	u64 ram, key;

	memory_map(&h->map, 0, &key);
	if (!efi_map_cut(&h->map, h->taken, h->taken_count))
		fail("the firmware's memory map grows too fast");
	ram = e820_ram(&h->map);
	if (ram < head->root_min_memory)
		fail("the root cell would get %lu MiB of memory, the system file wants %lu: give "
		     "the cells less",
		     ram >> 20, head->root_min_memory >> 20);
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
	bool has_acpi;
	struct why why;
	EFI_STATUS status = uefi_init(image, table);

	if (EFI_ERROR(status))
		return status;
	open_sections(&sections);
	if (chosen_profile(&sections) == PROFILE_LINUX)
		fallback_linux();
	has_acpi = tables_open(&acpi);
	machine_cpus(&machine, has_acpi ? &acpi : NULL);
	if (!place_cpus(&sections.config, machine.cpus, machine.cpu_count, &why))
		fail("%s", why.text);
	machine_check(&machine);
	check_iommu(&sections, has_acpi ? &acpi : NULL);
	machine.tsc_khz = tsc_measure();
	platform_find(&machine.platform, &sections.config, has_acpi ? &acpi : NULL);

	hvblock_build(&block, &sections, &machine, &copying);
	rsdp = root_tables(&machine, has_acpi ? &acpi : NULL);
	linux_load(&root, &sections, rsdp, &copying);
	hvblock_cells(&block)->entry = root.entry;
	block.info->rsdp = has_acpi ? acpi.rsdp : 0;
	block.info->tsc_entry = entered;
	block.info->tsc_copy = copying;
	prepare_handover(&handover, &block, root.bp);
	check_root_memory(&handover, sections.config.head);

	tables_publish(rsdp);
	exit_boot_services(&handover.map, handover.console_port);
	handover_run(&handover);
}
