/* SPDX-License-Identifier: BSD-2-Clause */
/* Small exit handlers and what is common to all: hypercalls, XSETBV, I/O ports, parking. */
#include "core/cell.h"
#include "core/console.h"
#include "core/cpu.h"
#include "core/format.h"
#include "core/main.h"
#include "x86/asm.h"
#include "x86/regs.h"

#define DOORBELL_BURST 64u /* and one a millisecond: each is an NMI exit of a root CPU */

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

void cell_refused(struct cell *cell, u32 cpu, const char *fmt, ...)
{
	u32 n = __atomic_load_n(&cell->refused_logged, __ATOMIC_RELAXED);
	char text[120];
	va_list ap;

	if (n > CELL_REFUSED_MAX)
		return;
	n = __atomic_fetch_add(&cell->refused_logged, 1, __ATOMIC_RELAXED);
	if (n == CELL_REFUSED_MAX) {
		say("cell %s: further refusals are not printed", cell->name);
		return;
	}
	va_start(ap, fmt);
	vformat(text, sizeof(text), fmt, ap);
	va_end(ap);
	say("cell %s: cpu %u: refused: %s", cell->name, cpu, text);
}

static s64 hypercall(struct vcpu *v, u64 number, u64 arg)
{
	u64 sum = 0;

	switch (number) {
	case BH_HC_VERSION:
		return BH_CELL_INFO_VERSION;
	case BH_HC_CONSOLE:
		if (v->cell->is_root)
			return BH_HC_EPERM;
		if (rate_take(&v->cell->doorbell_rate, rdtsc(), tsc_khz, DOORBELL_BURST))
			vcpu_post(cells[0].boot_cpu, EVENT_CONSOLE);
		return 0;
	case BH_HC_EXITS:
		if (arg > BH_EXIT_COUNT)
			return BH_HC_EINVAL;
		if (arg < BH_EXIT_COUNT)
			return (s64)v->shared->exits[arg];
		for (u32 i = 0; i < BH_EXIT_COUNT; i++)
			sum += v->shared->exits[i];
		return (s64)sum;
	default:
		return BH_HC_ENOSYS;
	}
}

enum exit_action exit_hypercall(struct vcpu *v)
{
	struct guest_state s;

	count_exit(v, BH_EXIT_HYPERCALL);
	vcpu_ops->get_state(v, &s);
	if (s.cpl || (s.rflags & RFLAGS_VM))
		v->reg[REG_RAX] = (u64)BH_HC_EPERM;
	else
		v->reg[REG_RAX] = (u64)hypercall(v, v->reg[REG_RAX], v->reg[REG_RDI]);
	return ACT_SKIP;
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
	if (io->string)
		return ACT_GP; /* as the TSS's I/O permission bitmap would */
	bus_do(&v->cell->pio, v, io->port, &access);
	if (io->in)
		set_in_result(v, io->size, access.value);
	return ACT_SKIP;
}
