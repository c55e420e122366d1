; SPDX-License-Identifier: BSD-2-Clause
; Entry of a native cell (include/bulkhead/cell.h), descriptor tables, interrupt stubs.

bits 64
default rel

STACK_SIZE equ 0x4000

extern cell_start
extern interrupt_dispatch

global _start
global load_tables
global interrupt_stubs
global guest_gdt
global guest_gdt_pointer

section .text

; First instruction of the cell's first CPU.
; In: RDI = cell info page; 64-bit mode, CPL 0, identity-mapped, interrupts off, no stack.
; The loader has zeroed bss, and RAM that no segment covers is not ours to clear.
_start:
	lea rsp, [boot_stack_end]   ; a multiple of 16 in front of each call
	xor ebp, ebp
	cld
	push rdi
	call load_tables
	pop rdi
	call cell_start
.end:
	cli
	hlt
	jmp .end

; Loads our own GDT and every segment register. Clobbers RAX. Interrupts must be off.
load_tables:
	lgdt [guest_gdt_pointer]
	mov eax, GDT_DATA
	mov ds, ax
	mov es, ax
	mov ss, ax
	xor eax, eax
	mov fs, ax
	mov gs, ax
	pop rax                     ; a far return is the only way to load CS from here
	push GDT_CODE
	push rax
	retfq

; One stub for each vector: error code (0 where the CPU pushes none) and vector on the stack.
; SDM vol. 3, "Exception and Interrupt Reference": 8, 10-14, 17, 21, 29 and 30 have error codes.
%macro stub 1
align 16
%if %1 == 8 || (%1 >= 10 && %1 <= 14) || %1 == 17 || %1 == 21 || %1 == 29 || %1 == 30
	push %1
%else
	push 0
	push %1
%endif
	jmp interrupt_common
%endmacro

align 16
interrupt_stubs:
%assign vector 0
%rep 256
	stub vector
%assign vector vector + 1
%endrep

; In: stack = vector, error code, RIP, CS, RFLAGS, RSP, SS. Only registers that a C function may
; change are saved, in the order of struct interrupt_frame. RSP is then a multiple of 16: hardware
; aligns it to 16 before it pushes 5 words, the stub pushes 2, and 9 follow.
interrupt_common:
	push rax
	push rcx
	push rdx
	push rsi
	push rdi
	push r8
	push r9
	push r10
	push r11
	cld
	mov rdi, rsp
	call interrupt_dispatch
	pop r11
	pop r10
	pop r9
	pop r8
	pop rdi
	pop rsi
	pop rdx
	pop rcx
	pop rax
	add rsp, 16
	iretq

section .rodata

; The accessed bits are set, so that the CPU never writes here.
GDT_CODE   equ 0x08
GDT_DATA   equ 0x10
align 8
guest_gdt:
	dq 0
	dq 0x00af9b000000ffff       ; 64-bit code
	dq 0x00cf93000000ffff       ; data
	dq 0x00cf9b000000ffff       ; 32-bit code, on the way up of secondary CPUs
guest_gdt_end:

guest_gdt_pointer:
	dw guest_gdt_end - guest_gdt - 1
	dq guest_gdt

section .bss

align 16
	resb STACK_SIZE
boot_stack_end:

section .note.GNU-stack noalloc noexec nowrite progbits
