/* SPDX-License-Identifier: BSD-2-Clause */
/* The units themselves, between vtd_hw.c (start and queues) and vtd_fault.c. Section titles are
 * those of the VT-d specification, "Register Descriptions". */
#ifndef IOMMU_VTD_HW_H
#define IOMMU_VTD_HW_H

#include "core/sync.h"
#include "iommu/vtd.h"

#define VTD_CAP       0x08u
#define VTD_ECAP      0x10u
#define VTD_GCMD      0x18u
#define VTD_GSTS      0x1cu
#define VTD_RTADDR    0x20u
#define VTD_FSTS      0x34u
#define VTD_FECTL     0x38u
#define VTD_FEDATA    0x3cu
#define VTD_FEADDR    0x40u
#define VTD_FEUADDR   0x44u
#define VTD_PMEN      0x64u
#define VTD_IQH       0x80u
#define VTD_IQT       0x88u
#define VTD_IQA       0x90u
#define VTD_IRTA      0xb8u

#define VTD_MAX_UNITS 16u

/* I fixed once the cells run   Q under lock */
struct vtd_unit {
	volatile u8 *regs;       /* [I] */
	u64 phys;                /* [I] */
	u64 cap, ecap;           /* [I] */
	struct vtd_entry *queue; /* [Q] one page */
	volatile u32 *status;    /* [Q] hardware writes here that it has come so far */
	u64 status_phys;         /* [I] */
	u64 queue_phys;          /* [I] */
	u32 tail, ticket;        /* [Q] */
	bool live;               /* [Q] the queue runs; false again when it did not answer once */
	struct spinlock lock;
};

extern struct vtd_unit vtd_units[VTD_MAX_UNITS];
extern u32 vtd_unit_count;

static inline u32 vtd_read(const struct vtd_unit *u, u32 reg)
{
	return *(volatile u32 *)(u->regs + reg);
}

static inline void vtd_write(const struct vtd_unit *u, u32 reg, u32 value)
{
	*(volatile u32 *)(u->regs + reg) = value;
}

static inline u64 vtd_read64(const struct vtd_unit *u, u32 reg)
{
	return *(volatile u64 *)(u->regs + reg);
}

static inline void vtd_write64(const struct vtd_unit *u, u32 reg, u64 value)
{
	*(volatile u64 *)(u->regs + reg) = value;
}

/** vtd_faults_on - report faults of a unit: by NMI to root's boot CPU, or when polled. */
void vtd_faults_on(const struct vtd_unit *u);

/** vtd_faults_setup - remember whose devices are whose. */
void vtd_faults_setup(const struct bh_boot_info *info);

/** vtd_check_faults - see iommu_check_faults. */
bool vtd_check_faults(bool by_nmi);

#endif
