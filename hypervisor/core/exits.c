/* SPDX-License-Identifier: BSD-2-Clause */
/* Small exit handlers and what is common to all: hypercalls, XSETBV, I/O ports, parking. */
#include "core/cell.h"
#include "core/console.h"
#include "core/cpu.h"
#include "core/main.h"
#include "x86/asm.h"
#include "x86/lapic.h"
#include "x86/regs.h"

#define DOORBELL_BURST 64u /* and one a millisecond: each is an NMI exit of a root CPU */

/* Intel I/O Controller Hub data sheets, "Reset Control Register"; AMD's chipsets have it, too */
#define PORT_RESET    0xcf9u
#define RESET_SYSTEM  0x02u
#define RESET_CPU     0x04u
#define RESET_FULL    0x08u /* power cycle: devices forget what they did for the cells */
#define RESET_WAIT_US 100000u

/* 8042 data sheet: pulse the output port's bit 0, the CPU's reset line */
#define PORT_I8042        0x64u
#define I8042_PULSE_RESET 0xfeu

static const char *const state_names[VCPU_NSTATES] = {"wait-for-sipi", "running", "parked"};

void vcpu_start(struct vcpu *v)
{
	if (v->cpu == v->cell->boot_cpu) {
		v->state = VCPU_RUNNING;
		vcpu_ops->reset_entry(v, &v->cell->entry);
	} else {
		v->state = VCPU_WAIT_SIPI;
		vcpu_ops->enter_parking(v);
	}
}

/* The chipset's own reset first; then as an old PC does it, by the keyboard's controller. */
static void __attribute__((noreturn)) reset_machine(void)
{
	delay_us(tsc_khz, RESET_WAIT_US); /* the UART still sends the reason */
	outb(PORT_RESET, RESET_SYSTEM);
	outb(PORT_RESET, RESET_SYSTEM | RESET_CPU | RESET_FULL);
	delay_us(tsc_khz, RESET_WAIT_US);
	outb(PORT_I8042, I8042_PULSE_RESET);
	halt_forever();
}

void vcpu_park(struct vcpu *v, const char *reason)
{
	struct guest_state s;

	vcpu_ops->get_state(v, &s);
	say("cell %s: cpu %u parked (was %s): %s", v->cell->name, v->cpu, state_names[v->state],
	    reason);
	say("  rip=0x%lx rflags=0x%lx cr0=0x%lx cr2=0x%lx cr3=0x%lx cr4=0x%lx efer=0x%lx", s.rip,
	    s.rflags, s.cr0, read_cr2(), s.cr3, s.cr4, s.efer);
	say("  rax=0x%lx rbx=0x%lx rcx=0x%lx rdx=0x%lx rsi=0x%lx rdi=0x%lx rsp=0x%lx",
	    v->reg[REG_RAX], v->reg[REG_RBX], v->reg[REG_RCX], v->reg[REG_RDX], v->reg[REG_RSI],
	    v->reg[REG_RDI], v->reg[REG_RSP]);
	if (v->cell->flags & BH_CELL_FAULT_RESET) {
		say("cell %s: on_fault: reset", v->cell->name);
		reset_machine();
	}
	v->state = VCPU_PARKED;
	vcpu_ops->enter_parking(v);
}

void vcpu_finish(struct vcpu *v, enum exit_action action)
{
	if (action == ACT_GP)
		vcpu_ops->inject_exception(v, VEC_GP, true, 0);
	else if (action == ACT_UD)
		vcpu_ops->inject_exception(v, VEC_UD, false, 0);
}

/* One of @count counters, or with @index = @count the sum of all. */
static s64 counter(const u64 *counters, u64 count, u64 index)
{
	u64 sum = 0;

	if (index > count)
		return BH_HC_EINVAL;
	if (index < count)
		return (s64)counters[index];
	for (u64 i = 0; i < count; i++)
		sum += counters[i];
	return (s64)sum;
}

static s64 hypercall(struct vcpu *v, u64 number, u64 arg)
{
	switch (number) {
	case BH_HC_VERSION:
		return BH_CELL_INFO_VERSION;
	case BH_HC_CONSOLE:
		if (v->cell->is_root)
			return BH_HC_EPERM;
		if (!(v->cell->flags & BH_CELL_QUIET) &&
		    rate_take(&v->cell->doorbell_rate, rdtsc(), tsc_khz, DOORBELL_BURST))
			vcpu_post(cells[0].boot_cpu, EVENT_CONSOLE);
		return 0;
	case BH_HC_EXITS:
		return counter(v->shared->exits, BH_EXIT_COUNT, arg);
	case BH_HC_REFUSED:
		return counter(v->cell->refused, BH_REFUSED_COUNT, arg);
	default:
		return BH_HC_ENOSYS;
	}
}

enum exit_action exit_hypercall(struct vcpu *v)
{
	bool counters = v->reg[REG_RAX] == BH_HC_EXITS || v->reg[REG_RAX] == BH_HC_REFUSED;
	struct guest_state s;

	count_exit(v, BH_EXIT_HYPERCALL);
	vcpu_ops->get_state(v, &s);
	if (!counters && (s.cpl || (s.rflags & RFLAGS_VM)))
		v->reg[REG_RAX] = (u64)BH_HC_EPERM;
	else
		v->reg[REG_RAX] = (u64)hypercall(v, v->reg[REG_RAX], v->reg[REG_RDI]);
	return ACT_SKIP;
}

enum exit_action exit_undefined(struct vcpu *v)
{
	count_exit(v, BH_EXIT_OTHER);
	cell_count_refused(v->cell, BH_REFUSED_INSTRUCTION);
	return ACT_UD;
}

enum exit_action exit_xsetbv(struct vcpu *v)
{
	u64 value = v->reg[REG_RDX] << 32 | (u32)v->reg[REG_RAX];

	count_exit(v, BH_EXIT_XSETBV);
	if (!(vcpu_ops->read_cr4(v) & CR4_OSXSAVE))
		return ACT_UD;
	/* which combinations are legal grows with each CPU: the CPU itself decides (SDM, XSETBV) */
	return xsetbv_safe((u32)v->reg[REG_RCX], value) ? ACT_SKIP : ACT_GP;
}

/* Partial register writes of IN: 32 bits clear the upper half of RAX, 8 and 16 keep the rest. */
static void set_in_result(struct vcpu *v, u8 size, u64 value)
{
	u64 mask = size == 4 ? ~0ULL : BIT64(size * 8) - 1;

	v->reg[REG_RAX] = (v->reg[REG_RAX] & ~mask) | (value & mask & 0xffffffff);
}

/* A port that traps: an emulated device, or nobody is there. */
enum exit_action exit_io(struct vcpu *v, const struct io_access *io)
{
	struct bus_access access = {
		.size = io->size, .write = !io->in, .value = io->in ? ~0ULL : v->reg[REG_RAX]};

	count_exit(v, BH_EXIT_IO);
	if (io->string || !bus_do(&v->cell->pio, v, io->port, &access))
		cell_count_refused(v->cell, BH_REFUSED_PORT);
	if (io->string)
		return ACT_GP; /* as the TSS's I/O permission bitmap would */
	if (io->in)
		set_in_result(v, io->size, access.value);
	return ACT_SKIP;
}
