/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hostile cell of the tests: commits everything that a cell must not do, says what it got, and
 * then dies in the way that its argument string names. What it cannot see itself, that the other
 * cells notice nothing, is for whoever started it to check.
 */
#include "probe.h"

#include <stdarg.h>

#include "cell.h"
#include "console.h"
#include "cpu.h"
#include "format.h"
#include "timer.h"
#include "try.h"

#define REASON_MAX 160u
#define RING_US    5000u
#define CONSOLE_US 2000000u

static const struct probe *const tables[] = {
	memory_probes, paging_probes,  port_probes,        line_probes, link_probes,
	msr_probes,    control_probes, instruction_probes, apic_probes, call_probes,
};

static char reason[REASON_MAX];
static u32 passed, failed;

bool because(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	format_text(reason, sizeof(reason), format, args);
	va_end(args);
	return false;
}

bool expect_fault(int vector, void (*fn)(void *), void *arg, const char *what)
{
	int got = try_run(fn, arg);

	if (got == vector)
		return true;
	if (got == TRY_NO_FAULT)
		return because("%s was carried out", what);
	return because("%s raised exception %u, not %u", what, (u32)got, (u32)vector);
}

bool expect_none(void (*fn)(void *), void *arg, const char *what)
{
	int got = try_run(fn, arg);

	return got == TRY_NO_FAULT || because("%s raised exception %u", what, (u32)got);
}

u64 ram_end(void)
{
	const struct bh_cell_mem *mem = cell_memory();

	for (u32 i = 0; i < cell_info->mem_count; i++)
		if (mem[i].kind == BH_MEM_RAM)
			return mem[i].gpa + mem[i].size;
	return 0;
}

/*
 * Here a lost line is worse than waiting. Bulkhead takes only so many lines a second, so the
 * doorbell may have to be rung again; the bound keeps a stuck console from hiding the rest.
 */
static void wait_for_console(void)
{
	for (u32 us = 0; !console_taken() && us < CONSOLE_US; us += RING_US) {
		if (cell_info->flags & BH_CELL_CONSOLE_DOORBELL)
			hypercall(BH_HC_CONSOLE, 0, 0);
		delay_us(RING_US);
	}
}

static void run(const struct probe *probe)
{
	if (probe->run()) {
		passed++;
		print("PASS %s\n", probe->name);
	} else {
		failed++;
		print("FAIL %s: %s\n", probe->name, reason);
	}
	wait_for_console();
}

void cell_main(const struct bh_cell_info *info)
{
	(void)info;
	for (u32 i = 0; i < ARRAY_SIZE(tables); i++)
		for (const struct probe *probe = tables[i]; probe->name; probe++)
			run(probe);
	print("probe done: %u passed, %u failed\n", passed, failed);
	wait_for_console();
	last_act(cell_args());
}
