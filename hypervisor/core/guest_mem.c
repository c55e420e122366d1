/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/guest_mem.h"

#include "core/cell.h"
#include "core/cpu.h"
#include "core/string.h"
#include "x86/guest_walk.h"
#include "x86/host_tables.h"
#include "x86/regs.h"

/* One temporary slot per page number modulo their count: what a walk needs again stays mapped. */
static const u8 *map_ram(u64 pa)
{
	u32 slot = (u32)(pa >> PAGE_SHIFT) % CPU_TEMP_SLOTS;

	return (const u8 *)temp_map(slot, ALIGN_DOWN(pa, PAGE_SIZE)) + (pa & PAGE_MASK);
}

enum {
	FOR_TABLES,
	FOR_DATA
};

/* RAM leaves of a cell never change once cells run, so the last one of each use is kept. The LAPIC
 * page is read through our own mapping. */
static const u8 *map_guest(struct vcpu *v, u64 gpa, u32 size, u32 use)
{
	struct cpu *cpu = this_cpu();
	struct pt_leaf leaf;

	if (gpa - cpu->recent[use].gpa < cpu->recent[use].leaf.size)
		return map_ram(cpu->recent[use].leaf.pa + (gpa - cpu->recent[use].gpa));
	if (!ptable_lookup(&v->cell->memory, gpa, &leaf) || !(leaf.access & PT_READ))
		return NULL;
	if (ALIGN_DOWN(leaf.pa, PAGE_SIZE) == APIC_DEFAULT_PHYS)
		return v->x2apic || size != 4 ? NULL : (const u8 *)CPU_LAPIC + (gpa & PAGE_MASK);
	if (leaf.type != MT_WB)
		return NULL; /* device memory: a read could have effects */
	cpu->recent[use].gpa = ALIGN_DOWN(gpa, leaf.size);
	cpu->recent[use].leaf = leaf;
	cpu->recent[use].leaf.pa = ALIGN_DOWN(leaf.pa, leaf.size);
	return map_ram(leaf.pa);
}

static bool read64(void *opaque, u64 gpa, u64 *value)
{
	const u8 *p = map_guest(opaque, gpa, 8, FOR_TABLES);

	if (p)
		*value = *(const volatile u64 *)p;
	return p;
}

bool guest_read_phys(struct vcpu *v, u64 gpa, void *to, u32 size)
{
	const u8 *p = map_guest(v, gpa, size, FOR_DATA);

	if (!p || size > PAGE_SIZE - (gpa & PAGE_MASK))
		return false;
	if (size == 4)
		*(u32 *)to = *(const volatile u32 *)p; /* one access: it may be the local APIC */
	else
		memcpy(to, p, size);
	return true;
}

enum cpu_mode guest_mode(const struct guest_state *s)
{
	if (!(s->cr0 & CR0_PE) || (s->rflags & RFLAGS_VM))
		return CPU_REAL16;
	if ((s->efer & EFER_LMA) && s->cs_l)
		return CPU_LONG64;
	return s->cs_d ? CPU_PROT32 : CPU_PROT16;
}

u32 guest_fetch(struct vcpu *v, const struct guest_state *s, u8 *to, u32 size)
{
	struct walk_ctx ctx = {.cr0 = s->cr0,
			       .cr3 = s->cr3,
			       .cr4 = s->cr4,
			       .efer = s->efer,
			       .rflags = s->rflags,
			       .user = s->cpl == 3,
			       .opaque = v,
			       .read64 = read64};
	u64 lin = guest_mode(s) == CPU_LONG64 ? s->rip : (u32)(s->cs_base + s->rip);
	struct walk_result r;
	u32 done = 0;

	while (done < size) {
		u32 chunk = (u32)(PAGE_SIZE - ((lin + done) & PAGE_MASK));

		if (chunk > size - done)
			chunk = size - done;
		/* the CPU has just fetched it: mostly only the address is in question */
		if ((!guest_walk_running(&ctx, lin + done, &r.gpa) &&
		     guest_walk(&ctx, lin + done, WALK_FETCH, &r) != WALK_OK) ||
		    !guest_read_phys(v, r.gpa, to + done, chunk))
			break;
		done += chunk;
	}
	return done;
}
