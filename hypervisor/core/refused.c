/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Forbidden acts: all are counted, a few are printed. A line costs milliseconds of the CPU that
 * prints it, and a hostile cell can have a million refused: what it makes the console say is
 * bounded.
 */
#include "core/cell.h"
#include "core/console.h"
#include "core/format.h"

#define FIRST_SUM 1000u

static bool is_power_of_ten(u64 n)
{
	while (n % 10 == 0)
		n /= 10;
	return n == 1;
}

void cell_count_refused(struct cell *cell, enum bh_refusal class)
{
	u64 total = __atomic_add_fetch(&cell->refused_total, 1, __ATOMIC_RELAXED);
	const u64 *n = cell->refused;

	__atomic_add_fetch(&cell->refused[class], 1, __ATOMIC_RELAXED);
	if (total % FIRST_SUM == 0 && is_power_of_ten(total))
		say("cell %s: refused so far: %lu: memory=%lu port=%lu msr=%lu apic=%lu ioapic=%lu"
		    " pci=%lu msi=%lu instruction=%lu",
		    cell->name, total, n[BH_REFUSED_MEMORY], n[BH_REFUSED_PORT], n[BH_REFUSED_MSR],
		    n[BH_REFUSED_APIC], n[BH_REFUSED_IOAPIC], n[BH_REFUSED_PCI], n[BH_REFUSED_MSI],
		    n[BH_REFUSED_INSTRUCTION]);
}

void cell_refused(struct cell *cell, u32 cpu, enum bh_refusal class, const char *fmt, ...)
{
	u32 n = __atomic_load_n(&cell->refused_logged, __ATOMIC_RELAXED);
	char text[120];
	va_list ap;

	cell_count_refused(cell, class);
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
