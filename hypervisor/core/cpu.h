/* SPDX-License-Identifier: BSD-2-Clause */
/* Per-CPU data: the private part (one mapping, own window) and the part that others may see. */
#ifndef CORE_CPU_H
#define CORE_CPU_H

#include "core/layout.h"
#include "core/vcpu.h"
#include "x86/gdt.h"

struct page_pool;

/* Events that one CPU posts to another; see vcpu_post. */
#define EVENT_INIT    BIT32(0)
#define EVENT_SIPI    BIT32(1)
#define EVENT_NMI     BIT32(2)
#define EVENT_CONSOLE BIT32(3)

/* I fixed at boot   C written by the owning CPU only, others read   a atomic */
struct cpu_shared {
	u32 apic_id;              /* [I] x2APIC id */
	u32 cell_id;              /* [I] */
	u32 events;               /* [a] EVENT_x */
	u32 kicks_begun;          /* [a] NMIs that vcpu_post is about to send or has sent here */
	u32 kicks_done;           /* [a] those that it has sent */
	u32 sipi_vector;          /* [a] written before EVENT_SIPI is posted */
	u32 online;               /* [a] start-up: set by the CPU itself */
	u64 exits[BH_EXIT_COUNT]; /* [C] */
	u64 private_phys;         /* [I] first of CPU_PRIVATE_PAGES */
	u64 cr3;                  /* [I] */
	u64 *temp_pte;            /* [C] page-table entries of CPU_TEMP */
};

struct cpu {
	struct vcpu vcpu; /* must be first */
	struct gdt gdt;
	u64 temp_page[CPU_TEMP_SLOTS];
	struct {
		u64 gpa;
		struct pt_leaf leaf; /* size = 0: none */
	} recent[2]; /* guest_mem.c: the RAM leaves that held page tables and code last */
};

_Static_assert(sizeof(struct cpu) <= PAGE_SIZE, "struct cpu has one page");

extern struct cpu_shared *cpus;
extern u32 cpu_count;

static inline struct cpu *this_cpu(void)
{
	return (struct cpu *)CPU_STRUCT;
}

/**
 * vcpu_post - set event bits of a CPU (own one included) and make it look at them soon.
 * core/kicks.h tells its NMIs from others.
 */
void vcpu_post(u32 cpu, u32 events);

/** count_exit - one more exit of a class on this CPU. */
static inline void count_exit(struct vcpu *v, enum bh_exit_class c)
{
	v->shared->exits[c]++;
}

#endif
