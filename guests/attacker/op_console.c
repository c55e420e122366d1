/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nonsense in the console page, whose other side is the hypervisor. It must print what is there in
 * pieces that it can bear, and never read beyond the ring. Afterwards both sides must agree on the
 * counters again, or the attacker's own lines would be lost.
 */
#include <bulkhead/cell.h>

#include "cell.h"
#include "cpu.h"
#include "memory.h"
#include "ops.h"
#include "prng.h"
#include "timer.h"

#define RESYNC_US 2000000u

static struct bh_cell_console *console(void)
{
	return (struct bh_cell_console *)(uintptr_t)cell_info->console_gpa;
}

static void ring_doorbell(void)
{
	if (cell_info->flags & BH_CELL_CONSOLE_DOORBELL)
		hypercall(BH_HC_CONSOLE, 0, 0);
}

/* A head that is more than a ring away makes the hypervisor skip all that is there. Should it just
 * now be right, there is one line end in the ring. */
static void resync(struct bh_cell_console *c)
{
	u32 head = c->head + 3 * BH_CONSOLE_RING;
	u64 start = rdtsc();

	memset(c->data, '\r', BH_CONSOLE_RING);
	c->data[(head - 1) % BH_CONSOLE_RING] = '\n';
	__atomic_store_n(&c->head, head, __ATOMIC_RELEASE);
	do {
		ring_doorbell();
		pause();
	} while (__atomic_load_n(&c->tail, __ATOMIC_ACQUIRE) != head &&
		 rdtsc() - start < tsc_from_us(RESYNC_US));
}

void op_console(struct attack *a)
{
	struct bh_cell_console *c = console();

	a->runs++;
	switch (below(a, 4)) {
	case 0:
		c->head = (u32)odd_value(a);
		break;
	case 1:
		c->tail = (u32)odd_value(a);
		break;
	case 2:
		c->head += (u32)below(a, 2 * BH_CONSOLE_RING);
		break;
	default:
		for (u32 i = 0; i < BH_CONSOLE_RING; i++)
			c->data[i] = (u8)rnd(a);
		c->head = (u32)rnd(a);
		break;
	}
	c->watchdog = (u32)rnd(a);
	ring_doorbell();
	resync(c);
}
