/* SPDX-License-Identifier: BSD-2-Clause */
/* VMX instructions. A failing VMREAD or VMWRITE is a bug of ours and stops the CPU. */
#ifndef X86_VMX_VMX_ASM_H
#define X86_VMX_VMX_ASM_H

#include "core/console.h"
#include "core/types.h"

static inline u64 vmread(u64 field)
{
	u64 value;

	__asm__ volatile("vmread %1, %0" : "=r"(value) : "r"(field) : "cc");
	return value;
}

static inline void vmwrite(u64 field, u64 value)
{
	bool failed;

	__asm__ volatile("vmwrite %2, %1" : "=@ccbe"(failed) : "r"(field), "r"(value));
	if (__builtin_expect(failed, 0))
		bug("VMWRITE failed, field", field);
}

#define DEFINE_VMX_POINTER_OP(name)                                                                \
	static inline bool name(u64 phys)                                                          \
	{                                                                                          \
		bool failed;                                                                       \
                                                                                                   \
		__asm__ volatile(#name " %1" : "=@ccbe"(failed) : "m"(phys) : "memory");           \
		return !failed;                                                                    \
	}

DEFINE_VMX_POINTER_OP(vmxon)
DEFINE_VMX_POINTER_OP(vmclear)
DEFINE_VMX_POINTER_OP(vmptrld)

static inline void vmxoff(void)
{
	__asm__ volatile("vmxoff" ::: "cc", "memory");
}

/* INVEPT type 2, all contexts (SDM vol. 3, "INVEPT") */
static inline void invept_all(void)
{
	struct {
		u64 eptp, reserved;
	} desc = {0, 0};

	__asm__ volatile("invept %0, %1" : : "m"(desc), "r"(2ULL) : "cc", "memory");
}

#endif
