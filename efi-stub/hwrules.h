/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hardware check: what this image needs of a machine, as rules, each with its reason. They are
 * those of the hypervisor (its tables are used, not copied) and of the layout. Pure.
 */
#ifndef STUB_HWRULES_H
#define STUB_HWRULES_H

#include "layout.h"
#include "x86/vmx/ctl.h"

enum hw_result {
	HW_PASS,
	HW_WARN, /* it will run, but not as well */
	HW_FAIL, /* it will not start */
	HW_RESULTS
};

/* Gets a line for each rule. */
struct hw_report {
	void (*line)(void *ctx, enum hw_result result, const char *what, const char *reason);
	void *ctx;
	u32 count[HW_RESULTS];
};

/* What one CPU says about itself: CPUID leaves and MSRs. */
struct hw_cpu {
	bool known;                           /* it could be asked */
	u32 feature_ecx;                      /* 01H */
	u32 extended_ecx, extended_edx;       /* 80000001H */
	u32 power_edx;                        /* 80000007H; 0 if there is none */
	u64 feature_control, basic, ept_vpid; /* with VMX only */
	u64 ctl[CTL_COUNT];                   /* with VMX only; 0 where there is no such MSR */
	u32 svm_edx;                          /* 8000000AH, with SVM only */
	u64 vm_cr;                            /* with SVM only */
};

/**
 * hw_check_cpus - a line for each rule about CPUs.
 * @cpus: cpus[0] is the boot CPU, whose facts must be known; @count of them.
 */
void hw_check_cpus(struct hw_report *r, const struct hw_cpu *cpus, u32 count);

/* What is to be checked beside the CPUs. */
struct hw_machine {
	struct machine *m; /* owners of CPUs and functions are written */
	bool has_acpi;
	const struct layout_wish *wish;
};

/**
 * hw_check_machine - a line for each rule about the machine and the cells in it. If nothing has
 * failed so far, the last of them is the whole layout, *@out.
 */
void hw_check_machine(struct hw_report *r, const struct hw_machine *machine, struct layout *out);

#endif
