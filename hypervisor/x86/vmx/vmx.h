/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of the VMX backend only. */
#ifndef X86_VMX_VMX_H
#define X86_VMX_VMX_H

#include "core/vcpu.h"
#include "x86/regs.h"

/* Control words as accepted on the boot CPU; every other CPU must arrive at the same. */
struct vmx_caps {
	u32 ctl[5]; /* by enum ctl_word */
	u64 cr0_fixed0, cr0_fixed1, cr4_fixed0, cr4_fixed1;
	u64 basic, ept_vpid, misc;
	bool preempt_timer, save_timer;
};

extern struct vmx_caps vmx_caps;

#define VMX_ON          BIT32(0) /* vcpu.vendor_flags: VMXON was executed */
#define VMX_VMCS_LOADED BIT32(1) /* ... and the VMCS is complete */

/* vmx_state.c: guest state in the VMCS */
void vmx_reset_entry(struct vcpu *v, const struct bh_boot_entry *entry);
void vmx_reset_sipi(struct vcpu *v, u8 vector);
void vmx_enter_parking(struct vcpu *v);
void vmx_get_state(struct vcpu *v, struct guest_state *s);

/* VMX and SMX are ours; KL, CET, PKS, UINTR and FRED have state that is not switched */
#define CR4_NOT_FOR_GUESTS                                                                         \
	(CR4_VMXE | CR4_SMXE | BIT64(19) | CR4_CET | BIT64(24) | BIT64(25) | BIT64(32))

/** vmx_guest_cr4 - CR4 as the guest sees it. */
u64 vmx_guest_cr4(void);

/** vmx_move_rip - advance the guest's RIP as its mode demands. */
void vmx_move_rip(u64 bytes);

/* vmx_exit.c */
void vmx_handle_exit(struct vcpu *v);
void vmx_entry_failed(void) __attribute__((noreturn));
void vmx_inject_exception(struct vcpu *v, u32 vector, bool has_error, u32 error);
void vmx_inject_nmi(struct vcpu *v);
void vmx_host_nmi(struct vcpu *v);

/** vmx_poll_ticks - preemption timer value between two looks at the console rings. */
u32 vmx_poll_ticks(void);

#endif
