; SPDX-License-Identifier: BSD-2-Clause
; The frame of an attempt: what a C function must keep, and where to go on after an exception.

bits 64
default rel

global try_run
global try_abandoned
global try_stack

section .text

; int try_run(void (*fn)(void *), void *arg)
; Six words and the return address lie on the stack; one more makes it a multiple of 16.
try_run:
	push rbx
	push rbp
	push r12
	push r13
	push r14
	push r15
	sub rsp, 8
	mov [try_stack], rsp
	mov rax, rdi
	mov rdi, rsi
	call rax
	mov eax, -1                 ; TRY_NO_FAULT
; In: RSP = try_stack, EAX = result. try_catch sends exceptions here.
try_abandoned:
	mov qword [try_stack], 0
	add rsp, 8
	pop r15
	pop r14
	pop r13
	pop r12
	pop rbp
	pop rbx
	ret

section .bss

align 8
try_stack:
	resq 1

section .note.GNU-stack noalloc noexec nowrite progbits
