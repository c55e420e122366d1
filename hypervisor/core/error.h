/* SPDX-License-Identifier: BSD-2-Clause */
/* The errors that hypervisor functions return. Each has one cause; error.c has the sentences. */
#ifndef CORE_ERROR_H
#define CORE_ERROR_H

enum bh_err {
	BH_OK = 0,
	BH_ERR_NOMEM,      /* the page pool is exhausted */
	BH_ERR_ALIGN,      /* an address or size is not page-aligned */
	BH_ERR_RANGE,      /* an address, size or count is out of range */
	BH_ERR_VERSION,    /* stub and hypervisor are not from the same build */
	BH_ERR_NO_VIRT,    /* the CPU has neither VMX nor SVM */
	BH_ERR_LOCKED,     /* the firmware has locked VMX or SVM off */
	BH_ERR_NO_FEATURE, /* the CPU lacks a control that Bulkhead needs */
	BH_ERR_MISMATCH,   /* a CPU differs from the boot CPU in a way that matters */
	BH_ERR_TIMEOUT,    /* the hardware did not answer in time */
	BH_ERR_APIC,       /* the local APIC is off or not where it must be */
	BH_ERR_ENTRY,      /* VMXON or the first VM entry failed */
	BH_ERR_IOMMU,      /* no usable IOMMU; the sentence is printed where it was found */
	BH_ERR_COUNT
};

/** bh_strerror - the sentence for an error, with what the operator can do. Never NULL. */
const char *bh_strerror(enum bh_err err);

#endif
