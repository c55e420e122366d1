// SPDX-License-Identifier: BSD-2-Clause
#include "hwcheck.h"

#include "console.h"
#include "fallback.h"
#include "hwrules.h"
#include "memory.h"
#include "survey.h"
#include "tables.h"
#include "x86/asm.h"
#include "x86/regs.h"

#define AP_TIMEOUT_US 10000000u
#define KEY_TIMEOUT   (60 * 10000000ULL) /* in units of 100 ns */
#define WHAT_WIDTH    34u

/* What every CPU writes its facts into; each finds its place by its APIC id. */
struct hw_list {
	const struct bh_boot_cpu *ids;
	struct hw_cpu *cpus;
	u32 count;
};

static void read_vmx(struct hw_cpu *c)
{
	c->feature_control = rdmsr(MSR_FEATURE_CONTROL);
	c->basic = rdmsr(MSR_VMX_BASIC);
	for (u32 w = 0; w < CTL_COUNT; w++)
		if (w != CTL_CPU2)
			c->ctl[w] = rdmsr(ctl_msr((enum ctl_word)w, c->basic));
	/* These MSRs exist where the control that they are about can be switched on. */
	if (!(c->ctl[CTL_CPU] >> 32 & CPU_SECONDARY))
		return;
	c->ctl[CTL_CPU2] = rdmsr(ctl_msr(CTL_CPU2, c->basic));
	if (c->ctl[CTL_CPU2] >> 32 & (CPU2_EPT | CPU2_VPID))
		c->ept_vpid = rdmsr(MSR_VMX_EPT_VPID);
}

/* Runs on any CPU. */
static void read_cpu(struct hw_cpu *c)
{
	u32 most = cpuid(0x80000000, 0).eax;

	c->feature_ecx = cpuid(1, 0).ecx;
	c->extended_ecx = cpuid(0x80000001, 0).ecx;
	c->extended_edx = cpuid(0x80000001, 0).edx;
	c->power_edx = most >= 0x80000007 ? cpuid(0x80000007, 0).edx : 0;
	if (c->feature_ecx & CPUID1_ECX_VMX) {
		read_vmx(c);
	} else if (c->extended_ecx & CPUID8_1_ECX_SVM) {
		c->svm_edx = most >= 0x8000000a ? cpuid(0x8000000a, 0).edx : 0;
		c->vm_cr = rdmsr(MSR_VM_CR);
	}
	c->known = true;
}

static void EFIAPI read_ap(void *arg)
{
	const struct hw_list *list = arg;
	u32 id = machine_apic_id();

	for (u32 i = 0; i < list->count; i++)
		if (list->ids[i].apic_id == id)
			read_cpu(&list->cpus[i]);
}

static struct hw_cpu *read_cpus(const struct machine *m)
{
	struct mp_services *mp = uefi_locate(&guid_mp_services);
	struct hw_list list = {.ids = m->cpus, .count = m->cpu_count};

	list.cpus = (struct hw_cpu *)memory_take(
		&(struct memory_request){.what = "the list of CPUs",
					 .size = m->cpu_count * sizeof(*list.cpus),
					 .type = EFI_MEM_LOADER_DATA});
	read_cpu(&list.cpus[0]);
	/* Those that do not answer stay unknown, and a line says so. */
	if (mp && m->cpu_count > 1)
		(void)mp->start_all(mp, read_ap, FALSE, NULL, AP_TIMEOUT_US, &list, NULL);
	return list.cpus;
}

static void print_line(void *ctx, enum hw_result result, const char *what, const char *reason)
{
	static const char *const words[HW_RESULTS] = {"PASS", "WARN", "FAIL"};
	static const char spaces[WHAT_WIDTH + 1] = "                                  ";
	u32 n = 0;

	(void)ctx;
	while (n < WHAT_WIDTH && what[n])
		n++;
	say("%s  %s%s - %s", words[result], what, spaces + n, reason);
}

static void print_layout(const struct machine *m, const struct config *config,
			 const struct layout *layout)
{
	static char line[LAYOUT_LINE];

	for (u32 i = 0; layout_line(m, config, layout, i, line); i++)
		say("%s", line);
}

/* Whoever stands before the machine wants to read; nobody may be there. */
static void wait_for_key(void)
{
	EFI_EVENT events[2];
	EFI_INPUT_KEY key;
	UINTN index;

	if (!efi_st->ConIn ||
	    EFI_ERROR(efi_bs->CreateEvent(EVT_TIMER, TPL_APPLICATION, NULL, NULL, &events[1])))
		return;
	events[0] = efi_st->ConIn->WaitForKey;
	say("press a key to go back to the firmware, or wait a minute");
	if (!EFI_ERROR(efi_bs->SetTimer(events[1], TimerRelative, KEY_TIMEOUT)))
		(void)efi_bs->WaitForEvent(2, events, &index);
	/* It is not meant for whatever comes next. */
	(void)efi_st->ConIn->ReadKeyStroke(efi_st->ConIn, &key);
	(void)efi_bs->CloseEvent(events[1]);
}

EFI_STATUS hwcheck_run(const struct layout_wish *wish)
{
	static struct acpi_tables acpi;
	static struct machine machine;
	static struct layout layout;
	struct hw_report report = {.line = print_line};
	struct hw_machine h = {.m = &machine, .wish = wish};
	u32 failed;

	fallback_plan(NULL); /* fail() shall not start anything */
	h.has_acpi = tables_open(&acpi);
	survey(&machine, h.has_acpi ? &acpi : NULL);
	hw_check_cpus(&report, read_cpus(&machine), machine.cpu_count);
	hw_check_machine(&report, &h, &layout);
	failed = report.count[HW_FAIL];
	if (!failed)
		print_layout(&machine, wish->config, &layout);
	say("hardware check: %u passed, %u failed, %u warning%s", report.count[HW_PASS], failed,
	    report.count[HW_WARN], report.count[HW_WARN] == 1 ? "" : "s");
	wait_for_key();
	memory_release();
	return failed ? EFI_UNSUPPORTED : EFI_SUCCESS;
}
