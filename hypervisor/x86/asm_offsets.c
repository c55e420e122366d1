/* SPDX-License-Identifier: BSD-2-Clause */
/* Constants for NASM, generated: each line of the assembly output becomes "%define NAME value". */
#include "core/cpu.h"
#include "devices/pci.h"
#include "iommu/vtd_hw.h"
#include "x86/regs.h"
#include "x86/svm/svm.h"

#define DEFINE(name, value) __asm__ volatile("\n#define " #name " %0" : : "i"(value))

void asm_offsets(void);

void asm_offsets(void)
{
	DEFINE(BH_HV_MAGIC, BH_HV_MAGIC);
	DEFINE(BH_BOOT_VERSION, BH_BOOT_VERSION);
	DEFINE(BH_TRAMPOLINE_PARAMS, BH_TRAMPOLINE_PARAMS);
	DEFINE(TRAMPOLINE_BOOT_CR3, offsetof(struct bh_trampoline, boot_cr3));
	DEFINE(TRAMPOLINE_ENTRY, offsetof(struct bh_trampoline, entry));
	DEFINE(TRAMPOLINE_ARG, offsetof(struct bh_trampoline, arg));
	DEFINE(TRAMPOLINE_CR3, offsetof(struct bh_trampoline, cr3));
	DEFINE(TRAMPOLINE_STACK, offsetof(struct bh_trampoline, stack));
	DEFINE(ENTRY_RIP, offsetof(struct bh_boot_entry, rip));
	DEFINE(ENTRY_RSI, offsetof(struct bh_boot_entry, rsi));
	DEFINE(ENTRY_CR3, offsetof(struct bh_boot_entry, cr3));
	DEFINE(ENTRY_GDT_BASE, offsetof(struct bh_boot_entry, gdt_base));
	DEFINE(ENTRY_GDT_LIMIT, offsetof(struct bh_boot_entry, gdt_limit));
	DEFINE(ENTRY_CS, offsetof(struct bh_boot_entry, cs));
	DEFINE(ENTRY_DS, offsetof(struct bh_boot_entry, ds));
	DEFINE(CPU_STRUCT, CPU_STRUCT);
	DEFINE(CPU_STACK_TOP, CPU_STACK_TOP);
	DEFINE(CPU_NMI_STACK_TOP, CPU_NMI_STACK_TOP);
	DEFINE(VEC_SX, VEC_SX);
	DEFINE(GDT_CODE, GDT_CODE);
	DEFINE(GDT_DATA, GDT_DATA);
	DEFINE(VCPU_VIRT_PHYS, offsetof(struct vcpu, virt_phys));
	DEFINE(HOST_VMCB_OFFSET, HOST_VMCB_PAGE * PAGE_SIZE);
	/* Page-pool needs, in bytes (bh_hv_header). Fixed: shared tables, parking place, arrays,
	 * device registers.
	 * Per cell: bitmaps (SVM: 5 pages), info and console, second-level tables with splits. */
	DEFINE(POOL_FIXED, 18 * PAGE_SIZE);
	DEFINE(POOL_PER_CPU, (CPU_PRIVATE_PAGES + CPU_TABLE_PAGES + 1) * PAGE_SIZE);
	DEFINE(POOL_PER_CELL, 28 * PAGE_SIZE);
	DEFINE(POOL_PER_GIB, PAGE_SIZE);
	/* Root table, status page, queues, and a page that splits root's memory at each unit. */
	DEFINE(POOL_IOMMU, VTD_IRTE_COUNT * 16 + (2 + 2 * VTD_MAX_UNITS) * PAGE_SIZE);
	DEFINE(POOL_PER_PCI, sizeof(struct pci_fn));
}
