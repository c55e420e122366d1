/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/gdt.h"

#include "core/layout.h"

struct table_pointer {
	u16 limit;
	u64 base;
} __attribute__((packed));

struct idt_entry {
	u16 offset_low;
	u16 selector;
	u8 ist;
	u8 type;
	u16 offset_mid;
	u32 offset_high;
	u32 reserved;
};

_Static_assert(sizeof(struct idt_entry) == 16, "SDM vol. 3, 64-bit IDT gate");

#define IDT_ENTRIES      32u
#define IDT_STUB_SIZE    16u   /* exceptions.asm aligns its stubs to this */
#define GATE_INTERRUPT   0x8eu /* present, DPL 0, 64-bit interrupt gate */
#define DESC_CODE64      0x00af9b000000ffffULL
#define DESC_DATA        0x00cf93000000ffffULL
#define DESC_TSS_PRESENT 0x0000890000000000ULL

extern const u8 exception_stubs[];

static struct idt_entry idt[IDT_ENTRIES] __attribute__((aligned(16)));

static void lgdt(const struct table_pointer *p)
{
	__asm__ volatile("lgdt %0\n\t"
			 "push %1\n\t"
			 "lea 1f(%%rip), %%rax\n\t"
			 "push %%rax\n\t"
			 "lretq\n"
			 "1:\tmov %2, %%ds\n\t"
			 "mov %2, %%es\n\t"
			 "mov %2, %%ss\n\t"
			 "mov %3, %%fs\n\t"
			 "mov %3, %%gs"
			 :
			 : "m"(*p), "i"(GDT_CODE), "r"(GDT_DATA), "r"(0)
			 : "rax", "memory");
}

void gdt_load(struct gdt *gdt)
{
	struct table_pointer p = {sizeof(gdt->entry) - 1, (u64)gdt->entry};
	u64 base = (u64)&gdt->tss;

	gdt->entry[0] = 0;
	gdt->entry[GDT_CODE / 8] = DESC_CODE64;
	gdt->entry[GDT_DATA / 8] = DESC_DATA;
	gdt->entry[GDT_TSS / 8] = DESC_TSS_PRESENT | (sizeof(struct tss) - 1) |
				  (base & 0xffffff) << 16 | (base >> 24 & 0xff) << 56;
	gdt->entry[GDT_TSS / 8 + 1] = base >> 32;
	gdt->tss.ist[0] = CPU_NMI_STACK_TOP;
	gdt->tss.ist[1] = CPU_DF_STACK_TOP;
	gdt->tss.io_map_base = sizeof(struct tss);
	lgdt(&p);
	__asm__ volatile("ltr %w0" : : "r"(GDT_TSS));
}

void idt_build(void)
{
	for (u32 i = 0; i < IDT_ENTRIES; i++) {
		u64 stub = (u64)exception_stubs + i * IDT_STUB_SIZE;

		idt[i].offset_low = (u16)stub;
		idt[i].offset_mid = (u16)(stub >> 16);
		idt[i].offset_high = (u32)(stub >> 32);
		idt[i].selector = GDT_CODE;
		idt[i].type = GATE_INTERRUPT;
		idt[i].ist = i == 2 ? 1 : i == 8 || i == 18 ? 2 : 0;
	}
}

void idt_load(void)
{
	struct table_pointer p = {sizeof(idt) - 1, (u64)idt};

	__asm__ volatile("lidt %0" : : "m"(p));
}

u64 idt_base(void)
{
	return (u64)idt;
}
