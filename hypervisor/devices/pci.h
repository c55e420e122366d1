/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI configuration space as the cells see it: each its own functions, filtered; everything else
 * is an empty slot. Opened through the ports 0xcf8 and 0xcfc, and MMCONFIG.
 */
#ifndef DEVICES_PCI_H
#define DEVICES_PCI_H

#include <bulkhead/boot.h>

#include "core/error.h"
#include "core/page_pool.h"
#include "core/sync.h"
#include "devices/msi.h"
#include "devices/msix.h"
#include "devices/pci_rules.h"

struct cell;
struct vcpu;

#define PCI_BARS      6u
#define PCI_MAX_AREAS 8u

/* A part of extended configuration space that is not as in hardware. */
struct pci_area {
	u16 start, end;
	bool hidden;
};

/* I fixed once the cells run; the rest is covered by lock, which only CPUs of the owner take */
struct pci_fn {
	const struct bh_boot_pci *info; /* [I] */
	struct cell *cell;              /* [I] the owner */
	enum pci_writer writer;         /* [I] */
	u8 pm_cap;                      /* [I] offset of the power management capability */
	u32 rom_mask;                   /* [I] writable address bits of the expansion ROM's BAR */
	bool no_interrupts;             /* [I] none were left: MSI and MSI-X are hidden */
	u32 first_irq;                  /* [I] first index for iommu_irq_set */
	u32 area_count;                 /* [I] */
	struct pci_area area[PCI_MAX_AREAS]; /* [I] */
	struct spinlock lock;
	u32 bar[PCI_BARS];    /* as the guest wrote them */
	u64 bar_at[PCI_BARS]; /* where hardware has them */
	u32 rom;
	struct msi msi;
	struct msix msix;
};

/**
 * pci_init - give every cell its functions: registers mapped, interrupts reserved, everything
 * quiet. Boot CPU, after cell_build_all and iommu_init.
 */
enum bh_err pci_init(const struct bh_boot_info *info, struct page_pool *pool);

/** pci_config_read, pci_config_write - an access of the owner. Aligned, within one dword. */
u32 pci_config_read(struct pci_fn *f, u32 reg, u32 size);
void pci_config_write(struct vcpu *v, struct pci_fn *f, u32 reg, u32 size, u32 value);

/** pci_setup_config - learn the layout of a function's configuration space. Boot CPU. */
void pci_setup_config(struct pci_fn *f);

/** pci_config_masked - write those bits of a dword that @mask has, @w1c among the others as 0. */
void pci_config_masked(const struct pci_fn *f, u32 dword, u32 mask, u32 value, u32 w1c);

/* pci_bar.c: f->lock held */
u32 pci_bar_read(const struct pci_fn *f, u32 i);
void pci_bar_write(struct vcpu *v, struct pci_fn *f, u32 i, u32 lanes, u32 value);
/** pci_bar_settle - before decoding of @kinds (PCI_COMMAND_x) is switched on: hardware gets BARs
 *  that were moved to a permitted place, the guest gets the old value of all others. */
void pci_bar_settle(struct vcpu *v, struct pci_fn *f, u32 kinds);
void pci_rom_write(struct vcpu *v, struct pci_fn *f, u32 lanes, u32 value);
void pci_window_write(struct vcpu *v, struct pci_fn *f, u32 dword, u32 lanes, u32 value);
/** pci_bar_reset - write all BARs to hardware as they were at boot. */
void pci_bar_reset(struct pci_fn *f);

/** pci_place_taken - does a memory or I/O range touch what root must not put a BAR over? */
bool pci_place_taken(u64 base, u64 size, bool io);
/** pci_rt_taken - does it touch registers of an RT cell's function, or its I/O ports? */
bool pci_rt_taken(u64 base, u64 size, bool io);

#endif
