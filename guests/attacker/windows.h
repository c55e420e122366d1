/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The attacker's page tables: its RAM, the info page, the console and the local APIC
 * identity-mapped for itself, and windows through which an operation sees any guest-physical
 * address.
 */
#ifndef ATTACKER_WINDOWS_H
#define ATTACKER_WINDOWS_H

#include "attack.h"

/* Page-table entries: SDM vol. 3, "4-Level Paging" */
#define PTE_P            BIT(0)
#define PTE_W            BIT(1)
#define PTE_U            BIT(2)
#define PTE_LARGE        BIT(7)

#define WINDOW_BASE      0x40000000u
#define WINDOW_SLOT(n)   (WINDOW_BASE + (n)*PAGE_SIZE)
#define SLOT_ANY         1u /* two neighbours between guards */
#define SLOT_USER_CODE   4u
#define SLOT_USER_DATA   6u
#define SLOT_GDT         8u /* the CPU's GDT page, and behind it any page */
#define SLOT_TSS         11u
#define WINDOW_USER_CODE WINDOW_SLOT(SLOT_USER_CODE)
#define WINDOW_USER_DATA WINDOW_SLOT(SLOT_USER_DATA)
#define WINDOW_2M        (WINDOW_BASE + 0x200000u)
#define WINDOW_TABLE     (WINDOW_BASE + 0x400000u) /* its page table lies where one wants */
#define WINDOW_1G        0x80000000ULL
#define WINDOW_PDPT      0x8000000000ULL
#define NOWHERE          0x70000000u /* a linear address that is never mapped */

/** windows_init - build the page tables of a CPU; returns the value for CR3. */
u64 windows_init(struct area *area);

/** window_open - make @gpa (and what follows it, up to a page) accessible by a leaf of a random
 *  size and memory type, sometimes to user mode. @user: certainly. Returns the linear address. */
u64 window_open(struct attack *a, u64 gpa, bool user);

/** window_pair - map two pages side by side, wherever they are; returns the first one's address. */
u64 window_pair(struct attack *a, u64 first, u64 second);

/** window_slot - point one slot at the page of @gpa. */
void window_slot(struct attack *a, u32 slot, u64 gpa, u64 flags);

/** window_table - let a page table of level 1 .. 3 lie at @gpa; returns a linear address below it.
 */
u64 window_table(struct attack *a, u64 gpa, u32 level);

#endif
