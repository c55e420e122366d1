; SPDX-License-Identifier: BSD-2-Clause
; The way of every CPU into the hypervisor. The stub copies this page below 1 MiB.
;
; The boot CPU comes from the stub in 64-bit mode with the firmware's tables, the others from SIPI
; in real mode. Both go through 32-bit mode without paging, because CR4.LA57 can only be changed
; there, and leave with CR0, CR4 and EFER fully known (SDM vol. 3, "Initializing IA-32e Mode").
; Self-modifying: the boot CPU fills in the addresses, the others find them done.
%include "asm_offsets.inc"

CODE32		equ 0x08
CODE64		equ 0x10
DATA		equ 0x18

CR0_KNOWN	equ 0x80010033		; PG, WP, NE, ET, MP, PE
CR4_KNOWN	equ 0x20		; PAE
EFER		equ 0xc0000080
EFER_KNOWN	equ 0x900		; LME, NXE

section .trampoline progbits alloc noexec nowrite align=4096

global trampoline_start
global trampoline_bsp
trampoline_start:

; SIPI: CS = page >> 4, IP = 0, real mode, interrupts off
bits 16
	cli
	cld
	mov	ax, cs
	mov	ds, ax
	movzx	ebx, ax
	shl	ebx, 4
	o32 lgdt [gdt_pointer - trampoline_start]
	mov	eax, 0x11		; PE, ET
	mov	cr0, eax
	o32 jmp	far [far32 - trampoline_start]

; From the stub, 64-bit mode. In: a valid stack.
bits 64
trampoline_bsp:
	cli
	cld
	lea	rbx, [rel trampoline_start]
	lea	rax, [rel gdt]
	mov	[rel gdt_pointer + 2], rax
	lgdt	[rel gdt_pointer]
	lea	eax, [rel enter32]
	mov	[rel far32], eax
	push	CODE32
	push	rax
	retfq

; 32-bit, flat, EBX = this page; paging may still be on
bits 32
enter32:
	mov	eax, DATA
	mov	ds, eax
	mov	es, eax
	mov	ss, eax
	lea	esp, [ebx + BH_TRAMPOLINE_PARAMS]
	mov	eax, 0x11
	mov	cr0, eax		; paging off: we are identity-mapped
	mov	eax, CR4_KNOWN
	mov	cr4, eax
	mov	eax, [ebx + BH_TRAMPOLINE_PARAMS + TRAMPOLINE_BOOT_CR3]
	mov	cr3, eax
	mov	ecx, EFER
	mov	eax, EFER_KNOWN
	xor	edx, edx
	wrmsr
	mov	eax, CR0_KNOWN
	mov	cr0, eax
	push	CODE64
	lea	eax, [ebx + enter64 - trampoline_start]
	push	eax
	retf

bits 64
enter64:
	mov	ebx, ebx		; the upper half is undefined after the mode change
	mov	rdi, [rbx + BH_TRAMPOLINE_PARAMS + TRAMPOLINE_ARG]
	mov	rsi, [rbx + BH_TRAMPOLINE_PARAMS + TRAMPOLINE_CR3]
	mov	rdx, [rbx + BH_TRAMPOLINE_PARAMS + TRAMPOLINE_STACK]
	jmp	[rbx + BH_TRAMPOLINE_PARAMS + TRAMPOLINE_ENTRY]

; trampoline_native: enter root's kernel without a hypervisor. In: RDI = struct bh_boot_entry in the
; hypervisor's address space; this page is identity-mapped in both address spaces.
global trampoline_native
trampoline_native:
	mov	rax, [rdi + ENTRY_CR3]
	mov	r8, [rdi + ENTRY_RIP]
	mov	rsi, [rdi + ENTRY_RSI]
	mov	rdx, [rdi + ENTRY_GDT_BASE]
	mov	cx, [rdi + ENTRY_GDT_LIMIT]
	movzx	r9d, word [rdi + ENTRY_CS]
	movzx	r10d, word [rdi + ENTRY_DS]
	mov	cr3, rax
	lea	rsp, [rel trampoline_start + BH_TRAMPOLINE_PARAMS]
	push	rdx
	sub	rsp, 2
	mov	[rsp], cx
	lgdt	[rsp]
	mov	ds, r10d
	mov	es, r10d
	mov	ss, r10d
	lea	rsp, [rel trampoline_start + BH_TRAMPOLINE_PARAMS]
	xor	edi, edi
	push	r9
	push	r8
	retfq

align 8
gdt:
	dq	0
	dq	0x00cf9b000000ffff	; CODE32
	dq	0x00af9b000000ffff	; CODE64
	dq	0x00cf93000000ffff	; DATA
gdt_end:
gdt_pointer:
	dw	gdt_end - gdt - 1
	dq	0
far32:
	dd	0
	dw	CODE32

times BH_TRAMPOLINE_PARAMS - ($ - trampoline_start) db 0
times 64 db 0
