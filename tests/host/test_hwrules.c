// SPDX-License-Identifier: BSD-2-Clause
#include "hwrules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fingerprint.h"
#include "x86/regs.h"

#define MIB(n)    ((u64)(n) << 20)
#define CPUS      4u
#define FUNCTIONS 3u
#define TEXT      16384u

/* VT-d with 48-bit addresses, 2 MiB pages, queue and interrupt remapping */
#define CAP    0x00d2008c40660462ULL
#define ECAP   0x0000000000f00f1aULL
#define ECAP_Q BIT64(1)
#define ECAP_I BIT64(3)

struct world {
	struct hw_cpu list[CPUS];
	struct bh_boot_cpu cpus[CPUS];
	struct cpu_seat seats[CPUS];
	struct bh_boot_pci pci[FUNCTIONS];
	struct bh_boot_ioapic ioapic;
	struct bh_boot_iommu unit;
	struct bh_boot_rmrr rmrr;
	u16 scope;
	struct unit_caps caps;
	struct efi_desc memory[2];
	struct machine m;
	struct bh_config head;
	struct bh_config_cell cells[2];
	struct config config;
	struct bh_hv_header header;
	struct layout_wish wish;
	struct hw_machine hw;
	struct layout layout;
	struct hw_report report;
	char text[TEXT]; /* the lines */
};

static void note(void *ctx, enum hw_result result, const char *what, const char *reason)
{
	static const char *const words[HW_RESULTS] = {"PASS", "WARN", "FAIL"};
	struct world *w = ctx;
	size_t n = strlen(w->text);

	snprintf(w->text + n, TEXT - n, "%s %s: %s\n", words[result], what, reason);
}

/* Every control that a row wants, and none forced. */
static u64 offer(enum ctl_word word)
{
	const struct ctl_rule *rule = &ctl_rules[word];

	return (u64)(rule->must1 | rule->may1 | rule->default1 | PIN_PREEMPT_TIMER) << 32;
}

static void make_vmx(struct hw_cpu *c)
{
	*c = (struct hw_cpu){.known = true,
			     .feature_ecx = CPUID1_ECX_VMX | CPUID1_ECX_X2APIC,
			     .extended_edx = BIT32(29) | BIT32(20),
			     .power_edx = BIT32(8),
			     .feature_control = FEATURE_CONTROL_LOCK | FEATURE_CONTROL_VMX,
			     .ept_vpid = EPT_NEEDED};
	for (u32 i = 0; i < CTL_COUNT; i++)
		c->ctl[i] = offer((enum ctl_word)i);
}

static void make_svm(struct hw_cpu *c)
{
	*c = (struct hw_cpu){.known = true,
			     .feature_ecx = CPUID1_ECX_X2APIC,
			     .extended_ecx = CPUID8_1_ECX_SVM,
			     .extended_edx = BIT32(29) | BIT32(20),
			     .power_edx = BIT32(8),
			     .svm_edx = BIT32(0)};
}

static void make_machine(struct world *w)
{
	for (u32 i = 0; i < CPUS; i++) {
		w->cpus[i].apic_id = i;
		w->seats[i].core = i;
		make_vmx(&w->list[i]);
	}
	w->pci[0] = (struct bh_boot_pci){.bdf = 0x0000, .class_code = 0x060000};
	w->pci[1] = (struct bh_boot_pci){.bdf = 0x0010, .vendor = 0x8086, .device = 0x10d3};
	w->pci[2] = (struct bh_boot_pci){.bdf = 0x0018, .vendor = 0x1234, .device = 0x11e8};
	w->pci[2].bar[0] = 0xfd000000;
	w->pci[2].bar_size[0] = 0x1000;
	w->ioapic = (struct bh_boot_ioapic){.phys = 0xfec00000, .has_source = 1, .pins = 24};
	w->unit = (struct bh_boot_iommu){.phys = 0xfed90000, .kind = BH_IOMMU_VTD};
	w->caps = (struct unit_caps){CAP, ECAP};
	w->memory[0] = (struct efi_desc){7, 0, 0, 0, 160, 0xf};
	w->memory[1] = (struct efi_desc){7, 0, MIB(1), 0, MIB(1023) / PAGE_SIZE, 0xf};
	w->m = (struct machine){.cpus = w->cpus,
				.seats = w->seats,
				.cpu_count = CPUS,
				.has_1g = true,
				.phys_top = SIZE_4G};
	w->m.platform = (struct platform){.mmconfig_phys = 0xb0000000,
					  .mmconfig_buses = 256,
					  .ioapics = &w->ioapic,
					  .ioapic_count = 1,
					  .pci = w->pci,
					  .pci_count = FUNCTIONS,
					  .caps = &w->caps,
					  .has_dmar = true};
	w->m.platform.dmar.units = &w->unit;
	w->m.platform.dmar.unit_count = 1;
	w->m.platform.dmar.rmrrs = &w->rmrr;
	w->m.platform.dmar.scopes = &w->scope;
	w->m.map = (struct efi_map){(u8 *)w->memory, sizeof(w->memory), sizeof(w->memory),
				    sizeof(w->memory[0]), 1};
}

static void make_policy(struct world *w)
{
	w->head = (struct bh_config){.cell_count = 2,
				     .iommu = BH_IOMMU_REQUIRED,
				     .root_min_cpus = 1,
				     .root_min_memory = MIB(256)};
	w->config = (struct config){&w->head, w->cells};
	for (u32 i = 0; i < 2; i++) {
		snprintf(w->cells[i].name, sizeof(w->cells[i].name), "c%u", i);
		w->cells[i].cpu_count = 1;
		w->cells[i].memory_size = MIB(16);
	}
	w->cells[1].devices[0] = (struct bh_config_device){BH_DEVICE_ID, 0, 0x1234, 0x11e8, 0};
	w->header = (struct bh_hv_header){.magic = BH_HV_MAGIC,
					  .version = BH_BOOT_VERSION,
					  .image_size = 0x20000,
					  .pool_fixed = 0x10000};
	w->wish = (struct layout_wish){.config = &w->config, .header = &w->header};
	w->hw = (struct hw_machine){.m = &w->m, .has_acpi = true, .wish = &w->wish};
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		return -1;
	make_machine(w);
	make_policy(w);
	w->report = (struct hw_report){.line = note, .ctx = w};
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void check(struct world *w)
{
	w->text[0] = 0;
	memset(w->report.count, 0, sizeof(w->report.count));
	hw_check_cpus(&w->report, w->list, CPUS);
	hw_check_machine(&w->report, &w->hw, &w->layout);
}

static void has_line(const struct world *w, const char *line)
{
	if (!strstr(w->text, line))
		fail_msg("\"%s\" is not in:\n%s", line, w->text);
}

/* One thing fails, and nothing else. */
static void only_fails(struct world *w, const char *line)
{
	check(w);
	has_line(w, line);
	if (w->report.count[HW_FAIL] != 1)
		fail_msg("%u failures instead of one:\n%s", w->report.count[HW_FAIL], w->text);
}

static void a_good_machine_passes(void **state)
{
	struct world *w = *state;
	u32 lines = 0;

	check(w);
	for (const char *p = w->text; *p; p++)
		lines += *p == '\n';
	assert_int_equal(w->report.count[HW_FAIL] + w->report.count[HW_WARN], 0);
	assert_int_equal(w->report.count[HW_PASS], lines);
	has_line(w, "PASS VMX or SVM: VMX\n");
	has_line(w, "PASS VMX secondary controls: EPT, unrestricted guest\n");
	has_line(w, "PASS EPT: 4 levels, write-back, 2 MiB pages, INVEPT\n");
	has_line(w, "PASS all CPUs alike: 4 CPUs\n");
	has_line(w, "PASS CPUs for the cells: 2 for RT cells, 2 for root\n");
	has_line(w, "PASS IOMMU: VT-d, 1 unit\n");
	has_line(w, "PASS IOMMU at 0xfed90000: queued invalidation, interrupt remapping, 48-bit ");
	has_line(w, "PASS device 1234:11e8#0 of cell c1: 1234:11e8 at 00:03.0\n");
	has_line(w, "PASS layout: everything has its place\n");
	assert_non_null(w->layout.hv);
}

static void svm_has_rules_of_its_own(void **state)
{
	struct world *w = *state;

	for (u32 i = 0; i < CPUS; i++)
		make_svm(&w->list[i]);
	check(w);
	assert_int_equal(w->report.count[HW_FAIL], 0);
	has_line(w, "PASS VMX or SVM: SVM\n");
	has_line(w, "PASS nested paging: there\n");
	assert_null(strstr(w->text, "EPT"));
	assert_null(strstr(w->text, "0x3a"));
	for (u32 i = 0; i < CPUS; i++)
		w->list[i].vm_cr = VM_CR_SVMDIS;
	only_fails(w, "FAIL SVM switched on: locked off: VM_CR (MSR 0xc0010114) is 0x10");
	for (u32 i = 0; i < CPUS; i++)
		w->list[i] = (struct hw_cpu){.known = true,
					     .extended_ecx = CPUID8_1_ECX_SVM,
					     .extended_edx = BIT32(29) | BIT32(20)};
	only_fails(w, "FAIL nested paging: this CPU has none");
}

/* What each change takes away from every CPU, and the line for it. */
static void no_long_mode(struct hw_cpu *c)
{
	c->extended_edx &= ~BIT32(29);
}

static void no_nx(struct hw_cpu *c)
{
	c->extended_edx &= ~BIT32(20);
}

static void no_vmx(struct hw_cpu *c)
{
	c->feature_ecx &= ~CPUID1_ECX_VMX;
}

static void locked_off(struct hw_cpu *c)
{
	c->feature_control = FEATURE_CONTROL_LOCK;
}

static void no_virtual_nmi(struct hw_cpu *c)
{
	c->ctl[CTL_PIN] &= ~((u64)(PIN_NMI | PIN_VIRTUAL_NMI) << 32);
}

static void no_timer(struct hw_cpu *c)
{
	c->ctl[CTL_PIN] &= ~((u64)PIN_PREEMPT_TIMER << 32);
}

static void forced_cr3_exits(struct hw_cpu *c)
{
	c->ctl[CTL_CPU] |= CPU_CR3_LOAD;
}

static void no_unrestricted_guest(struct hw_cpu *c)
{
	c->ctl[CTL_CPU2] &= ~((u64)CPU2_UNRESTRICTED << 32);
}

static void no_pat_on_exit(struct hw_cpu *c)
{
	c->ctl[CTL_EXIT] &= ~((u64)(EXITC_LOAD_PAT | EXITC_SAVE_PAT) << 32);
}

static void no_efer_on_entry(struct hw_cpu *c)
{
	c->ctl[CTL_ENTRY] &= ~((u64)ENTRYC_LOAD_EFER << 32);
}

static void no_large_ept_pages(struct hw_cpu *c)
{
	c->ept_vpid &= ~(EPT_2M | EPT_WB);
}

static void each_missing_feature_of_a_cpu_is_named(void **state)
{
	static const struct {
		void (*take)(struct hw_cpu *c);
		const char *line;
	} cases[] = {
		{no_long_mode,          "FAIL 64-bit mode: this CPU has none"                    },
		{no_nx,                 "FAIL execute-disable: this CPU has none"                },
		{no_vmx,                "FAIL VMX or SVM: this CPU has neither VMX nor SVM"      },
		{locked_off,            "FAIL VMX switched on: locked off: IA32_FEATURE_CONTROL" },
		{no_virtual_nmi,
		 "FAIL VMX pin-based controls: this CPU lacks: NMI exiting, virtual NMIs\n"      },
		{no_timer,              "FAIL VMX-preemption timer: this CPU has none"           },
		{forced_cr3_exits,      "FAIL VMX primary controls: this CPU lacks: CR3-load"    },
		{no_unrestricted_guest,
		 "FAIL VMX secondary controls: this CPU lacks: unrestricted guest\n"             },
		{no_pat_on_exit,
		 "FAIL VMX exit controls: this CPU lacks: save IA32_PAT on exit, load IA32_PAT"  },
		{no_efer_on_entry,      "FAIL VMX entry controls: this CPU lacks: load IA32_EFER"},
		{no_large_ept_pages,    "FAIL EPT: this CPU lacks: write-back 2 MiB pages\n"     },
	};
	struct world *w = *state;

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		for (u32 k = 0; k < CPUS; k++) {
			make_vmx(&w->list[k]);
			cases[i].take(&w->list[k]);
		}
		only_fails(w, cases[i].line);
	}
}

static void what_only_costs_time_is_a_warning(void **state)
{
	struct world *w = *state;

	w->list[0].feature_ecx &= ~CPUID1_ECX_X2APIC;
	w->list[0].power_edx = 0;
	w->hw.has_acpi = false;
	w->m.platform.mmconfig_phys = 0;
	check(w);
	assert_int_equal(w->report.count[HW_FAIL], 0);
	assert_int_equal(w->report.count[HW_WARN], 4);
	has_line(w, "WARN local APIC: xAPIC only");
	has_line(w, "WARN time stamp counter: not said");
	has_line(w, "WARN ACPI tables: none");
	has_line(w, "WARN MMCONFIG: none");
}

static void a_cpu_that_differs_is_named(void **state)
{
	struct world *w = *state;

	no_nx(&w->list[2]);
	only_fails(w, "FAIL all CPUs alike: CPU 2: execute-disable: this CPU has none");
	make_vmx(&w->list[2]);
	locked_off(&w->list[3]);
	only_fails(w, "FAIL all CPUs alike: CPU 3: VMX switched on: locked off");
	make_vmx(&w->list[3]);
	w->list[1].ctl[CTL_CPU2] &= ~((u64)CPU2_VPID << 32);
	only_fails(w, "FAIL all CPUs alike: CPU 1 offers other controls than the boot CPU");
	make_svm(&w->list[1]);
	only_fails(w, "FAIL all CPUs alike: CPU 1 offers other controls than the boot CPU");
	w->list[1].known = false;
	check(w);
	has_line(w, "WARN all CPUs alike: 1 of 4 did not answer the firmware");
	assert_int_equal(w->report.count[HW_FAIL], 0);
}

static void cells_that_do_not_fit_are_named(void **state)
{
	struct world *w = *state;

	w->head.root_min_cpus = 3;
	only_fails(w,
		   "FAIL CPUs for the cells: machine has 4 CPUs, cells want 2 and the root cell at "
		   "least 3");
	has_line(w, "PASS memory for the cells: ");
	w->head.root_min_cpus = 1;
	w->cells[0].memory_size = MIB(2048);
	only_fails(w, "FAIL memory for the cells: no memory for c0");
	w->cells[0].memory_size = MIB(16);
	w->head.root_min_memory = MIB(1000);
	only_fails(w, "FAIL memory for the cells: the root cell would get ");
	assert_null(strstr(w->text, "layout"));
	w->head.root_min_memory = 0;
	w->cells[0].irq_count = 1;
	w->cells[0].irqs[0] = 400;
	only_fails(w, "FAIL layout: cell c0: this machine has no interrupt line 400");
	has_line(w, "PASS memory for the cells: ");
}

static void faults_of_cpus_do_not_hide_the_memory(void **state)
{
	struct world *w = *state;

	for (u32 i = 0; i < CPUS; i++)
		no_vmx(&w->list[i]);
	w->m.faults = FAULT_NO_VIRT;
	w->cells[0].memory_size = MIB(2048);
	check(w);
	assert_int_equal(w->report.count[HW_FAIL], 2);
	has_line(w, "FAIL VMX or SVM: ");
	has_line(w, "FAIL memory for the cells: no memory for c0");
}

static void no_units(struct world *w)
{
	w->m.platform.dmar = (struct dmar_tables){0};
	w->m.platform.has_dmar = false;
	w->cells[1].devices[0].kind = BH_DEVICE_NONE;
}

static void a_missing_iommu_is_named(void **state)
{
	struct world *w = *state;

	no_units(w);
	only_fails(w,
		   "FAIL IOMMU: none (the firmware has neither a DMAR nor an IVRS table): enable "
		   "VT-d");
	w->m.platform.has_ivrs = true;
	only_fails(w, "FAIL IOMMU: it is an AMD-Vi");
	w->m.platform.has_dmar = true;
	snprintf(w->m.platform.dmar_why.text, 40, "the DMAR is damaged");
	only_fails(w, "FAIL IOMMU: the DMAR is damaged\n");
	w->head.iommu = BH_IOMMU_OFF;
	check(w);
	assert_int_equal(w->report.count[HW_FAIL], 0);
	has_line(w, "WARN IOMMU: the system file says iommu: off");
}

static void a_unit_that_lacks_something_is_named(void **state)
{
	struct world *w = *state;

	w->caps.ecap = ECAP & ~ECAP_I;
	only_fails(w, "FAIL IOMMU at 0xfed90000: this unit has no interrupt remapping: look for");
	w->caps.ecap = ECAP & ~ECAP_Q;
	only_fails(w, "FAIL IOMMU at 0xfed90000: this unit has no queued invalidation");
	w->caps = (struct unit_caps){UINT64_MAX, UINT64_MAX};
	only_fails(w, "FAIL IOMMU at 0xfed90000: this unit has no registers");
	w->caps = (struct unit_caps){CAP, ECAP};
	w->ioapic.has_source = 0;
	only_fails(w, "FAIL I/O APICs: the one at 0xfec00000 cannot be fenced");
}

static void each_device_has_its_line(void **state)
{
	struct world *w = *state;

	w->cells[0].devices[0] = (struct bh_config_device){BH_DEVICE_ADDRESS, 0x00f8, 0, 0, 0};
	w->cells[0].devices[5] = (struct bh_config_device){BH_DEVICE_ADDRESS, 0x0000, 0, 0, 0};
	check(w);
	assert_int_equal(w->report.count[HW_FAIL], 2);
	has_line(w, "FAIL device 00:1f.0 of cell c0: cell c0: this machine has no PCI function");
	has_line(w, "FAIL device 00:00.0 of cell c0: cell c0: PCI function 00:00.0 is a bridge");
	has_line(w, "PASS device 1234:11e8#0 of cell c1: ");
}

static void a_device_of_the_firmware_is_named(void **state)
{
	struct world *w = *state;

	w->scope = 0x0018;
	w->rmrr = (struct bh_boot_rmrr){.base = MIB(8), .limit = MIB(9) - 1, .scope_count = 1};
	w->m.platform.dmar.rmrr_count = w->m.platform.dmar.scope_count = 1;
	only_fails(w,
		   "FAIL device 1234:11e8#0 of cell c1: cell c1: the firmware uses PCI function");
}

static void another_machine_than_the_policy_wants_is_named(void **state)
{
	struct world *w = *state;

	w->head.fingerprint = fingerprint(&w->m) + 1;
	only_fails(w, "FAIL fingerprint: this machine's is hw-");
	w->head.fingerprint = fingerprint(&w->m);
	check(w);
	assert_int_equal(w->report.count[HW_FAIL], 0);
	has_line(w, "PASS fingerprint: hw-");
}

static void a_core_that_two_cells_share_is_a_warning(void **state)
{
	struct world *w = *state;

	w->seats[2].core = w->seats[1].core; /* CPU 1 is root's */
	check(w);
	assert_int_equal(w->report.count[HW_FAIL], 0);
	has_line(w, "WARN cores: CPU 2 of cell c1 shares its core with CPU 1 of cell root");
	w->cells[0].flags = w->cells[1].flags = BH_CELL_WHOLE_CORES;
	check(w);
	has_line(w, "PASS cores: no two cells share one");
}

/* Each device alone is fine; the layout as a whole tells. */
static void two_entries_for_one_device_fail_in_the_layout(void **state)
{
	struct world *w = *state;

	w->cells[0].devices[0] = (struct bh_config_device){BH_DEVICE_ADDRESS, 0x0018, 0, 0, 0};
	only_fails(w, "FAIL layout: cell c1: PCI function 00:03.0 is named twice");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_good_machine_passes),
		T(svm_has_rules_of_its_own),
		T(each_missing_feature_of_a_cpu_is_named),
		T(what_only_costs_time_is_a_warning),
		T(a_cpu_that_differs_is_named),
		T(cells_that_do_not_fit_are_named),
		T(faults_of_cpus_do_not_hide_the_memory),
		T(a_missing_iommu_is_named),
		T(a_unit_that_lacks_something_is_named),
		T(each_device_has_its_line),
		T(a_device_of_the_firmware_is_named),
		T(another_machine_than_the_policy_wants_is_named),
		T(a_core_that_two_cells_share_is_a_warning),
		T(two_entries_for_one_device_fail_in_the_layout),
	};

	return cmocka_run_group_tests_name("hwrules", tests, NULL, NULL);
}
