// SPDX-License-Identifier: BSD-2-Clause
/* Rules about CPUs. */
#include "core/format.h"
#include "hwreport.h"
#include "x86/regs.h"

#define CPUID8_1_EDX_NX  BIT32(20)
#define CPUID8_1_EDX_LM  BIT32(29)
#define CPUID8_A_EDX_NPT BIT32(0)
#define CPUID8_7_EDX_TSC BIT32(8) /* SDM vol. 3, "Invariant TSC" */

enum backend {
	ANY,
	VMX,
	SVM
};

static enum backend backend_of(const struct hw_cpu *c)
{
	if (c->feature_ecx & CPUID1_ECX_VMX)
		return VMX;
	return c->extended_ecx & CPUID8_1_ECX_SVM ? SVM : ANY;
}

/* What a rule says when it holds. Return: true, so that it can end in `return fact(...)`. */
static bool fact(struct why *why, const char *text)
{
	because(why, "%s", text);
	return true;
}

static bool long_mode(const struct hw_cpu *c, struct why *why)
{
	if (c->extended_edx & CPUID8_1_EDX_LM)
		return fact(why, "there");
	return because(why, "this CPU has none: it is too old");
}

static bool no_execute(const struct hw_cpu *c, struct why *why)
{
	if (c->extended_edx & CPUID8_1_EDX_NX)
		return fact(why, "there");
	return because(why,
		       "this CPU has none, or the firmware hides it: enable it in the firmware "
		       "set-up");
}

static bool virtualisation(const struct hw_cpu *c, struct why *why)
{
	if (backend_of(c) != ANY)
		return fact(why, backend_of(c) == VMX ? "VMX" : "SVM");
	return because(why, "this CPU has neither VMX nor SVM, or the firmware hides it: enable "
			    "virtualisation in the firmware set-up");
}

/* SDM vol. 3, "Enabling and Entering VMX Operation" */
static bool vmx_unlocked(const struct hw_cpu *c, struct why *why)
{
	if (!(c->feature_control & FEATURE_CONTROL_LOCK))
		return fact(why, "the firmware left IA32_FEATURE_CONTROL (MSR 0x3a) open");
	if (c->feature_control & FEATURE_CONTROL_VMX)
		return fact(why, "switched on in IA32_FEATURE_CONTROL (MSR 0x3a)");
	return because(why,
		       "locked off: IA32_FEATURE_CONTROL (MSR 0x3a) is 0x%lx: enable "
		       "virtualisation (VT-x) in the firmware set-up",
		       c->feature_control);
}

/* APM vol. 2, "Enabling SVM" */
static bool svm_unlocked(const struct hw_cpu *c, struct why *why)
{
	if (!(c->vm_cr & VM_CR_SVMDIS))
		return fact(why, "not disabled in VM_CR (MSR 0xc0010114)");
	return because(why,
		       "locked off: VM_CR (MSR 0xc0010114) is 0x%lx: enable virtualisation (SVM) "
		       "in the firmware set-up",
		       c->vm_cr);
}

static bool nested_paging(const struct hw_cpu *c, struct why *why)
{
	if (c->svm_edx & CPUID8_A_EDX_NPT)
		return fact(why, "there");
	return because(why, "this CPU has none: it is too old");
}

/* Names of the bits of @bits, ", " between them. Reserved ones stand there once. */
static void name_bits(enum ctl_word word, u32 bits, char *text, u32 size)
{
	u32 n = format(text, size, "%s", "");

	for (u32 i = 0; i < 32; i++)
		if (bits & BIT32(i))
			n += format(text + n, size - n, "%s%s", n ? ", " : "",
				    ctl_bit_name(word, BIT32(i)));
}

static bool control(const struct hw_cpu *c, enum ctl_word word, struct why *why)
{
	char names[sizeof(why->text)];
	u32 value, refused;

	if (!ctl_adjust(&ctl_rules[word], c->ctl[word], &value, &refused)) {
		name_bits(word, ctl_rules[word].must1, names, sizeof(names));
		return fact(why, names);
	}
	name_bits(word, refused, names, sizeof(names));
	return because(why, "this CPU lacks: %s", names);
}

static bool pin_controls(const struct hw_cpu *c, struct why *why)
{
	return control(c, CTL_PIN, why);
}

static bool cpu_controls(const struct hw_cpu *c, struct why *why)
{
	return control(c, CTL_CPU, why);
}

static bool cpu2_controls(const struct hw_cpu *c, struct why *why)
{
	return control(c, CTL_CPU2, why);
}

static bool exit_controls(const struct hw_cpu *c, struct why *why)
{
	return control(c, CTL_EXIT, why);
}

static bool entry_controls(const struct hw_cpu *c, struct why *why)
{
	return control(c, CTL_ENTRY, why);
}

static bool preemption_timer(const struct hw_cpu *c, struct why *why)
{
	if (c->ctl[CTL_PIN] >> 32 & PIN_PREEMPT_TIMER)
		return fact(why, "there");
	return because(why, "this CPU has none, so nobody could look at the cells' consoles");
}

static bool ept(const struct hw_cpu *c, struct why *why)
{
	u64 lacks = EPT_NEEDED & ~c->ept_vpid;

	if (!lacks)
		return fact(why, "4 levels, write-back, 2 MiB pages, INVEPT");
	return because(why, "this CPU lacks:%s%s%s%s", lacks & EPT_WALK_4 ? " 4 levels" : "",
		       lacks & EPT_WB ? " write-back" : "", lacks & EPT_2M ? " 2 MiB pages" : "",
		       lacks & EPT_INVEPT_ALL ? " INVEPT" : "");
}

static bool x2apic(const struct hw_cpu *c, struct why *why)
{
	if (c->feature_ecx & CPUID1_ECX_X2APIC)
		return fact(why, "x2APIC");
	return because(why,
		       "xAPIC only: every interrupt of an RT cell costs an exit; switch x2APIC "
		       "on in the firmware set-up if it has that");
}

static bool invariant_tsc(const struct hw_cpu *c, struct why *why)
{
	if (c->power_edx & CPUID8_7_EDX_TSC)
		return fact(why, "runs at the same rate in all power states");
	return because(why,
		       "not said to run at the same rate in all power states: the cells' clock "
		       "may drift; switch C-states and frequency control off");
}

static const struct cpu_rule {
	const char *what;
	bool (*test)(const struct hw_cpu *c, struct why *why);
	enum backend backend;
	enum hw_result otherwise;
} rules[] = {
	{"64-bit mode",            long_mode,        ANY, HW_FAIL},
	{"execute-disable",        no_execute,       ANY, HW_FAIL},
	{"VMX or SVM",             virtualisation,   ANY, HW_FAIL},
	{"VMX switched on",        vmx_unlocked,     VMX, HW_FAIL},
	{"VMX pin-based controls", pin_controls,     VMX, HW_FAIL},
	{"VMX primary controls",   cpu_controls,     VMX, HW_FAIL},
	{"VMX secondary controls", cpu2_controls,    VMX, HW_FAIL},
	{"VMX exit controls",      exit_controls,    VMX, HW_FAIL},
	{"VMX entry controls",     entry_controls,   VMX, HW_FAIL},
	{"VMX-preemption timer",   preemption_timer, VMX, HW_FAIL},
	{"EPT",		    ept,              VMX, HW_FAIL},
	{"SVM switched on",        svm_unlocked,     SVM, HW_FAIL},
	{"nested paging",          nested_paging,    SVM, HW_FAIL},
	{"local APIC",             x2apic,           ANY, HW_WARN},
	{"time stamp counter",     invariant_tsc,    ANY, HW_WARN},
};

static bool applies(const struct cpu_rule *rule, const struct hw_cpu *c)
{
	return rule->backend == ANY || rule->backend == backend_of(c);
}

/* Controls as the hypervisor would set them: on all CPUs the same. */
static bool same_caps(const struct hw_cpu *a, const struct hw_cpu *b)
{
	u32 one, other, refused;

	if (backend_of(a) != backend_of(b) || a->basic != b->basic || a->ept_vpid != b->ept_vpid)
		return false;
	for (u32 w = 0; w < CTL_COUNT; w++) {
		ctl_adjust(&ctl_rules[w], a->ctl[w], &one, &refused);
		ctl_adjust(&ctl_rules[w], b->ctl[w], &other, &refused);
		if (one != other)
			return false;
	}
	return true;
}

static bool holds(const struct cpu_rule *rule, const struct hw_cpu *c, struct why *why)
{
	return !applies(rule, c) || rule->otherwise != HW_FAIL || rule->test(c, why);
}

/* Return: false and the sentence if CPU number @i cannot do what the boot CPU can. */
static bool check_other(const struct hw_cpu *cpus, u32 i, struct why *why)
{
	struct why ignored, reason;

	for (u32 k = 0; k < ARRAY_SIZE(rules); k++)
		if (!holds(&rules[k], &cpus[i], &reason) && holds(&rules[k], &cpus[0], &ignored))
			return because(why, "CPU %u: %s: %s", i, rules[k].what, reason.text);
	if (same_caps(&cpus[i], &cpus[0]))
		return true;
	return because(why,
		       "CPU %u offers other controls than the boot CPU: update the firmware, or "
		       "switch cores of the other kind off in the firmware set-up",
		       i);
}

static void check_others(struct hw_report *r, const struct hw_cpu *cpus, u32 count)
{
	u32 silent = 0;
	struct why why;

	for (u32 i = 1; i < count; i++) {
		if (!cpus[i].known) {
			silent++;
			continue;
		}
		if (!check_other(cpus, i, &why)) {
			hw_line(r, HW_FAIL, "all CPUs alike", "%s", why.text);
			return;
		}
	}
	if (silent)
		hw_line(r, HW_WARN, "all CPUs alike",
			"%u of %u did not answer the firmware; the hypervisor will ask them",
			silent, count);
	else
		hw_line(r, HW_PASS, "all CPUs alike", "%u CPU%s", count, count == 1 ? "" : "s");
}

void hw_check_cpus(struct hw_report *r, const struct hw_cpu *cpus, u32 count)
{
	struct why why;

	for (u32 i = 0; i < ARRAY_SIZE(rules); i++) {
		if (!applies(&rules[i], &cpus[0]))
			continue;
		if (rules[i].test(&cpus[0], &why))
			hw_line(r, HW_PASS, rules[i].what, "%s", why.text);
		else
			hw_line(r, rules[i].otherwise, rules[i].what, "%s", why.text);
	}
	check_others(r, cpus, count);
}
