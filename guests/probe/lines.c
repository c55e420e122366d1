/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports and an interrupt line that the system file gives to the cell: those of a UART, COM3. They
 * work, and what is beside them stays closed.
 */
#include "apic.h"
#include "cell.h"
#include "cpu.h"
#include "interrupts.h"
#include "ioapic.h"
#include "probe.h"
#include "timer.h"
#include "try.h"

/* 16550 data sheet, "Registers" */
#define UART_IER      1u
#define UART_IIR      2u
#define UART_MCR      4u
#define UART_SCRATCH  7u
#define IER_THR_EMPTY 0x02u
#define IIR_SOURCE    0x07u
#define IIR_THR_EMPTY 0x02u
#define MCR_OUT2      0x08u /* on a PC it lets the interrupt out */

#define VECTOR        0x61u
#define WAIT_US       1000000u /* an emulator's host may be busy */
#define SILENCE_US    20000u
#define RTE_SMI       0x00000200u /* delivery mode */
#define RTE_FOREIGN   0x00000042u /* unmasked, fixed, edge */

static volatile u32 arrived;
static volatile u8 source;

static u16 uart(u32 reg)
{
	return (u16)(cell_ports()->first + reg);
}

static void on_line(void)
{
	source = in8(uart(UART_IIR));
	arrived = arrived + 1;
}

static bool has_uart(void)
{
	if (cell_info->port_count == 1 && cell_ports()->last == uart(UART_SCRATCH) &&
	    cell_info->irq_count == 1)
		return true;
	return because("the info page has %u ranges of ports and %u lines", cell_info->port_count,
		       cell_info->irq_count);
}

static bool own_ports(void)
{
	static const u8 values[] = {0x5a, 0xa5};

	if (!has_uart())
		return false;
	for (u32 i = 0; i < ARRAY_SIZE(values); i++) {
		out8(uart(UART_SCRATCH), values[i]);
		if (in8(uart(UART_SCRATCH)) != values[i])
			return because("the UART keeps 0x%x for 0x%x", in8(uart(UART_SCRATCH)),
				       values[i]);
	}
	return true;
}

static void in_word_at_the_end(void *arg)
{
	u16 *value = arg;

	__asm__ volatile("inw %1, %0" : "=a"(*value) : "d"(uart(UART_SCRATCH)));
}

/* The first half of it is the cell's own, and holds something. */
static bool beyond_own_ports(void)
{
	u16 value = 0;

	if (!has_uart() || !expect_none(in_word_at_the_end, &value, "IN"))
		return false;
	return value == 0xffff || because("a word at the last port reads 0x%x", value);
}

/* Let the UART say that it can send, as often as it is asked. */
static u32 interrupts_in(u64 us)
{
	u64 start = rdtsc(), ticks = tsc_from_us(us);

	arrived = 0;
	out8(uart(UART_MCR), MCR_OUT2);
	out8(uart(UART_IER), IER_THR_EMPTY);
	interrupts_on();
	while (!arrived && rdtsc() - start < ticks)
		pause();
	interrupts_off();
	out8(uart(UART_IER), 0);
	out8(uart(UART_MCR), 0);
	return arrived;
}

static bool own_line(void)
{
	if (!has_uart())
		return false;
	interrupts_handle(VECTOR, on_line);
	ioapic_connect(cell_irqs(), VECTOR, IOAPIC_EDGE_HIGH);
	if (!interrupts_in(WAIT_US))
		return because("no interrupt came");
	if ((source & IIR_SOURCE) != IIR_THR_EMPTY)
		return because("the interrupt's source is 0x%x", source);
	ioapic_disconnect(cell_irqs());
	return !interrupts_in(SILENCE_US) || because("a masked line interrupts");
}

static bool foreign_pins(void)
{
	const struct bh_cell_irq *irq = cell_irqs();
	u32 last;

	if (!has_uart())
		return false;
	last = ioapic_read(irq, IOAPIC_VERSION) >> 16 & 0xff;
	for (u32 pin = 0; pin <= last; pin++) {
		if (pin == irq->pin)
			continue;
		ioapic_write(irq, ioapic_pin(pin), RTE_FOREIGN);
		if (ioapic_read(irq, ioapic_pin(pin)) || ioapic_read(irq, ioapic_pin(pin) + 1))
			return because("pin %u is open", pin);
	}
	return last > irq->pin || because("there are only %u pins", last + 1);
}

/* Bulkhead counts what it does not let into the I/O APIC. */
static bool is_refused(const struct bh_cell_irq *irq, u32 low)
{
	long before = hypercall(BH_HC_REFUSED, BH_REFUSED_IOAPIC, 0);

	ioapic_write(irq, ioapic_pin(irq->pin), low);
	return hypercall(BH_HC_REFUSED, BH_REFUSED_IOAPIC, 0) == before + 1;
}

/* Only to CPUs of the cell, and nothing that would reach beyond it. */
static bool line_aimed_at_others(void)
{
	const struct bh_cell_irq *irq = cell_irqs();

	if (!has_uart())
		return false;
	interrupts_handle(VECTOR, on_line);
	for (u32 id = 0; id < 4; id++) {
		if (id == cell_apic_ids()[0])
			continue;
		ioapic_write(irq, ioapic_pin(irq->pin) + 1, id << 24);
		if (!is_refused(irq, VECTOR))
			return because("the entry for cpu %u is not refused", id);
		if (interrupts_in(SILENCE_US))
			return because("aimed at %u it came here", id);
		ioapic_disconnect(irq);
	}
	ioapic_write(irq, ioapic_pin(irq->pin) + 1, apic_id() << 24);
	if (!is_refused(irq, RTE_SMI))
		return because("an SMI is not refused");
	ioapic_disconnect(irq);
	return true;
}

const struct probe line_probes[] = {
	{"own I/O ports",                  own_ports           },
	{"a port behind the own ones",     beyond_own_ports    },
	{"own interrupt line",             own_line            },
	{"pins of the I/O APIC",           foreign_pins        },
	{"interrupt line aimed at others", line_aimed_at_others},
	{NULL,			     NULL                },
};
