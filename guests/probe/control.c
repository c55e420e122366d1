/* SPDX-License-Identifier: BSD-2-Clause */
/* Control registers and XCR0. */
#include "probe.h"

#include "cell.h"
#include "cpu.h"
#include "try.h"

#define CR0_PE           (1ULL << 0)
#define CR0_NW           (1ULL << 29)
#define CR0_CD           (1ULL << 30)
#define CR0_NE           (1ULL << 5)
#define CR4_VMXE         (1ULL << 13)
#define CR4_SMXE         (1ULL << 14)
#define CR4_OSXSAVE      (1ULL << 18)
#define CR4_UNKNOWN      (1ULL << 40)

#define CPUID1_ECX_XSAVE (1u << 26)

static void write_cr0(void *value)
{
	__asm__ volatile("mov %0, %%cr0" : : "r"(*(u64 *)value) : "memory");
}

static void write_cr4(void *value)
{
	__asm__ volatile("mov %0, %%cr4" : : "r"(*(u64 *)value) : "memory");
}

/* @value must be refused, and nothing of it may remain. */
static bool cr4_refused(u64 value, const char *what)
{
	u64 before = read_cr4();

	if (!expect_fault(VECTOR_GP, write_cr4, &value, what)) {
		write_cr4(&before);
		return false;
	}
	return read_cr4() == before || because("CR4 became 0x%lx", read_cr4());
}

static bool cr4(void)
{
	u64 now = read_cr4();

	if (now & CR4_VMXE)
		return because("CR4 reads 0x%lx: VMXE shows", now);
	return cr4_refused(now | CR4_VMXE, "setting CR4.VMXE") &&
	       cr4_refused(now | CR4_SMXE, "setting CR4.SMXE") &&
	       cr4_refused(now | CR4_UNKNOWN, "a reserved bit of CR4");
}

static bool cr0_refused(u64 value, const char *what)
{
	u64 before = read_cr0();

	if (!expect_fault(VECTOR_GP, write_cr0, &value, what))
		return false;
	return read_cr0() == before || because("CR0 became 0x%lx", read_cr0());
}

/* NE is forced on by VMX, which the guest must not see. */
static bool cr0_ne(void)
{
	u64 before = read_cr0(), without = before & ~CR0_NE, after;

	if (!expect_none(write_cr0, &without, "clearing CR0.NE"))
		return false;
	after = read_cr0();
	write_cr0(&before);
	return after == without || because("CR0 reads 0x%lx instead of 0x%lx", after, without);
}

/* On SVM they never reach the hypervisor, and QEMU lets guests do what no CPU would. */
static bool cr0(void)
{
	u64 now = read_cr0();

	if (!cr0_ne())
		return false;
	if (cell_info->flags & BH_CELL_VMMCALL)
		return true;
	return cr0_refused(now & ~CR0_PE, "clearing CR0.PE alone") &&
	       cr0_refused((now & ~CR0_CD) | CR0_NW, "CR0.NW without CD") &&
	       cr0_refused(now | 1ULL << 32, "a reserved bit of CR0");
}

struct xcr {
	u32 index;
	u64 value;
};

static void xsetbv(void *arg)
{
	struct xcr *xcr = arg;

	__asm__ volatile("xsetbv"
			 :
			 : "c"(xcr->index), "a"((u32)xcr->value), "d"((u32)(xcr->value >> 32)));
}

/* SDM vol. 2, XSETBV: bit 0 must be set, AVX needs SSE, there is no XCR1. */
static bool xcr_values(void)
{
	struct xcr good = {0, 1}, none = {0, 0}, avx = {0, 5}, all = {0, ~0ULL}, other = {1, 1};

	return expect_none(xsetbv, &good, "XSETBV with x87 alone") &&
	       expect_fault(VECTOR_GP, xsetbv, &none, "XSETBV without x87") &&
	       expect_fault(VECTOR_GP, xsetbv, &avx, "XSETBV of AVX without SSE") &&
	       expect_fault(VECTOR_GP, xsetbv, &all, "XSETBV of everything") &&
	       expect_fault(VECTOR_GP, xsetbv, &other, "XSETBV of XCR1");
}

static bool has_xsave(void)
{
	u32 a = 1, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return c & CPUID1_ECX_XSAVE;
}

static bool xcr(void)
{
	u64 before = read_cr4(), with = before | CR4_OSXSAVE;
	struct xcr any = {0, 1};
	bool good;

	if (!expect_fault(VECTOR_UD, xsetbv, &any, "XSETBV without CR4.OSXSAVE"))
		return false;
	if (!has_xsave())
		return true;
	if (!expect_none(write_cr4, &with, "setting CR4.OSXSAVE"))
		return false;
	good = xcr_values();
	write_cr4(&before);
	return good;
}

const struct probe control_probes[] = {
	{"forbidden bits of CR4",  cr4 },
	{"forbidden bits of CR0",  cr0 },
	{"XSETBV of wrong values", xcr },
	{NULL,		     NULL},
};
