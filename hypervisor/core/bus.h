/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Emulated registers of a cell: who answers a trapped memory or port access. Registered while the
 * cells are built, fixed afterwards. What nobody registered behaves like an empty bus.
 */
#ifndef CORE_BUS_H
#define CORE_BUS_H

#include "core/error.h"
#include "core/types.h"

struct cell;
struct vcpu;

#define BUS_MAX_REGIONS 48u /* of one cell: MSI-X tables, I/O APICs, MMCONFIG, ports */

struct bus_access {
	u64 offset; /* from the region's start */
	u8 size;    /* 1, 2, 4, 8 bytes; the access lies within the region, any alignment */
	bool write;
	u64 value; /* write: what is written; read: the answer goes here, all ones before */
};

/* Context: the CPU that made the access, on its exit path; other CPUs may call it at the time. */
typedef void (*bus_fn)(struct vcpu *v, void *arg, struct bus_access *access);

struct bus_region {
	u64 base, size;
	bus_fn fn;
	void *arg;
};

struct bus {
	struct bus_region region[BUS_MAX_REGIONS];
	u32 count;
};

/**
 * bus_add - let @fn answer [base, base + size). The caller must see to it that accesses trap:
 * cell_trap_memory or cell_trap_ports in cell.h.
 * Return: BH_OK; BH_ERR_RANGE for an empty, wrapping or overlapping region; BH_ERR_NOMEM when full.
 */
enum bh_err bus_add(struct bus *bus, u64 base, u64 size, bus_fn fn, void *arg);

/** bus_do - find the region that holds the whole access at @addr and call it.
 *  Return: false if there is none. */
bool bus_do(const struct bus *bus, struct vcpu *v, u64 addr, struct bus_access *access);

#endif
