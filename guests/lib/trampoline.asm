; SPDX-License-Identifier: BSD-2-Clause
; Start of a secondary CPU: from the SIPI's real mode to 64-bit mode. smp.c copies this page to
; TRAMPOLINE_GPA and fills in the parameters at its end (struct trampoline_params).

TRAMPOLINE_GPA equ 0x8000
PARAMS         equ TRAMPOLINE_GPA + 0xf80
GDT_CODE       equ 0x08
GDT_DATA       equ 0x10
GDT_CODE32     equ 0x18
CR0_PE         equ 1
MSR_EFER       equ 0xc0000080

; offsets in struct trampoline_params
P_STACK   equ PARAMS + 0x00
P_ENTRY   equ PARAMS + 0x08
P_ARG     equ PARAMS + 0x10
P_CR3     equ PARAMS + 0x18
P_CR4     equ PARAMS + 0x20
P_CR0     equ PARAMS + 0x28
P_EFER    equ PARAMS + 0x30
P_GDT     equ PARAMS + 0x38         ; 32-bit GDT pointer: 2 bytes limit, 4 bytes base

global trampoline_page
global trampoline_page_end

section .rodata

align 16
trampoline_page:
bits 16
	cli
	cld
	xor ax, ax
	mov ds, ax
	o32 lgdt [P_GDT]
	mov eax, cr0
	or eax, CR0_PE
	mov cr0, eax
	jmp dword GDT_CODE32:TRAMPOLINE_GPA + protected - trampoline_page

bits 32
protected:
	mov eax, GDT_DATA
	mov ds, eax
	mov es, eax
	mov ss, eax
	mov eax, [P_CR4]
	mov cr4, eax
	mov eax, [P_CR3]
	mov cr3, eax
	mov ecx, MSR_EFER
	mov eax, [P_EFER]
	xor edx, edx
	wrmsr
	mov eax, [P_CR0]
	mov cr0, eax
	jmp GDT_CODE:TRAMPOLINE_GPA + long_mode - trampoline_page

bits 64
long_mode:
	xor eax, eax
	mov fs, ax
	mov gs, ax
	mov rsp, [abs P_STACK]
	mov edi, [abs P_ARG]
	mov rax, [abs P_ENTRY]
	xor ebp, ebp
	call rax                    ; does not return
	ud2
trampoline_page_end:

section .note.GNU-stack noalloc noexec nowrite progbits
