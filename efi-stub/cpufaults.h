/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a CPU cannot run the hypervisor. Pure. */
#ifndef STUB_CPUFAULTS_H
#define STUB_CPUFAULTS_H

#include "core/types.h"

/* A bit each, because CPUs report in parallel. */
#define FAULT_LONG_MODE BIT32(0)
#define FAULT_NX        BIT32(1)
#define FAULT_NO_VIRT   BIT32(2)
#define FAULT_VMX_LOCK  BIT32(3)
#define FAULT_SVM_LOCK  BIT32(4)
#define FAULT_NO_NPT    BIT32(5)

/* fault_text - the worst of @faults, which are not 0, as a sentence. */
const char *fault_text(u32 faults);

#endif
