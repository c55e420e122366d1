/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads, writes and jumps where the cell has nothing, and writes to what it may only read. */
#include "probe.h"

#include "cell.h"
#include "cpu.h"
#include "try.h"

#define PATTERN 0x1122334455667788ULL
#define ONES    (~0ULL)

/* Where root's memory, the hypervisor and the PC's devices lie on most machines below 4 GiB. */
static const u64 places[] = {
	0x02000000,                         /* RAM of any PC */
	0x3e000000, 0x3f000000, 0x3fe00000, /* the top of 1 GiB */
	0x7e000000, 0x7fe00000,             /* the top of 2 GiB */
	0xb0000000, 0xe0000000,             /* PCI configuration space */
	0xfd000000,                         /* a graphics card */
	0xfec00200,                         /* behind the registers of the I/O APIC */
	0xfed00000,                         /* HPET */
	0xfed90000,                         /* IOMMU */
	0xffe00000, 0xfffffff0,             /* firmware */
};

struct access {
	u64 address;
	u64 value;
};

/* MOV in each width. What a narrow load does not touch must stay: the caller sets it. */
#define DEFINE_ACCESS(bits, suffix, reg)                                                           \
	static void load_##bits(void *arg)                                                         \
	{                                                                                          \
		struct access *a = arg;                                                            \
                                                                                                   \
		__asm__ volatile("mov" suffix " (%1), %" reg "0"                                   \
				 : "+q"(a->value)                                                  \
				 : "r"(a->address)                                                 \
				 : "memory");                                                      \
	}                                                                                          \
	static void store_##bits(void *arg)                                                        \
	{                                                                                          \
		struct access *a = arg;                                                            \
                                                                                                   \
		__asm__ volatile("mov" suffix " %" reg "0, (%1)"                                   \
				 :                                                                 \
				 : "q"(a->value), "r"(a->address)                                  \
				 : "memory");                                                      \
	}

DEFINE_ACCESS(8, "b", "b")
DEFINE_ACCESS(16, "w", "w")
DEFINE_ACCESS(32, "l", "k")
DEFINE_ACCESS(64, "q", "q")

static const struct {
	void (*load)(void *);
	void (*store)(void *);
	u64 loaded; /* a register that held 0 before, when all ones are read */
	u32 bits;
} widths[] = {
	{load_8,  store_8,  0xff,       8 },
	{load_16, store_16, 0xffff,     16},
	{load_32, store_32, 0xffffffff, 32},
	{load_64, store_64, ONES,       64},
};

static bool reads_ones(u64 address)
{
	struct access a = {address, 0};

	if (!expect_none(load_64, &a, "a read"))
		return false;
	return a.value == ONES || because("0x%lx reads 0x%lx", address, a.value);
}

static bool write_vanishes(u64 address)
{
	struct access a = {address, PATTERN};

	return expect_none(store_64, &a, "a write") && reads_ones(address);
}

static bool around_ram_end(void)
{
	u64 end = ram_end();

	return reads_ones(end) && reads_ones(end + 0xff8) && reads_ones(end + 0x1000) &&
	       write_vanishes(end) && write_vanishes(end + 0x1000);
}

/* Half of it is RAM. The CPU may or may not have done that half; the other half is ones. */
static bool across_ram_end(void)
{
	struct access a = {ram_end() - 4, 0};

	if (!expect_none(load_64, &a, "a read across the end"))
		return false;
	if (a.value >> 32 != 0xffffffff)
		return because("a read across the end gives 0x%lx", a.value);
	return true;
}

static bool foreign_reads(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(places); i++)
		if (!reads_ones(places[i]))
			return false;
	return true;
}

static bool foreign_writes(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(places); i++)
		if (!write_vanishes(places[i]))
			return false;
	return true;
}

static bool all_widths(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(widths); i++) {
		struct access a = {ram_end() + 0x2000, 0};

		if (!expect_none(widths[i].load, &a, "a load"))
			return false;
		if (a.value != widths[i].loaded)
			return because("a load of %u bits gives 0x%lx", widths[i].bits, a.value);
		if (!expect_none(widths[i].store, &a, "a store"))
			return false;
	}
	return true;
}

/* Only 32-bit loads clear the rest of the register. */
static bool narrow_loads_keep_the_rest(void)
{
	struct access byte = {ram_end(), PATTERN}, word = byte, dword = byte;

	if (!expect_none(load_8, &byte, "a load") || !expect_none(load_16, &word, "a load") ||
	    !expect_none(load_32, &dword, "a load"))
		return false;
	if (byte.value != (PATTERN | 0xff) || word.value != (PATTERN | 0xffff) ||
	    dword.value != 0xffffffff)
		return because("registers hold 0x%lx 0x%lx 0x%lx", byte.value, word.value,
			       dword.value);
	return true;
}

static void or_and_extend(void *arg)
{
	struct access *a = arg;

	__asm__ volatile("orl $1, (%1)\n\t"
			 "testb $1, (%1)\n\t"
			 "movzbl (%1), %k0"
			 : "=&r"(a->value)
			 : "r"(a->address)
			 : "memory", "cc");
}

static bool other_instructions(void)
{
	struct access a = {ram_end(), 0};

	if (!expect_none(or_and_extend, &a, "OR, TEST or MOVZX"))
		return false;
	return a.value == 0xff || because("MOVZX gives 0x%lx", a.value);
}

static void copy_string(void *arg)
{
	struct access *a = arg;
	u64 from = a->address, to = (uintptr_t)&a->value, count = 8;

	__asm__ volatile("rep movsb" : "+S"(from), "+D"(to), "+c"(count) : : "memory");
}

static bool string_copy_faults(void)
{
	struct access a = {ram_end(), 0};

	return expect_fault(VECTOR_GP, copy_string, &a, "a string copy");
}

static bool info_page_write(void)
{
	volatile u64 *magic = (volatile u64 *)(uintptr_t)BH_CELL_INFO_GPA;
	struct access a = {BH_CELL_INFO_GPA, PATTERN};

	if (!expect_none(store_64, &a, "a write of the info page"))
		return false;
	return *magic == BH_CELL_INFO_MAGIC || because("the info page has changed: 0x%lx", *magic);
}

static bool behind_the_console(void)
{
	return write_vanishes(BH_CELL_CONSOLE_GPA + BH_CELL_CONSOLE_SIZE) &&
	       reads_ones(BH_CELL_INFO_GPA - 8);
}

static void jump(void *address)
{
	((void (*)(void))(uintptr_t)address)();
}

static bool jumps(void)
{
	const u64 targets[] = {ram_end(),         ram_end() + 0x1000,  0x3f000000,
			       BH_CELL_INFO_GPA,  BH_CELL_CONSOLE_GPA, 0xfee00000,
			       BH_CELL_LINKS_GPA, 0xfffffff0};

	for (u32 i = 0; i < ARRAY_SIZE(targets); i++)
		if (!expect_fault(VECTOR_UD, jump, (void *)(uintptr_t)targets[i], "a jump"))
			return false;
	return true;
}

const struct probe memory_probes[] = {
	{"memory around the end of RAM",     around_ram_end            },
	{"read across the end of RAM",       across_ram_end            },
	{"read of other cells' addresses",   foreign_reads             },
	{"write of other cells' addresses",  foreign_writes            },
	{"loads and stores of every width",  all_widths                },
	{"narrow loads keep the register",   narrow_loads_keep_the_rest},
	{"read-modify-write of nothing",     other_instructions        },
	{"string copy from nothing",         string_copy_faults        },
	{"write of the info page",           info_page_write           },
	{"addresses beside the console",     behind_the_console        },
	{"jump to where nothing may be run", jumps                     },
	{NULL,			       NULL		      },
};
