; SPDX-License-Identifier: BSD-2-Clause
; SVM world switch. RSP points to the end of vcpu.reg[] at VMRUN, so that pushes after the exit fill
; it; RAX and RSP of the guest are in the VMCB. GIF is 0 from the exit to the next VMRUN, so NMIs
; wait (APM vol. 2, "Global Interrupt Flag").
%include "asm_offsets.inc"

bits 64
section .text

extern svm_handle_exit

; In: nothing. Does not return.
global svm_loop
svm_loop:
	clgi
.enter:
	mov	rsp, CPU_STRUCT + 8	; reg[0] is RAX
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
	mov	rax, [abs dword CPU_STRUCT + VCPU_VIRT_PHYS]
	vmload
	vmrun
	vmsave
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
	push	rax			; placeholder for RSP
	push	rbx
	push	rdx
	push	rcx
	add	rax, HOST_VMCB_OFFSET
	vmload			; FS, GS, TR, LDTR and SYSCALL MSRs of the host
	mov	rdi, CPU_STRUCT
	mov	rsp, CPU_STACK_TOP
	call	svm_handle_exit
	jmp	.enter
