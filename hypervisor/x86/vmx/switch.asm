; SPDX-License-Identifier: BSD-2-Clause
; VMX world switch. HOST_RSP points to the end of vcpu.reg[], so that pushes fill it.
%include "asm_offsets.inc"

bits 64
section .text

extern vmx_handle_exit
extern vmx_entry_failed

%macro push_guest 0
	push	r15
	push	r14
	push	r13
	push	r12
	push	r11
	push	r10
	push	r9
	push	r8
	push	rdi
	push	rsi
	push	rbp
	push	rsp			; placeholder: the guest's RSP is in the VMCS
	push	rbx
	push	rdx
	push	rcx
	push	rax
%endmacro

%macro pop_guest 0
	pop	rax
	pop	rcx
	pop	rdx
	pop	rbx
	add	rsp, 8
	pop	rbp
	pop	rsi
	pop	rdi
	pop	r8
	pop	r9
	pop	r10
	pop	r11
	pop	r12
	pop	r13
	pop	r14
	pop	r15
%endmacro

; VM exits arrive here: guest registers, host segments, interrupts off, RSP = HOST_RSP.
global vmx_exit_entry
align 16
vmx_exit_entry:
	push_guest
	mov	rdi, rsp		; struct vcpu
	mov	rsp, CPU_STACK_TOP
	call	vmx_handle_exit
	mov	rsp, CPU_STRUCT
	pop_guest
	vmresume
	jmp	vmx_failed

; First entry of a CPU. In: nothing. Does not return.
global vmx_launch
vmx_launch:
	mov	rsp, CPU_STRUCT
	pop_guest
	vmlaunch
vmx_failed:
	mov	rsp, CPU_STACK_TOP
	call	vmx_entry_failed
	ud2
