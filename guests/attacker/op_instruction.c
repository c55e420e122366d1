/* SPDX-License-Identifier: BSD-2-Clause */
#include "ops.h"
#include "prng.h"
#include "quirks.h"
#include "run.h"
#include "targets.h"
#include "windows.h"

/* Opcodes: SDM vol. 2 and APM vol. 3. Length first; what has a memory operand takes it by RAX. */
static const u8 instructions[][6] = {
	{3,     0x0f,     0x01, 0xc0}, /* ENCLV */
	{3, 0x0f,         0x01, 0xc2}, /* VMLAUNCH */
	{3, 0x0f,0x01, 0xc3}, /* VMRESUME */
	{3,     0x0f,             0x01, 0xc4}, /* VMXOFF */
	{3, 0x0f,         0x01, 0xc5}, /* PCONFIG */
	{3,     0x0f,     0x01, 0xca}, /* CLAC */
	{3, 0x0f,         0x01, 0xcb}, /* STAC */
	{3, 0x0f,0x01, 0xcf}, /* ENCLS */
	{3,     0x0f,             0x01, 0xd0}, /* XGETBV */
	{3, 0x0f, 0x01, 0xd4}, /* VMFUNC */
	{3,     0x0f,         0x01, 0xd5}, /* XEND */
	{3, 0x0f,         0x01, 0xd6}, /* XTEST */
	{3, 0x0f,         0x01, 0xd7}, /* ENCLU */
	{3,     0x0f,             0x01, 0xd8}, /* VMRUN */
	{3, 0x0f,0x01, 0xda}, /* VMLOAD */
	{3,     0x0f,         0x01, 0xdb}, /* VMSAVE */
	{3, 0x0f,         0x01, 0xdc}, /* STGI */
	{3,0x0f,0x01, 0xdd}, /* CLGI */
	{3,     0x0f,             0x01, 0xde}, /* SKINIT */
	{3, 0x0f,0x01, 0xdf}, /* INVLPGA */
	{3,     0x0f,         0x01, 0xee}, /* RDPKRU */
	{3, 0x0f,         0x01, 0xef}, /* WRPKRU */
	{3,0x0f,0x01, 0xf8}, /* SWAPGS */
	{3,     0x0f,             0x01, 0xf9}, /* RDTSCP */
	{3, 0x0f,             0x01, 0xfc}, /* CLZERO */
	{3,     0x0f,     0x01, 0xfd}, /* RDPRU */
	{3, 0x0f,         0x01, 0xfe}, /* INVLPGB */
	{3, 0x0f,0x01, 0xff}, /* TLBSYNC, PVALIDATE */
	{4,     0xf2,             0x0f, 0x01, 0xff}, /* PVALIDATE */
	{4, 0xf3,             0x0f, 0x01, 0xff}, /* PSMASH */
	{4,     0xf3,     0x0f, 0x01, 0xe8}, /* SETSSBSY */
	{3, 0x0f,         0xc7, 0x30}, /* VMPTRLD [rax] */
	{4, 0x66,         0x0f, 0xc7, 0x30}, /* VMCLEAR [rax] */
	{4,     0xf3,             0x0f, 0xc7, 0x30}, /* VMXON [rax] */
	{3, 0x0f,0xc7, 0x38}, /* VMPTRST [rax] */
	{3,     0x0f,         0x78, 0xd8}, /* VMREAD */
	{3, 0x0f,         0x79, 0xd8}, /* VMWRITE */
	{5,     0x66,		     0x0f, 0x38, 0x80, 0x08}, /* INVEPT rcx, [rax] */
	{5,     0x66,             0x0f, 0x38, 0x81, 0x08}, /* INVVPID rcx, [rax] */
	{5, 0x66,0x0f, 0x38, 0x82, 0x08}, /* INVPCID rcx, [rax] */
	{2,     0x0f,         0x37}, /* GETSEC */
	{2, 0x0f,         0xaa}, /* RSM */
	{2,0x0f,0x08}, /* INVD */
	{2,     0x0f,             0x09}, /* WBINVD */
	{3, 0xf3,0x0f, 0x09}, /* WBNOINVD */
	{2,     0x0f,         0x31}, /* RDTSC */
	{2, 0x0f,         0x33}, /* RDPMC */
	{2,0x0f,0x0b}, /* UD2 */
	{3, 0x0f,         0xb9, 0xc0}, /* UD1 */
	{3, 0x0f,0xff, 0xc0}, /* UD0 */
	{2, 0xf3,         0x90}, /* PAUSE */
	{3,0x0f,0x01, 0x38}, /* INVLPG [rax] */
	{3, 0x0f,         0x00, 0xd0}, /* LLDT ax */
	{3, 0x0f,0x00, 0xd8}, /* LTR ax */
	{3,     0x0f,             0x00, 0xe0}, /* VERR ax */
	{3, 0x0f,0x02, 0xc8}, /* LAR */
	{3,     0x0f,             0x03, 0xc8}, /* LSL */
	{2, 0x8e,0xd8}, /* MOV DS, ax */
	{2,     0x8e,             0xd0}, /* MOV SS, ax */
	{2, 0x8e,         0xe0}, /* MOV FS, ax */
	{4,     0xf3,     0x0f, 0xae, 0xd0}, /* WRFSBASE */
	{3, 0x0f,         0xc7, 0xf0}, /* RDRAND */
	{3, 0x0f,0xc7, 0xf8}, /* RDSEED */
	{4,     0xf3,             0x0f, 0xc7, 0xf8}, /* RDPID */
	{3, 0x0f,0xae, 0xf0}, /* MFENCE */
	{4, 0xf3,         0x0f, 0xae, 0xf0}, /* UMONITOR */
	{5,0x66,0x0f, 0xae, 0xf0, 0}, /* TPAUSE */
	{2, 0x0f,     0x35}, /* SYSEXIT */
	{3,     0x48,         0x0f, 0x35}, /* SYSEXIT, 64-bit */
	{2, 0x0f,     0x07}, /* SYSRET */
	{3,     0x48,             0x0f, 0x07}, /* SYSRET, 64-bit */
	{2, 0x0f, 0x05}, /* SYSCALL */
	{2, 0x0f,0x34}, /* SYSENTER */
	{2,     0x0f,             0x06}, /* CLTS */
	{2,     0x0f,             0x0e}, /* FEMMS */
	{1, 0xce}, /* INTO */
	{1, 0x9b        }, /* WAIT */
};

#define MSR_STAR     0xc0000081u
#define MSR_LSTAR    0xc0000082u
#define MSR_SYSENTER 0x174u
#define EFER_SCE     BIT(0)
#define MSR_EFER_NR  0xc0000080u

void run_landing(void);

/* SYSCALL and SYSENTER go where the MSRs say: to the way out, with RAX as it expects it. */
static void aim_system_calls(struct attack *a)
{
	u64 efer = 0;

	run_wrmsr(a, MSR_STAR, (u64)SEL_CODE << 32 | (u64)(SEL_USER_CODE32 & ~3u) << 48);
	run_wrmsr(a, MSR_LSTAR, (uintptr_t)run_landing);
	run_wrmsr(a, MSR_SYSENTER, SEL_CODE);
	run_wrmsr(a, MSR_SYSENTER + 1, (uintptr_t)area_of(a)->stack + PAGE_SIZE);
	run_wrmsr(a, MSR_SYSENTER + 2, (uintptr_t)run_landing);
	if (run_rdmsr(a, MSR_EFER_NR, &efer))
		run_wrmsr(a, MSR_EFER_NR, efer | EFER_SCE);
}

static bool is_system_call(const u8 *code)
{
	return code[1] == 0x0f && (code[2] == 0x05 || code[2] == 0x34);
}

static bool is_ltr(const u8 *code)
{
	return code[1] == 0x0f && code[2] == 0x00 && code[3] == 0xd8;
}

void op_instruction(struct attack *a)
{
	const u8 *code = PICK(a, instructions);
	bool call = is_system_call(code);

	if (call)
		aim_system_calls(a);
	op_begin(a);
	if (!call)
		run_any_mode(a);
	else if (one_in(a, 2))
		a->mode = RUN_USER;
	a->dirt = DIRTY_CONTROL | DIRTY_TABLES;
	a->reg[RAX] = call           ? (uintptr_t)a
		      : one_in(a, 2) ? WINDOW_USER_DATA + below(a, PAGE_SIZE)
				     : odd_value(a);
	if (!call && one_in(a, 4))
		a->reg[RAX] = window_open(a, target_gpa(a), true);
	if (one_in(a, 2)) /* where SYSRET and SYSEXIT go */
		a->reg[RCX] = a->reg[RDX] = WINDOW_USER_CODE + PAGE_SIZE / 2;
	if (!call && one_in(a, 8))
		EMIT(a, PICK(a, ((const u8[]){0x66, 0xf0, 0xf2, 0xf3, 0x40, 0x48, 0x67})));
	if (is_ltr(code) && quirk_null_tss())
		a->reg[RAX] |= SEL_USER_DATA & ~3u;
	emit_bytes(a, code + 1, code[0]);
	op_run(a);
}
