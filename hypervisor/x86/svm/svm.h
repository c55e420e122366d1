/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of the SVM backend only. */
#ifndef X86_SVM_SVM_H
#define X86_SVM_SVM_H

#include "core/layout.h"
#include "core/vcpu.h"
#include "x86/svm/vmcb.h"

/* Pages at CPU_VIRT_PAGES. The VMCB is first: the world switch finds it at vcpu.virt_phys. */
#define VMCB_PAGE      0u
#define HSAVE_PAGE     1u
#define HOST_VMCB_PAGE 2u

#define SVM_NRIPS      BIT32(0) /* vcpu.vendor_flags: the CPU saves the next RIP */
#define SVM_ON         BIT32(1) /* EFER.SVME is set */
#define SVM_NMI_MASKED BIT32(2) /* the guest runs its NMI handler */

static inline struct vmcb *this_vmcb(void)
{
	return (struct vmcb *)(CPU_VIRT_PAGES + VMCB_PAGE * PAGE_SIZE);
}

/* Outside 64-bit mode RIP has 32 bits and wraps. */
static inline void svm_move_rip(struct vmcb *vmcb, u64 bytes)
{
	bool long_mode = (vmcb->efer & BIT64(10)) && (vmcb->cs.attributes & BIT32(9));

	vmcb->rip = long_mode ? vmcb->rip + bytes : (u32)(vmcb->rip + bytes);
}

/* svm_exit.c */
void svm_handle_exit(struct vcpu *v);
void svm_inject_exception(struct vcpu *v, u32 vector, bool has_error, u32 error);
void svm_inject_nmi(struct vcpu *v);
void svm_host_nmi(struct vcpu *v);
bool svm_write_efer(struct vcpu *v, u64 value);

#endif
