/* SPDX-License-Identifier: BSD-2-Clause */
/* GDT, TSS with an interrupt stack for each kind of event, and the IDT of all CPUs. */
#ifndef ATTACKER_TABLES_H
#define ATTACKER_TABLES_H

#include "attack.h"

#define GDT_BYTES (GDT_ENTRIES * 8)

struct __attribute__((packed)) table_pointer {
	u16 limit;
	u64 base;
};

/** tables_init - build the tables of a CPU. */
void tables_init(struct area *area);

/** tables_load - load them, all of them; called again to repair. */
void tables_load(struct area *area);

/** tables_gdt, tables_tss - where they are, identity-mapped. */
u64 *tables_gdt(struct area *area);
u8 *tables_tss(struct area *area);

/** tables_descriptor - write a 16-byte system descriptor at a selector of the GDT.
 *  @type: SDM vol. 3, "System-Segment and Gate-Descriptor Types" */
void tables_descriptor(struct area *area, u32 selector, u64 base, u32 limit, u8 type);

#define DESC_LDT 0x82u
#define DESC_TSS 0x89u

#endif
