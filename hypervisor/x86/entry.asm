; SPDX-License-Identifier: BSD-2-Clause
; The image header and the 64-bit entry of all CPUs.
%include "asm_offsets.inc"

extern image_size
extern trampoline_offset
extern trampoline_bsp_offset
extern boot_main
extern ap_main
extern boot_stack_top

section .header progbits alloc noexec nowrite align=16
	dq	BH_HV_MAGIC
	dd	BH_BOOT_VERSION
	dd	image_size
	dq	hv_entry
	dd	trampoline_offset
	dd	trampoline_bsp_offset
	dd	POOL_FIXED
	dd	POOL_PER_CPU
	dd	POOL_PER_CELL
	dd	POOL_PER_GIB
	dd	POOL_IOMMU
	dd	POOL_PER_PCI

section .text
bits 64

; In: RDI = argument, RSI = CR3 or 0 on the boot CPU, RDX = stack. Interrupts off, temporary tables.
global hv_entry
hv_entry:
	test	rsi, rsi
	jz	.boot_cpu
	mov	cr3, rsi
	mov	rsp, rdx
	xor	ebp, ebp
	call	ap_main
.boot_cpu:
	mov	rsp, boot_stack_top
	xor	ebp, ebp
	call	boot_main
	ud2

; void switch_tables(u64 cr3, u64 stack_top, void (*fn)(u32), u32 arg): leave the temporary tables
; and stack for good. Does not return.
global switch_tables
switch_tables:
	mov	cr3, rdi
	mov	rsp, rsi
	mov	edi, ecx
	xor	ebp, ebp
	call	rdx
	ud2
