/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hypervisor's address space. All CPUs share the block (image, boot info, page pool) at
 * BH_HV_BASE; each CPU has a window of its own, which no other CPU maps:
 *
 *	CPU_WINDOW +0x00000  guard page
 *	           +0x01000  struct cpu (guest registers first)
 *	           +0x02000  guard page
 *	           +0x03000  stack, 8 KiB
 *	           +0x05000  guard page
 *	           +0x06000  stack of NMI (IST 1)
 *	           +0x07000  guard page
 *	           +0x08000  stack of #DF and #MC (IST 2)
 *	           +0x09000  guard page
 *	           +0x0a000  VMX: VMXON region, VMCS; SVM: host save area, VMCB, host VMCB
 *	           +0x10000  temporary mappings of guest pages, one page each
 *	           +0x20000  local APIC registers (the same on all CPUs)
 *	           +0x21000  trampoline page (start-up only)
 */
#ifndef CORE_LAYOUT_H
#define CORE_LAYOUT_H

#include <bulkhead/boot.h>

#include "core/types.h"

/* Device registers, shared by all CPUs (host_map); the block itself stays far below. */
#define HOST_MAP_BASE     0xffffffffd0000000ULL
#define HOST_MAP_END      0xfffffffffffff000ULL

#define CPU_WINDOW        0xffffffff80000000ULL
#define CPU_STRUCT        (CPU_WINDOW + 0x1000)
#define CPU_STACK         (CPU_WINDOW + 0x3000)
#define CPU_STACK_TOP     (CPU_WINDOW + 0x5000)
#define CPU_NMI_STACK     (CPU_WINDOW + 0x6000)
#define CPU_NMI_STACK_TOP (CPU_WINDOW + 0x7000)
#define CPU_DF_STACK      (CPU_WINDOW + 0x8000)
#define CPU_DF_STACK_TOP  (CPU_WINDOW + 0x9000)
#define CPU_VIRT_PAGES    (CPU_WINDOW + 0xa000)
#define CPU_VIRT_COUNT    3u
#define CPU_TEMP          (CPU_WINDOW + 0x10000)
#define CPU_TEMP_SLOTS    8u
#define CPU_LAPIC         (CPU_WINDOW + 0x20000)
#define CPU_TRAMPOLINE    (CPU_WINDOW + 0x21000)

/* Private pages of a CPU: struct, stack (2), NMI stack, #DF stack, virtualisation pages. */
#define CPU_PRIVATE_PAGES (5u + CPU_VIRT_COUNT)
/* Page-table pages of a CPU: PML4, PDPT, PD and PT of the window. */
#define CPU_TABLE_PAGES 4u

#endif
