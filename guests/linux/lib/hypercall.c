/* SPDX-License-Identifier: BSD-2-Clause */
#include "program.h"

/* CPUID leaf 0, the first four letters of the CPU's maker */
#define AUTHENTIC_AMD 0x68747541u
#define HYGON_GENUINE 0x6f677948u

static bool uses_vmmcall(void)
{
	u32 a = 0, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return b == AUTHENTIC_AMD || b == HYGON_GENUINE;
}

long hypercall(u64 number, u64 argument)
{
	static int vmmcall = -1; /* CPUID exits as well: once is enough */
	long result;

	if (vmmcall < 0)
		vmmcall = uses_vmmcall();
	if (vmmcall)
		__asm__ volatile("vmmcall" : "=a"(result) : "a"(number), "D"(argument) : "memory");
	else
		__asm__ volatile("vmcall" : "=a"(result) : "a"(number), "D"(argument) : "memory");
	return result;
}
