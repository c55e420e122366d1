; SPDX-License-Identifier: BSD-2-Clause
; Running the code under test: in through IRETQ, out through its last instruction or through any
; exception, interrupt or NMI. Every vector has an interrupt stack of its own, so that nothing of the
; code under test need be sane but the tables (tables.c) and the page tables below them.

bits 64
default rel

global run_enter
global run_landing
global vector_stubs

extern run_stray

; struct attack (attack.h); REG at 0
FRAME       equ 128                 ; RIP, CS, RFLAGS, RSP, SS
HOST_RSP    equ 168
ACTIVE      equ 176
VECTOR      equ 184
ERROR       equ 192
FAULT_RIP   equ 200
IDLE_NMIS   equ 208
IDLE_DEBUGS equ 216
GD_STUCK    equ 224
DEBUG_IST   equ 232

AREA_MASK   equ -0x10000
SEL_CODE    equ 0x08
SEL_DATA    equ 0x10
DR7_RESET   equ 0x400
DR7_LENGTH  equ 3                   ; of MOV DR7, RCX
NESTED_ROOM equ 512

section .text

; void run_enter(struct attack *a)
run_enter:
	push rbx
	push rbp
	push r12
	push r13
	push r14
	push r15
	mov [rdi + HOST_RSP], rsp
	mov qword [rdi + VECTOR], -1
	mov qword [rdi + ACTIVE], 1
	lea rsp, [rdi + FRAME]      ; nothing but an NMI can come in between, on its own stack
	mov rax, [rdi + 0 * 8]
	mov rcx, [rdi + 1 * 8]
	mov rdx, [rdi + 2 * 8]
	mov rbx, [rdi + 3 * 8]
	mov rbp, [rdi + 5 * 8]
	mov rsi, [rdi + 6 * 8]
	mov r8, [rdi + 8 * 8]
	mov r9, [rdi + 9 * 8]
	mov r10, [rdi + 10 * 8]
	mov r11, [rdi + 11 * 8]
	mov r12, [rdi + 12 * 8]
	mov r13, [rdi + 13 * 8]
	mov r14, [rdi + 14 * 8]
	mov r15, [rdi + 15 * 8]
	mov rdi, [rdi + 7 * 8]
	iretq

; The code under test has come to its end: RAX is saved and holds the struct attack.
run_landing:
	cli
	mov [rax + 1 * 8], rcx
	mov [rax + 2 * 8], rdx
	mov [rax + 3 * 8], rbx
	mov [rax + 4 * 8], rsp
	mov rsp, [rax + HOST_RSP]
	mov qword [rax + ACTIVE], 0

; In: RSP = host stack, interrupts off. The segments are as the code under test left them.
resume:
	mov ecx, SEL_DATA
	mov ss, ecx
	mov ds, ecx
	mov es, ecx
	xor ecx, ecx
	mov fs, ecx
	mov gs, ecx
	lea rcx, [.flat]
	push SEL_CODE
	push rcx
	retfq
.flat:
	push 2                      ; RFLAGS: SDM vol. 1, bit 1 is always 1
	popfq
	pop r15
	pop r14
	pop r13
	pop r12
	pop rbp
	pop rbx
	ret

; Vectors 8, 10-14, 17, 21, 29 and 30 have error codes when they are exceptions (SDM vol. 3,
; "Exception and Interrupt Reference"), and none when an INT n or an IPI raises them: then all that
; follows lies 8 bytes higher, which is why the frame is never used, and STACK_TOP leaves room.
%macro stub 1
align 16
%if %1 == 8 || (%1 >= 10 && %1 <= 14) || %1 == 17 || %1 == 21 || %1 == 29 || %1 == 30
	push %1
%else
	push 0
	push %1
%endif
	jmp any_vector
%endmacro

align 16
vector_stubs:
%assign vector 0
%rep 256
	stub vector
%assign vector vector + 1
%endrep

; Stack: vector, error code, RIP, CS, RFLAGS, RSP, SS.
any_vector:
	push rcx
	push rax
	mov rax, rsp
	and rax, AREA_MASK
	cmp qword [rax + ACTIVE], 0
	je idle
	mov qword [rax + ACTIVE], 0
	mov rcx, [rsp + 2 * 8]
	mov [rax + VECTOR], rcx
	mov rcx, [rsp + 3 * 8]
	mov [rax + ERROR], rcx
	mov rcx, [rsp + 4 * 8]
	mov [rax + FAULT_RIP], rcx
	pop rcx
	mov [rax + 0 * 8], rcx
	pop rcx
	mov [rax + 1 * 8], rcx
	mov [rax + 2 * 8], rdx
	mov [rax + 3 * 8], rbx
	push SEL_DATA
	push qword [rax + HOST_RSP]
	push 2
	push SEL_CODE
	lea rcx, [resume]
	push rcx
	iretq                       ; it also ends the blocking of NMIs

; Between two runs: a late NMI, a breakpoint that a run has left behind, or a mistake of ours.
idle:
	mov rcx, [rsp + 2 * 8]
	cmp rcx, 2
	je .nmi
	cmp rcx, 1
	je .debug
	mov rdi, rax
	lea rsi, [rsp + 2 * 8]
	and rsp, -16
	call run_stray
.nmi:
	inc qword [rax + IDLE_NMIS]
	jmp .return
.debug:
	inc qword [rax + IDLE_DEBUGS]
	lea rcx, [.write_dr7]
	cmp [rsp + 4 * 8], rcx
	je .stuck
	mov rcx, [rax + DEBUG_IST]
	sub qword [rcx], NESTED_ROOM ; a #DB in here must not reach our own frame
	mov ecx, DR7_RESET
.write_dr7:
	mov dr7, rcx
	mov rcx, [rax + DEBUG_IST]
	add qword [rcx], NESTED_ROOM
.return:
	pop rax
	pop rcx
	add rsp, 2 * 8
	iretq
.stuck:
	; DR7.GD is still on in the handler of its own #DB, which the CPU should have seen to.
	inc qword [rax + GD_STUCK]
	add qword [rsp + 4 * 8], DR7_LENGTH
	jmp .return

section .note.GNU-stack noalloc noexec nowrite progbits
