/* SPDX-License-Identifier: BSD-2-Clause */
/* Accesses beyond 4 GiB, and page tables that lie where the cell has no memory. */
#include "probe.h"

#include "cpu.h"
#include "try.h"

#define WINDOW        0x80000000ULL /* a linear address to play with: the start of a page directory */
#define WINDOW_PDPT   (WINDOW >> 30)
#define ENTRY_ADDRESS 0x000ffffffffff000ULL
#define ENTRY_TABLE   0x03ULL /* present, writable */
#define ENTRY_LARGE   0x83ULL /* and 2 MiB large */

static u64 *table_at(u64 entry)
{
	return (u64 *)(uintptr_t)(entry & ENTRY_ADDRESS);
}

static u64 *pdpt(void)
{
	return table_at(table_at(read_cr3())[0]);
}

static void flush(void)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(read_cr3()) : "memory");
}

static void set_entry(u64 *entry, u64 value)
{
	*(volatile u64 *)entry = value;
	flush();
}

static void read_window(void *value)
{
	*(u64 *)value = *(volatile u64 *)(uintptr_t)WINDOW;
}

static void write_window(void *value)
{
	*(volatile u64 *)(uintptr_t)WINDOW = *(u64 *)value;
}

static bool high_address(u64 gpa)
{
	u64 *entry = &table_at(pdpt()[WINDOW_PDPT])[0], before = *entry, value = 0;
	bool good;

	set_entry(entry, gpa | ENTRY_LARGE);
	good = expect_none(write_window, &value, "a write") &&
	       expect_none(read_window, &value, "a read");
	set_entry(entry, before);
	if (good && value != ~0ULL)
		return because("0x%lx reads 0x%lx", gpa, value);
	return good;
}

static bool above_4g(void)
{
	return high_address(0x100000000ULL) && high_address(0x140000000ULL) &&
	       high_address(0x800000000ULL) && high_address(0x8000000000ULL);
}

/* The walk itself leaves the cell; a guest that does it gets #GP rather than made-up entries. */
static bool tables_outside(void)
{
	u64 *entry = &pdpt()[WINDOW_PDPT], before = *entry, value = 0;
	bool good;

	set_entry(entry, ram_end() | ENTRY_TABLE);
	good = expect_fault(VECTOR_GP, read_window, &value, "a read by foreign page tables");
	set_entry(entry, before);
	return good;
}

const struct probe paging_probes[] = {
	{"addresses above 4 GiB",        above_4g      },
	{"page tables outside the cell", tables_outside},
	{NULL,			   NULL          },
};
