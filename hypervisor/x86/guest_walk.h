/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guest-virtual to guest-physical translation in every paging mode, without touching accessed and
 * dirty bits. SDM vol. 3, "Paging". Pure: guest memory is read through a callback.
 */
#ifndef X86_GUEST_WALK_H
#define X86_GUEST_WALK_H

#include "core/types.h"

enum walk_access {
	WALK_READ,
	WALK_WRITE,
	WALK_FETCH,
};

enum walk_err {
	WALK_OK,
	WALK_NOT_CANONICAL, /* the linear address has no meaning: #GP(0), or #SS(0) for stacks */
	WALK_FAULT,         /* #PF with walk_result.error_code; CR2 = the linear address */
	WALK_NO_MEMORY,     /* a page table lies where the guest has no memory; read64 said no */
};

/* Bits of walk_result.error_code: SDM vol. 3, "Page-Fault Exceptions". */
#define WALK_PF_PRESENT  (1u << 0)
#define WALK_PF_WRITE    (1u << 1)
#define WALK_PF_USER     (1u << 2)
#define WALK_PF_RESERVED (1u << 3)
#define WALK_PF_FETCH    (1u << 4)

struct walk_ctx {
	u64 cr0;
	u64 cr3;
	u64 cr4;
	u64 efer;
	u64 rflags;   /* only AC counts, for SMAP */
	bool user;    /* CPL 3 */
	u8 phys_bits; /* guest's MAXPHYADDR, bits above are reserved; 0 = check none above 51 */
	void *opaque;
	/* Read 8 bytes at gpa, which is a multiple of 8. False if the guest has no RAM there. */
	bool (*read64)(void *opaque, u64 gpa, u64 *val);
};

struct walk_result {
	u64 gpa;        /* WALK_OK: translation of the very address */
	u64 page_size;  /* WALK_OK: bytes of the page that maps it; 4 KiB without paging */
	u32 error_code; /* WALK_FAULT: WALK_PF_x */
};

/**
 * guest_walk - translate one linear address (segment base already added).
 * @lin: linear address; outside 64-bit mode's paging only bits 31:0 count.
 * @access: what the guest wants to do there; U/S, R/W, XD, SMEP, SMAP and CR0.WP are honoured,
 *          protection keys are not.
 * Return: see enum walk_err. PDPTEs of PAE paging are read from memory, not from the CPU's copy.
 */
enum walk_err guest_walk(const struct walk_ctx *ctx, u64 lin, enum walk_access access,
			 struct walk_result *out);

/**
 * guest_walk_running - the short way for code that the CPU has just executed in 64-bit mode with
 * 4-level paging: permissions and reserved bits have been checked by the CPU and are not again.
 * Return: false where that does not apply or the tables have changed since: use guest_walk.
 */
bool guest_walk_running(const struct walk_ctx *ctx, u64 lin, u64 *gpa);

#endif
