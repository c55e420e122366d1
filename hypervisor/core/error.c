/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/error.h"

#include "core/types.h"

static const char *const sentences[BH_ERR_COUNT] = {
	[BH_OK] = "no error",
	[BH_ERR_NOMEM] = "the hypervisor's page pool is exhausted; this is a bug in its sizing",
	[BH_ERR_ALIGN] = "an address is not page-aligned; this is a bug in the EFI stub",
	[BH_ERR_RANGE] = "a value is out of range; this is a bug in the EFI stub",
	[BH_ERR_VERSION] = "stub and hypervisor do not belong together; rebuild the image",
	[BH_ERR_NO_VIRT] = "the CPU offers neither VMX nor SVM; this machine cannot be partitioned",
	[BH_ERR_LOCKED] = "virtualisation is locked off; enable it in the firmware set-up",
	[BH_ERR_NO_FEATURE] = "the CPU lacks a virtualisation control that is needed",
	[BH_ERR_MISMATCH] = "the CPU differs from the boot CPU; mixed CPUs are not supported",
	[BH_ERR_TIMEOUT] = "the CPU did not answer INIT-SIPI; check the firmware's CPU list",
	[BH_ERR_APIC] = "the local APIC is disabled or not at 0xfee00000; check the firmware",
	[BH_ERR_ENTRY] = "the CPU refused to enter VMX operation or the guest",
	[BH_ERR_IOMMU] = "the IOMMU cannot be used as the system file wants it",
};

const char *bh_strerror(enum bh_err err)
{
	if ((u32)err >= BH_ERR_COUNT || !sentences[err])
		return "unknown error";
	return sentences[err];
}
