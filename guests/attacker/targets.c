/* SPDX-License-Identifier: BSD-2-Clause */
#include "targets.h"

#include <bulkhead/cell.h>

#include "apic.h"
#include "cell.h"
#include "prng.h"

/* RAM that no part of the attacker uses: above the start code of further CPUs, below the program */
#define FREE_RAM      0x100000u
#define FREE_RAM_MASK 0xeffffu
#define EDGE          64u
#define GPA_MASK      (BIT(52) - 1) /* what a page-table entry can name */
#define KEPT_TAIL     0x1000u       /* the last page of RAM may be written at will */
#define CONSOLE_SPARE 0x400u        /* far from the counters, for strings that go backwards */
#define MSR_APIC_BASE 0x1bu
#define X2APIC_FIRST  0x800u
#define X2APIC_COUNT  0x100u

/* Where PCs have something, and addresses at which something wraps or ends. */
static const u64 places[] = {
	0xa0000,         /* VGA */
	0xf0000,         /* BIOS, RSDP */
	0x100000,        /* 1 MiB */
	0x80000000,      /* middle of 4 GiB: MMCONFIG of some chipsets */
	0xb0000000,      /* MMCONFIG of QEMU's q35 */
	0xb0100000,      /* its second bus */
	0xe0000000,      /* MMCONFIG elsewhere */
	0xfec00000,      /* I/O APIC */
	0xfed00000,      /* HPET */
	0xfed1c000,      /* root complex registers */
	0xfed40000,      /* TPM */
	0xfed90000,      /* VT-d unit */
	0xfee00000,      /* local APIC */
	0xfee01000,      /* interrupt messages: 0xfeexxxxx */
	0xfeefffff,      /* the last of them */
	0xffc00000,      /* flash */
	0xfffffff0,      /* reset vector */
	0x100000000,     /* 4 GiB */
	0x800000000,     /* 64-bit BARs of q35 */
	0xfd00000000,    /* HyperTransport, reserved on AMD */
	0x10000000000,   /* 40 bits */
	0x400000000000,  /* 46 bits */
	0x800000000000,  /* 47 bits */
	0xfffffffffffff, /* 52 bits: the last address that page tables can name */
};

/* The page, or one from which an access could run into it. */
static bool is_near_apic(u64 gpa)
{
	return gpa + PAGE_SIZE >= APIC_XAPIC_BASE && gpa < APIC_XAPIC_BASE + PAGE_SIZE;
}

bool target_is_harmless(u64 gpa)
{
	if (is_near_apic(gpa))
		return false;
	for (u32 i = 0; i < cell_info->mem_count; i++)
		if (gpa + 2 * PAGE_SIZE > cell_memory()[i].gpa &&
		    gpa < cell_memory()[i].gpa + cell_memory()[i].size)
			return false;
	return true;
}

bool target_is_console(u64 gpa)
{
	return gpa - BH_CELL_CONSOLE_GPA < PAGE_SIZE;
}

/* The attacker's own memory is moved to a part that it does not use; the console's counters, which
 * op_console.c attacks with care, are left out. */
static u64 spare_own(u64 gpa)
{
	const struct bh_cell_mem *mem = cell_memory();

	for (u32 i = 0; i < cell_info->mem_count; i++) {
		if (gpa < mem[i].gpa || gpa - mem[i].gpa >= mem[i].size)
			continue;
		if (mem[i].kind == BH_MEM_RAM && mem[i].gpa + mem[i].size - gpa > KEPT_TAIL)
			return FREE_RAM + (gpa & FREE_RAM_MASK);
		if (mem[i].kind == BH_MEM_CONSOLE)
			return mem[i].gpa + CONSOLE_SPARE + gpa % EDGE;
	}
	return gpa;
}

static u64 around(struct attack *a, u64 gpa)
{
	return gpa - EDGE + below(a, 2 * EDGE);
}

static u64 own_edge(struct attack *a)
{
	const struct bh_cell_mem *mem = &cell_memory()[below(a, cell_info->mem_count)];

	return around(a, one_in(a, 4) ? mem->gpa : mem->gpa + mem->size);
}

u64 target_gpa(struct attack *a)
{
	u64 gpa;

	switch (below(a, 8)) {
	case 0:
	case 1:
		gpa = own_edge(a);
		break;
	case 2:
	case 3:
		gpa = around(a, PICK(a, places));
		break;
	case 4:
		gpa = PICK(a, places) + below(a, 0x1000);
		break;
	case 5:
		gpa = APIC_XAPIC_BASE + below(a, 0x1000);
		break;
	case 6:
		gpa = (u32)rnd(a);
		break;
	default:
		gpa = rnd(a) >> (12 + below(a, 20));
		break;
	}
	gpa &= GPA_MASK;
	if (is_near_apic(gpa)) {
		a->dirt |= DIRTY_APIC;
		/* the second CPU must not shoot the first, which would be the end of the run */
		if (a->cpu)
			gpa += BIT(32);
	}
	return spare_own(gpa);
}

u16 target_port(struct attack *a)
{
	static const u16 ports[] = {
		0x00,   0x08,   0x0b,   0x0f,   0x20,   0x21,   0x40,   0x42,  0x43,  0x60,  0x61,
		0x64,   0x70,   0x71,   0x80,   0x92,   0xa0,   0xa1,   0xb2,  0xb3,  0xcf,  0xf0,
		0x170,  0x1f0,  0x1f7,  0x2f8,  0x2fd,  0x376,  0x3b0,  0x3c0, 0x3d4, 0x3e8, 0x3f6,
		0x3f8,  0x3f9,  0x3fb,  0x3fc,  0x3fd,  0x402,  0x4d0,  0x510, 0x511, 0x600, 0x604,
		0x608,  0xb000, 0xb004, 0xb008, 0xcf8,  0xcf9,  0xcfa,  0xcfb, 0xcfc, 0xcfd, 0xcff,
		0xc000, 0xae00, 0x5658, 0xfffc, 0xfffd, 0xfffe, 0xffff,
	};

	return one_in(a, 2) ? PICK(a, ports) : (u16)rnd(a);
}

u32 target_msr(struct attack *a)
{
	static const struct {
		u32 first, count;
	} ranges[] = {
		{0x0,        0x20 },
                {0x1b,       1    },
                {0x3a,       2    },
                {0x48,       2    },
		{0x79,       0x20 },
                {0xc1,       8    },
                {0xcd,       0x20 },
                {0x10a,      2    },
		{0x122,      2    },
                {0x174,      3    },
                {0x179,      3    },
                {0x186,      0x20 },
		{0x1a0,      0x40 },
                {0x200,      0x20 },
                {0x250,      0x30 },
                {0x277,      1    },
		{0x2ff,      1    },
                {0x309,      8    },
                {0x345,      1    },
                {0x38d,      4    },
		{0x3f0,      16   },
                {0x400,      0x80 },
                {0x480,      0x14 },
                {0x4c1,      8    },
		{0x560,      0x30 },
                {0x600,      0x60 },
                {0x6a0,      0x20 },
                {0x6e0,      1    },
		{0x770,      8    },
                {0x7f0,      0x10 },
                {0x800,      0x100},
                {0x800,      0x40 },
		{0xc80,      0x20 },
                {0xd90,      4    },
                {0xda0,      1    },
                {0x1ffc,     8    },
		{0x40000000, 0x100},
                {0x40000070, 0x20 },
                {0x4b564d00, 8    },
                {0xbffffffc, 4    },
		{0xc0000080, 5    },
                {0xc0000080, 1    },
                {0xc0000100, 4    },
                {0xc00000e0, 0x20 },
		{0xc0001ffc, 8    },
                {0xc000fffc, 4    },
                {0xc0010000, 0x120},
                {0xc0010000, 0x20 },
		{0xc0010110, 0x10 },
                {0xc0010200, 0x10 },
                {0xc0011000, 0x40 },
                {0xc0011ffc, 8    },
		{0xfffffffc, 4    },
	};
	u32 i = (u32)below(a, ARRAY_SIZE(ranges) + 4);
	u32 msr = i < ARRAY_SIZE(ranges) ? ranges[i].first + (u32)below(a, ranges[i].count)
					 : (u32)rnd(a);

	/* as in target_gpa */
	return a->cpu && (msr == MSR_APIC_BASE || msr - X2APIC_FIRST < X2APIC_COUNT) ? 0 : msr;
}
