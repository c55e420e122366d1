/* SPDX-License-Identifier: BSD-2-Clause */
/* GDT and TSS of one CPU (SDM vol. 3, "Segment Descriptors", "TSS in 64-bit Mode"). */
#ifndef X86_GDT_H
#define X86_GDT_H

#include "core/types.h"

#define GDT_CODE 0x08u
#define GDT_DATA 0x10u
#define GDT_TSS  0x18u

struct tss {
	u32 reserved0;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u16 reserved3;
	u16 io_map_base;
} __attribute__((packed));

_Static_assert(sizeof(struct tss) == 104, "SDM vol. 3, 64-bit TSS");

struct gdt {
	u64 entry[5];
	struct tss tss;
};

/** gdt_load - fill @gdt and make it, and its TSS, this CPU's. */
void gdt_load(struct gdt *gdt);

/** idt_build - fill the shared IDT once; idt_load - make it this CPU's. */
void idt_build(void);
void idt_load(void);

/** idt_base - linear address of the IDT, for VMX host state. */
u64 idt_base(void);

#endif
