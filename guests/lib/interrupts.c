/* SPDX-License-Identifier: BSD-2-Clause */
#include "interrupts.h"

#include "apic.h"
#include "console.h"
#include "cpu.h"
#include "try.h"

#define IDT_ENTRIES 256u
#define STUB_SIZE   16u
#define SELECTOR    0x08u
#define GATE        0x8eu /* SDM vol. 3, "64-Bit Mode IDT": present, DPL 0, interrupt gate */
#define VECTOR_PF   14u

struct gate {
	u16 offset_low;
	u16 selector;
	u8 ist;
	u8 type;
	u16 offset_mid;
	u32 offset_high;
	u32 reserved;
};

_Static_assert(sizeof(struct gate) == 16, "SDM vol. 3, 64-Bit Mode IDT");

struct __attribute__((packed)) table_pointer {
	u16 limit;
	u64 base;
};

extern const u8 interrupt_stubs[IDT_ENTRIES * STUB_SIZE];

static struct gate idt[IDT_ENTRIES] __attribute__((aligned(16)));
static void (*handlers[IDT_ENTRIES])(void);

void interrupts_load(void)
{
	struct table_pointer pointer = {sizeof(idt) - 1, (uintptr_t)idt};

	__asm__ volatile("lidt %0" : : "m"(pointer));
}

void interrupts_init(void)
{
	for (u32 i = 0; i < IDT_ENTRIES; i++) {
		u64 stub = (uintptr_t)&interrupt_stubs[i * STUB_SIZE];

		idt[i] = (struct gate){
			.offset_low = (u16)stub,
			.selector = SELECTOR,
			.type = GATE,
			.offset_mid = (u16)(stub >> 16),
			.offset_high = (u32)(stub >> 32),
		};
	}
	interrupts_load();
}

void interrupts_handle(u8 vector, void (*handler)(void))
{
	handlers[vector] = handler;
}

static __attribute__((noreturn)) void exception(const struct interrupt_frame *f)
{
	print("exception vector=%lu error=0x%lx rip=0x%lx rsp=0x%lx cr2=0x%lx: halted\n", f->vector,
	      f->error_code, f->rip, f->rsp, f->vector == VECTOR_PF ? read_cr2() : 0);
	halt();
}

void interrupt_dispatch(struct interrupt_frame *frame)
{
	if (frame->vector < VECTOR_FIRST_FREE) {
		if (!try_catch(frame))
			exception(frame);
		return;
	}
	if (frame->vector == VECTOR_SPURIOUS)
		return; /* SDM vol. 3, "Spurious Interrupt": its handler must not send an EOI */
	if (handlers[frame->vector])
		handlers[frame->vector]();
	apic_eoi();
}
