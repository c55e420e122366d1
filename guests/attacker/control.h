/* SPDX-License-Identifier: BSD-2-Clause */
/* Control and debug registers, beyond what guests/lib/cpu.h has. */
#ifndef ATTACKER_CONTROL_H
#define ATTACKER_CONTROL_H

#include "types.h"

#define MSR_EFER       0xc0000080u
#define CR4_OSFXSR     (1ULL << 9)
#define CR4_OSXMMEXCPT (1ULL << 10)
#define CR4_OSXSAVE    (1ULL << 18)

struct cpuid_result {
	u32 eax, ebx, ecx, edx;
};

static inline struct cpuid_result cpuid(u32 leaf, u32 sub)
{
	struct cpuid_result r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(sub));
	return r;
}

#define CONTROL_WRITER(reg)                                                                        \
	static inline void write_##reg(u64 value)                                                  \
	{                                                                                          \
		__asm__ volatile("mov %0, %%" #reg : : "r"(value) : "memory");                     \
	}

CONTROL_WRITER(cr0)
CONTROL_WRITER(cr3)
CONTROL_WRITER(cr4)
CONTROL_WRITER(cr8)

static inline void write_dr6(u64 value)
{
	__asm__ volatile("mov %0, %%db6" : : "r"(value));
}

static inline void write_dr7(u64 value)
{
	__asm__ volatile("mov %0, %%db7" : : "r"(value));
}

static inline u64 xgetbv(u32 index)
{
	u32 low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(index));
	return (u64)high << 32 | low;
}

static inline void xsetbv(u32 index, u64 value)
{
	__asm__ volatile("xsetbv" : : "c"(index), "a"((u32)value), "d"((u32)(value >> 32)));
}

#endif
