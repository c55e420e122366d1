/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables.h"

#include "memory.h"

#define GATE_DPL3  0xeeu /* SDM vol. 3, "64-Bit Mode IDT": interrupt gate, any INT n may use it */
#define STUB_SIZE  16u
#define TSS_BYTES  104u /* SDM vol. 3, "Task Management in 64-bit Mode" */
#define TSS_IST1   0x24u
#define TSS_IOMAP  0x66u
#define VECTOR_DB  1u
#define VECTOR_NMI 2u
#define VECTOR_DF  8u
#define VECTOR_MC  18u

enum {
	IST_EXCEPTION = 1,
	IST_NMI,
	IST_DEBUG,
	IST_DOUBLE,
	IST_INTERRUPT
};

struct gate {
	u16 offset_low, selector;
	u8 ist, type;
	u16 offset_mid;
	u32 offset_high, reserved;
};

extern const u8 vector_stubs[VECTORS * STUB_SIZE];

static struct gate idt[VECTORS] __attribute__((aligned(16)));

static u8 ist_of(u32 vector)
{
	switch (vector) {
	case VECTOR_DB:
		return IST_DEBUG;
	case VECTOR_NMI:
		return IST_NMI;
	case VECTOR_DF:
	case VECTOR_MC:
		return IST_DOUBLE;
	default:
		return vector < 32 ? IST_EXCEPTION : IST_INTERRUPT;
	}
}

u64 *tables_gdt(struct area *area)
{
	return (u64 *)(area->gdt_page + PAGE_SIZE - GDT_BYTES);
}

u8 *tables_tss(struct area *area)
{
	return area->tss_page + PAGE_SIZE - TSS_BYTES;
}

void tables_descriptor(struct area *area, u32 selector, u64 base, u32 limit, u8 type)
{
	u64 *entry = tables_gdt(area) + selector / 8;

	entry[0] = (limit & 0xffff) | (base & 0xffffff) << 16 | (u64)type << 40 |
		   (u64)(limit >> 16 & 0xf) << 48 | (base >> 24 & 0xff) << 56;
	entry[1] = base >> 32;
}

static void init_tss(struct area *area)
{
	u8 *tss = tables_tss(area);
	u16 iomap = TSS_BYTES; /* on the next page: the operation that wants it maps something */

	memset(tss, 0, TSS_BYTES);
	memcpy(tss + TSS_IOMAP, &iomap, sizeof(iomap));
	for (u32 i = 0; i < IST_COUNT; i++) {
		u64 top = (uintptr_t)area->ist[i] + STACK_TOP;

		memcpy(tss + TSS_IST1 + i * 8, &top, sizeof(top));
	}
	area->attack.debug_ist = (u64 *)(tss + TSS_IST1 + (IST_DEBUG - 1) * 8);
}

void tables_init(struct area *area)
{
	static const u64 flat[] = {
		0,
		0x00af9b000000ffff, /* SEL_CODE */
		0x00cf93000000ffff, /* SEL_DATA */
		0x00cf9b000000ffff, /* SEL_CODE32 */
		0x00cffb000000ffff, /* SEL_USER_CODE32 */
		0x00cff3000000ffff, /* SEL_USER_DATA */
		0x00affb000000ffff, /* SEL_USER_CODE */
	};

	memcpy(tables_gdt(area), flat, sizeof(flat));
	init_tss(area);
	for (u32 i = 0; i < VECTORS; i++) {
		u64 stub = (uintptr_t)&vector_stubs[i * STUB_SIZE];

		idt[i] = (struct gate){(u16)stub,         SEL_CODE,          ist_of(i), GATE_DPL3,
				       (u16)(stub >> 16), (u32)(stub >> 32), 0};
	}
}

void tables_load(struct area *area)
{
	struct table_pointer gdt = {GDT_BYTES - 1, (uintptr_t)tables_gdt(area)};
	struct table_pointer idtr = {sizeof(idt) - 1, (uintptr_t)idt};

	/* LTR wants a TSS that is not busy, so the descriptor is written anew. */
	tables_descriptor(area, SEL_TSS, (uintptr_t)tables_tss(area), TSS_BYTES - 1, DESC_TSS);
	tables_descriptor(area, SEL_LDT, (uintptr_t)area->scratch, PAGE_SIZE - 1, DESC_LDT);
	__asm__ volatile("lgdt %0; lidt %1; ltr %w2; lldt %w3"
			 :
			 : "m"(gdt), "m"(idtr), "r"(SEL_TSS), "r"(0)
			 : "memory");
	/* On AMD the null selector, which is there always, leaves the base as it is. */
	__asm__ volatile("mov %w0, %%fs; mov %w0, %%gs; mov %w1, %%fs; mov %w1, %%gs"
			 :
			 : "r"(SEL_DATA), "r"(0));
}
