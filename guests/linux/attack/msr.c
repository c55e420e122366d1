/* SPDX-License-Identifier: BSD-2-Clause */
/* MSRs of root's first CPU, through the kernel's msr module. */
#include "attack.h"

/* Never written: root would lose its own time, its own system calls or its own interrupts. */
static const struct {
	u32 first, last;
	const char *why;
} excluded[] = {
	{0x10,       0x10,       "TSC: root's own time"                                      },
	{0x1b,       0x1b,       "APIC_BASE: the kernel would address the wrong mode"        },
	{0x3b,       0x3b,       "TSC_ADJUST: root's own time"                               },
	{0x174,      0x176,      "SYSENTER: entry of root's system calls"                    },
	{0x277,      0x277,      "PAT: the memory types of root's own mappings"              },
	{0x6e0,      0x6e0,      "TSC_DEADLINE: root's own timer"                            },
	{0x800,      0x8ff,      "x2APIC: root's own interrupts; the ICR is attack_icr_msr's"},
	{0xda0,      0xda0,      "XSS: root's own XSAVE areas"                               },
	{0xc0000080, 0xc0000084, "EFER, SYSCALL: entry of root's system calls"               },
	{0xc0000100, 0xc0000103, "segment bases and TSC_AUX: root's per-CPU data"            },
};

#define MSR_ICR 0x830u

static int msr;

bool msr_init(void)
{
	msr = open_file("/dev/cpu/0/msr", O_RDWR);
	if (msr < 0)
		say("attack: no MSRs: /dev/cpu/0/msr says %u\n", (u64)-msr);
	return msr >= 0;
}

static bool may_write(u32 number)
{
	for (u32 i = 0; i < ARRAY_SIZE(excluded); i++)
		if (number >= excluded[i].first && number <= excluded[i].last)
			return false;
	return true;
}

static u32 pick(void)
{
	static const struct {
		u32 first, count;
	} ranges[] = {
		{0x0,        0x20 },
                {0x3a,       2    },
                {0x48,       2    },
                {0x79,       0x20 },
		{0x8b,       1    },
                {0xc1,       8    },
                {0xcd,       0x20 },
                {0x179,      3    },
		{0x186,      0x20 },
                {0x198,      0x60 },
                {0x1d9,      1    },
                {0x200,      0x20 },
		{0x250,      0x30 },
                {0x2ff,      1    },
                {0x309,      8    },
                {0x38d,      4    },
		{0x3f0,      16   },
                {0x400,      0x80 },
                {0x480,      0x14 },
                {0x560,      0x20 },
		{0x600,      0x60 },
                {0x770,      8    },
                {0xc80,      0x20 },
                {0x40000000, 0x100},
		{0x4b564d00, 8    },
                {0xc00000e0, 0x20 },
                {0xc0010000, 0x20 },
                {0xc0010100, 0x20 },
		{0xc0010200, 0x10 },
                {0xc0011000, 0x40 },
	};
	u32 i = (u32)below(ARRAY_SIZE(ranges) + 2);

	return i < ARRAY_SIZE(ranges) ? ranges[i].first + (u32)below(ranges[i].count) : (u32)rnd();
}

void attack_msr(void)
{
	u32 number = pick();
	u64 old = 0, value;
	bool readable = read_at(msr, &old, sizeof(old), number) == sizeof(old);

	if (one_in(2) || !may_write(number))
		return;
	value = one_in(2) ? old ^ 1ULL << below(64) : odd_value();
	if (write_at(msr, &value, sizeof(value), number) == sizeof(value) && readable)
		write_at(msr, &old, sizeof(old), number);
}

/* In x2APIC mode; as attack_apic. On a CPU in xAPIC mode the write is refused. */
void attack_icr_msr(void)
{
	u32 mode = (u32)below(8), low = (u32)(rnd() & 0xc0ff) | mode << 8;
	u64 value;

	if (!target_single_cpu())
		return;
	if (mode > 1 && one_in(2))
		low |= 3u << 18;
	value = (u64)target_apic_id() << 32 | low;
	write_at(msr, &value, sizeof(value), MSR_ICR);
}
