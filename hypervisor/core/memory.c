/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accesses that EPT or NPT stopped: local APIC writes in xAPIC mode, and addresses where the cell
 * has nothing, which behave like an empty bus: reads give ones, writes vanish.
 */
#include "core/cell.h"
#include "core/cpu.h"
#include "core/guest_mem.h"
#include "x86/decode.h"
#include "x86/regs.h"
#include "x86/vlapic.h"

static enum exit_action unanswerable(struct vcpu *v, const struct memory_fault *f, const char *why)
{
	cell_refused(v->cell, v->cpu, BH_REFUSED_MEMORY,
		     "access to unmapped guest address 0x%lx: %s", f->gpa, why);
	return ACT_GP;
}

static bool is_apic(const struct memory_fault *f)
{
	return ALIGN_DOWN(f->gpa, PAGE_SIZE) == APIC_DEFAULT_PHYS;
}

/* The local APIC takes aligned 32-bit writes (SDM vol. 3, "Local APIC Registers"). */
static void write_bus(struct vcpu *v, const struct memory_fault *f, u8 size, u64 value)
{
	struct bus_access access = {.size = size, .write = true, .value = value};

	if (is_apic(f)) {
		if (size == 4)
			vlapic_write_mmio(v, (u32)(f->gpa & PAGE_MASK), (u32)value);
	} else if (!bus_do(&v->cell->mmio, v, f->gpa, &access)) {
		cell_refused(v->cell, v->cpu, BH_REFUSED_MEMORY,
			     "write of unmapped guest address 0x%lx", f->gpa);
	}
}

static u64 read_bus(struct vcpu *v, const struct memory_fault *f, u8 size)
{
	struct bus_access access = {.size = size, .write = false, .value = ~0ULL};

	if (is_apic(f))
		guest_read_phys(v, f->gpa & ~3ULL, &access.value, 4);
	else if (!bus_do(&v->cell->mmio, v, f->gpa, &access) &&
		 /* an instruction that reads and writes, where the cell may only read */
		 !guest_read_phys(v, f->gpa, &access.value, size))
		cell_refused(v->cell, v->cpu, BH_REFUSED_MEMORY,
			     "read of unmapped guest address 0x%lx", f->gpa);
	return access.value;
}

static void emulate(struct vcpu *v, const struct memory_fault *f, const struct decoded *d,
		    struct guest_state *s)
{
	u64 mem = decode_reads_memory(d) ? read_bus(v, f, d->size) : 0;
	u64 out;

	if (decode_is_alu(d)) {
		decode_alu(d, mem, v->reg, &s->rflags, &out);
		vcpu_ops->set_rflags(v, s->rflags);
	} else {
		out = decode_store_value(d, v->reg);
	}
	if (decode_writes_memory(d))
		write_bus(v, f, d->size, out);
	if (d->op == OP_LOAD || d->op == OP_XCHG)
		decode_apply_load(d, v->reg, mem);
	else if (d->dest == DEST_REG)
		decode_apply_load(d, v->reg, out);
	else
		return;
	if (d->reg == REG_RSP)
		vcpu_ops->set_rsp(v);
}

enum exit_action exit_memory(struct vcpu *v, const struct memory_fault *f)
{
	u8 bytes[INSN_MAX_LENGTH];
	struct guest_state s;
	struct decoded d;
	u32 len;

	count_exit(v, is_apic(f) ? BH_EXIT_XAPIC : BH_EXIT_MEMORY);
	if (f->in_delivery) {
		vcpu_park(v, "an event could not be delivered: its IDT, stack or TSS is unmapped");
		return ACT_RESUME;
	}
	if (f->in_walk)
		return unanswerable(v, f, "page tables there, answered with #GP");
	if (f->fetch) {
		cell_refused(v->cell, v->cpu, BH_REFUSED_MEMORY,
			     "instruction fetch from unmapped guest address 0x%lx,"
			     " answered with #UD",
			     f->gpa);
		return ACT_UD; /* an empty bus delivers 0xff 0xff, which is no instruction */
	}
	vcpu_ops->get_state(v, &s);
	len = guest_fetch(v, &s, bytes, sizeof(bytes));
	if (decode_insn(bytes, len, guest_mode(&s), &d) != DECODE_OK || decode_is_string(&d))
		return unanswerable(v, f,
				    "by an instruction that is not emulated, answered with #GP");
	emulate(v, f, &d, &s);
	vcpu_ops->advance(v, d.length);
	return ACT_RESUME;
}
