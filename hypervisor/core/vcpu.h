/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual CPU: what the vendor-neutral exit handlers see of it, and the table of operations
 * that vmx/ or svm/ provides. Core code never asks which of the two it is.
 */
#ifndef CORE_VCPU_H
#define CORE_VCPU_H

#include <bulkhead/boot.h>
#include <bulkhead/cell.h>

#include "core/error.h"
#include "core/kicks.h"
#include "core/types.h"
#include "x86/ptable.h"

struct cell;
struct cpu_shared;

/* Numbers as in instruction encodings (SDM vol. 2, "ModR/M and SIB Bytes") */
enum {
	REG_RAX,
	REG_RCX,
	REG_RDX,
	REG_RBX,
	REG_RSP,
	REG_RBP,
	REG_RSI,
	REG_RDI,
	REG_COUNT = 16
};

/* RUNNING executes its guest; the others execute the parking page until an event comes. */
enum vcpu_state {
	VCPU_WAIT_SIPI,
	VCPU_RUNNING,
	VCPU_PARKED,
	VCPU_NSTATES
};

/* Only the owning CPU touches this; the assembly switch stores the guest's registers at reg[]. */
struct vcpu {
	u64 reg[REG_COUNT]; /* RSP is valid only between get_state and set_state */
	u32 cpu;            /* CPU number */
	struct cell *cell;
	struct cpu_shared *shared;
	enum vcpu_state state;
	bool nmi_seen;  /* an NMI arrived in host mode (VMX) */
	bool nmi_owed;  /* an NMI waits for its injection */
	bool x2apic;    /* mode of this CPU's local APIC, in hardware */
	u64 apic_base;  /* IA32_APIC_BASE as the guest sees it */
	u32 icr_high;   /* xAPIC ICR bits 63:32 as the guest wrote them */
	u64 mcg_status; /* IA32_MCG_STATUS as it was when the last #MC arrived */
	u64 virt_phys;  /* physical address of CPU_VIRT_PAGES */
	struct kick_ledger kicks;

	u32 vendor_flags; /* private to vmx/ or svm/ */
};

_Static_assert(offsetof(struct vcpu, reg) == 0, "the world switch stores registers at offset 0");

/* A copy of the state that decoding and reports need. */
struct guest_state {
	u64 rip, rflags, cr0, cr3, cr4, efer;
	u64 cs_base;
	bool cs_l, cs_d;
	u8 cpl;
};

/* What an exit handler wants done with the instruction that caused the exit. */
enum exit_action {
	ACT_RESUME, /* nothing: state is as it must be */
	ACT_SKIP,   /* it has been emulated: go on behind it */
	ACT_GP,     /* #GP(0) at the instruction */
	ACT_UD,     /* #UD at the instruction */
	ACT_PARK    /* stop this CPU; the handler has printed the reason */
};

struct vcpu_ops {
	const char *name; /* "vmx" or "svm" */
	enum pt_kind table_kind;
	u32 msr_bitmap_pages;
	u32 io_bitmap_pages;
	bool polls_console; /* a root CPU exits by itself every few milliseconds */
	bool uses_vmmcall;

	/** has_1g - do this CPU's second-level tables support 1 GiB leaves? */
	bool (*has_1g)(void);
	/** check_cpu - can this CPU do all we need? Prints what is missing. Changes nothing. */
	enum bh_err (*check_cpu)(u32 cpu);
	/** enable - turn virtualisation on here and build this CPU's VMCS or VMCB. */
	enum bh_err (*enable)(struct vcpu *v);
	/** disable - undo enable, used when another CPU failed before any guest ran. */
	void (*disable)(void);
	/** run - enter the guest for good. */
	void (*run)(struct vcpu *v) __attribute__((noreturn));

	/* msr_bitmap: everything trapped first, then allow_msr for what passes. */
	void (*allow_msr)(void *bitmap, u32 first, u32 last, bool read, bool write);

	void (*reset_entry)(struct vcpu *v, const struct bh_boot_entry *entry);
	void (*reset_sipi)(struct vcpu *v, u8 vector);
	void (*enter_parking)(struct vcpu *v);

	void (*get_state)(struct vcpu *v, struct guest_state *s);
	void (*set_rflags)(struct vcpu *v, u64 rflags);
	void (*set_rsp)(struct vcpu *v); /* from reg[REG_RSP] */
	void (*advance)(struct vcpu *v, u32 bytes);
	u64 (*read_cr4)(struct vcpu *v);
	void (*inject_exception)(struct vcpu *v, u32 vector, bool has_error, u32 error);
	void (*inject_nmi)(struct vcpu *v);            /* now or as soon as the guest can take it */
	bool (*write_efer)(struct vcpu *v, u64 value); /* false: #GP. Only where EFER is trapped */
	u64 (*read_efer)(struct vcpu *v);
	void (*host_nmi)(struct vcpu *v); /* an NMI arrived in host mode; NULL: cannot happen */
};

extern const struct vcpu_ops *vcpu_ops;
extern const struct vcpu_ops vmx_ops;
extern const struct vcpu_ops svm_ops;

/** vcpu_start - first state of a CPU: its cell's entry, or waiting for SIPI. */
void vcpu_start(struct vcpu *v);

/**
 * vcpu_park - stop this CPU for good and print the reason with the guest's state. With the cell's
 * `on_fault: reset` the whole machine starts anew.
 */
void vcpu_park(struct vcpu *v, const char *reason);

/** vcpu_events - handle INIT, SIPI, NMI and console events that other CPUs posted (events.c).
 *  Called for each NMI that this CPU got. */
void vcpu_events(struct vcpu *v);

/** vcpu_finish - carry out an exit handler's wish, except ACT_SKIP, which backends do. */
void vcpu_finish(struct vcpu *v, enum exit_action action);

/* Exit handlers shared by both backends, one file each. */
enum exit_action exit_cpuid(struct vcpu *v);
enum exit_action exit_rdmsr(struct vcpu *v);
enum exit_action exit_wrmsr(struct vcpu *v);
enum exit_action exit_hypercall(struct vcpu *v);
enum exit_action exit_undefined(struct vcpu *v); /* SMX, SVM, VMX: no guest's CPUID has them */
enum exit_action exit_xsetbv(struct vcpu *v);
enum exit_action exit_machine_check(struct vcpu *v);

struct io_access {
	u16 port;
	u8 size; /* 1, 2 or 4 bytes */
	bool in, string, rep;
};
enum exit_action exit_io(struct vcpu *v, const struct io_access *io);

struct memory_fault {
	u64 gpa;
	bool read, write, fetch;
	bool in_walk;     /* the guest's own page tables lie there */
	bool in_delivery; /* an event was being delivered to the guest */
};
enum exit_action exit_memory(struct vcpu *v, const struct memory_fault *f);

#endif
