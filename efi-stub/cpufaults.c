// SPDX-License-Identifier: BSD-2-Clause
#include "cpufaults.h"

const char *fault_text(u32 faults)
{
	if (faults & FAULT_VMX_LOCK)
		return "VMX is locked off by the firmware: enable virtualisation in the firmware "
		       "set-up";
	if (faults & FAULT_SVM_LOCK)
		return "SVM is locked off by the firmware: enable virtualisation in the firmware "
		       "set-up";
	if (faults & FAULT_NO_VIRT)
		return "this CPU has neither VMX nor SVM, or the firmware hides it: enable "
		       "virtualisation in the firmware set-up";
	if (faults & FAULT_NO_NPT)
		return "this CPU has SVM without nested paging, which Bulkhead needs";
	if (faults & FAULT_NX)
		return "this CPU has no execute-disable, or the firmware hides it: enable it in the "
		       "firmware set-up";
	return "this CPU has no 64-bit mode";
}
