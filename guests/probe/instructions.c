/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions of hypervisors and of system management, which a cell does not have. */
#include "probe.h"

#include "cell.h"
#include "cpu.h"
#include "try.h"

static u64 operand; /* memory for those that want some */

/* Their operands, where they have any: RAX, ECX, EDX and the memory at RBX. */
#define DEFINE(name, bytes)                                                                        \
	static void name(void *arg)                                                                \
	{                                                                                          \
		__asm__ volatile(".byte " bytes                                                    \
				 :                                                                 \
				 : "a"(0x1000ULL), "b"(arg), "c"(0), "d"(0)                        \
				 : "memory", "cc");                                                \
	}

DEFINE(vmxon, "0xf3, 0x0f, 0xc7, 0x33")
DEFINE(vmclear, "0x66, 0x0f, 0xc7, 0x33")
DEFINE(vmptrld, "0x0f, 0xc7, 0x33")
DEFINE(vmptrst, "0x0f, 0xc7, 0x3b")
DEFINE(vmlaunch, "0x0f, 0x01, 0xc2")
DEFINE(vmresume, "0x0f, 0x01, 0xc3")
DEFINE(vmxoff, "0x0f, 0x01, 0xc4")
DEFINE(vmread, "0x0f, 0x78, 0xc0")
DEFINE(vmwrite, "0x0f, 0x79, 0xc0")
DEFINE(vmfunc, "0x0f, 0x01, 0xd4")
DEFINE(invept, "0x66, 0x0f, 0x38, 0x80, 0x03")
DEFINE(invvpid, "0x66, 0x0f, 0x38, 0x81, 0x03")
DEFINE(getsec, "0x0f, 0x37")
DEFINE(vmrun, "0x0f, 0x01, 0xd8")
DEFINE(vmload, "0x0f, 0x01, 0xda")
DEFINE(vmsave, "0x0f, 0x01, 0xdb")
DEFINE(stgi, "0x0f, 0x01, 0xdc")
DEFINE(clgi, "0x0f, 0x01, 0xdd")
DEFINE(skinit, "0x0f, 0x01, 0xde")
DEFINE(invlpga, "0x0f, 0x01, 0xdf")
DEFINE(rsm, "0x0f, 0xaa")
DEFINE(other_vmcall, "0x0f, 0x01, 0xc1")
DEFINE(other_vmmcall, "0x0f, 0x01, 0xd9")
DEFINE(icebp, "0xf1")
DEFINE(invd, "0x0f, 0x08")
DEFINE(wbinvd, "0x0f, 0x09")

static const struct {
	void (*fn)(void *);
	const char *name;
} undefined[] = {
	{vmxon,    "VMXON"   },
        {vmclear,  "VMCLEAR" },
        {vmptrld,  "VMPTRLD" },
        {vmptrst,  "VMPTRST" },
	{vmlaunch, "VMLAUNCH"},
        {vmresume, "VMRESUME"},
        {vmxoff,   "VMXOFF"  },
        {vmread,   "VMREAD"  },
	{vmwrite,  "VMWRITE" },
        {vmfunc,   "VMFUNC"  },
        {invept,   "INVEPT"  },
        {invvpid,  "INVVPID" },
	{getsec,   "GETSEC"  },
        {vmrun,    "VMRUN"   },
        {vmload,   "VMLOAD"  },
        {vmsave,   "VMSAVE"  },
	{stgi,     "STGI"    },
        {clgi,     "CLGI"    },
        {skinit,   "SKINIT"  },
        {invlpga,  "INVLPGA" },
	{rsm,      "RSM"     },
};

static bool undefined_ones(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(undefined); i++)
		if (!expect_fault(VECTOR_UD, undefined[i].fn, &operand, undefined[i].name))
			return false;
	return true;
}

/* The hypercall instruction of the other maker's CPUs. */
static bool other_hypercall(void)
{
	if (cell_info->flags & BH_CELL_VMMCALL)
		return expect_fault(VECTOR_UD, other_vmcall, NULL, "VMCALL");
	return expect_fault(VECTOR_UD, other_vmmcall, NULL, "VMMCALL");
}

/* INVD alone would throw away what other CPUs have written. */
static bool caches(void)
{
	volatile u64 mark = 0;

	mark = 0x5a5a;
	if (!expect_none(invd, NULL, "INVD") || !expect_none(wbinvd, NULL, "WBINVD"))
		return false;
	return mark == 0x5a5a || because("INVD has lost a write");
}

static void single_step(void *arg)
{
	(void)arg;
	__asm__ volatile("pushfq\n\t"
			 "orq %0, (%%rsp)\n\t"
			 "popfq\n\t"
			 "nop\n\t"
			 "nop"
			 :
			 : "i"(RFLAGS_TF)
			 : "memory", "cc");
}

/* #DB goes by way of the hypervisor. QEMU does not know INT1. */
static bool debug_traps(void)
{
	int got = try_run(icebp, NULL);

	if (got != VECTOR_DB && got != VECTOR_UD)
		return because("INT1 raised exception %u", (u32)got);
	return expect_fault(VECTOR_DB, single_step, NULL, "a single step");
}

struct leaf {
	u32 a, b, c, d;
};

static struct leaf cpuid(u32 number, u32 sub)
{
	struct leaf r;

	__asm__ volatile("cpuid"
			 : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d)
			 : "a"(number), "c"(sub));
	return r;
}

#define LEAF1_ECX_VMX        (1u << 5)
#define LEAF1_ECX_SMX        (1u << 6)
#define LEAF1_ECX_HYPERVISOR (1u << 31)
#define LEAF8_1_ECX_SVM      (1u << 2)

static bool identity(void)
{
	struct leaf one = cpuid(1, 0), amd = cpuid(0x80000001, 0), own = cpuid(0x40000100, 0);

	if (one.c & (LEAF1_ECX_VMX | LEAF1_ECX_SMX) || amd.c & LEAF8_1_ECX_SVM)
		return because("CPUID shows virtualisation: 0x%x 0x%x", one.c, amd.c);
	if (!(one.c & LEAF1_ECX_HYPERVISOR))
		return because("CPUID does not tell of a hypervisor");
	if (own.b != 0x6b6c7542 || own.c != 0x64616568) /* "Bulkhead" */
		return because("CPUID 0x40000100 gives 0x%x 0x%x", own.b, own.c);
	return true;
}

const struct probe instruction_probes[] = {
	{"instructions of hypervisors",      undefined_ones },
	{"hypercall of the other CPU maker", other_hypercall},
	{"INVD",			     caches         },
	{"INT1 and single step",             debug_traps    },
	{"CPUID of what is hidden",          identity       },
	{NULL,			       NULL           },
};
