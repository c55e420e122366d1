/* SPDX-License-Identifier: BSD-2-Clause */
/* A cell: its CPUs, its guest-physical address space and its permission bitmaps. */
#ifndef CORE_CELL_H
#define CORE_CELL_H

#include <bulkhead/boot.h>
#include <bulkhead/cell.h>
#include <bulkhead/image.h>

#include "core/bus.h"
#include "core/cpuset.h"
#include "core/error.h"
#include "core/rate.h"
#include "x86/ptable.h"

/* I fixed once the cells run   R only a root CPU that holds console.c's drain lock   a atomic */
struct cell {
	char name[32];                   /* [I] NUL-terminated */
	u32 id;                          /* [I] 0 = root */
	bool is_root;                    /* [I] */
	u32 flags;                       /* [I] BH_CELL_x of image.h */
	struct cpuset cpus;              /* [I] */
	u32 boot_cpu;                    /* [I] its first CPU */
	struct bh_boot_entry entry;      /* [I] */
	struct ptable memory;            /* [I] EPT or NPT */
	u64 memory_root_phys;            /* [I] */
	void *msr_bitmap;                /* [I] in the vendor's format */
	u64 msr_bitmap_phys;             /* [I] */
	u8 *io_bitmap;                   /* [I] one bit a port, set = trapped */
	u64 io_bitmap_phys;              /* [I] */
	struct bus mmio, pio;            /* [I] emulated registers */
	struct bh_cell_info *info;       /* [I] read-only for the cell; NULL for root */
	struct bh_cell_console *console; /* [a] shared with the cell: hostile; NULL for root */
	struct rate doorbell_rate;       /* [a] only its own CPUs; races cost accuracy only */
	u32 console_tail;                /* [R] our own copy of what we published */
	u64 refused[BH_REFUSED_COUNT];   /* [a] by class */
	u64 refused_total;               /* [a] */
	u32 refused_logged;              /* [a] refusals printed so far */
};

extern struct cell *cells;
extern u32 cell_count;

/** cell_build_all - make all cells from the boot info. Boot CPU, before the others run. */
enum bh_err cell_build_all(const struct bh_boot_info *info, struct page_pool *pool);

/** cell_trap_memory - make a page-aligned guest-physical range trap. While cells are built. */
enum bh_err cell_trap_memory(struct cell *cell, u64 gpa, u64 size);

/** cell_map_mmio - map device registers into a cell (uncached unless the MTRRs say else). */
enum bh_err cell_map_mmio(struct cell *cell, u64 gpa, u64 hpa, u64 size);

/** cell_trap_ports - make I/O ports trap; cell_pass_ports - let them through. */
void cell_trap_ports(struct cell *cell, u32 first, u32 count);
void cell_pass_ports(struct cell *cell, u32 first, u32 count);

/**
 * cell_info_list - one of the lists in an RT cell's info page, which says what the cell has: what
 * it is told is what it gets.
 * Return: NULL if @count entries of @size bytes at @offset do not lie inside the page.
 */
const void *cell_info_list(const struct cell *cell, u32 offset, u32 count, u32 size);

/** cell_rt_has_port - is one of these I/O ports an RT cell's, from its list or from a device's BAR?
 */
bool cell_rt_has_port(u64 first, u64 count);

/**
 * cell_count_refused - one more forbidden act of a cell. The sums are printed whenever their total
 * is a power of ten, from 1000 on.
 */
void cell_count_refused(struct cell *cell, enum bh_refusal class);

/**
 * cell_refused - count a forbidden act and note it on the console. Prints the first
 * CELL_REFUSED_MAX of a cell, then says once that it stays silent.
 */
void cell_refused(struct cell *cell, u32 cpu, enum bh_refusal class, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#define CELL_REFUSED_MAX 32u

#endif
