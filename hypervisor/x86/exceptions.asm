; SPDX-License-Identifier: BSD-2-Clause
; Exception entry of the hypervisor. An exception in host mode is our own bug, except NMI.
%include "asm_offsets.inc"

bits 64
section .text

extern host_exception
extern host_nmi

; exception_stubs: 32 stubs of 16 bytes. Each leaves an error code (0 where the CPU pushes none)
; and the vector on the stack. SDM vol. 3, "Exception and Interrupt Reference".
global exception_stubs
align 16
exception_stubs:
%assign vector 0
%rep 32
	align 16
%if vector == 2
	jmp	nmi_entry
%else
%if vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector >= 29
%if vector != 31
%define has_error 1
%else
%define has_error 0
%endif
%else
%define has_error 0
%endif
%if has_error == 0
	push	byte 0
%endif
	push	byte vector
	jmp	fault_entry
%endif
%assign vector vector + 1
%endrep

; In: vector, error code, RIP, CS, RFLAGS, RSP, SS on the stack. Does not return, except for the
; one instruction of wrmsr_safe and xsetbv_safe each, whose fault is their answer, and from #SX:
; an INIT that VM_CR.R_INIT has turned into it (APM vol. 2, "#SX - Security Exception").
fault_entry:
	cmp	qword [rsp], VEC_SX
	je	.dropped
	cmp	qword [rsp + 16], wrmsr_may_fault
	je	.expected
	cmp	qword [rsp + 16], xsetbv_may_fault
	je	.expected
	mov	rdi, rsp
	and	rsp, -16
	call	host_exception
.stop:
	hlt
	jmp	.stop

.expected:
	mov	qword [rsp + 16], answer_false
.dropped:
	add	rsp, 16			; vector and error code
	iretq

; bool wrmsr_safe(u32 msr, u64 value), bool xsetbv_safe(u32 index, u64 value): false if the CPU
; answers #GP. For values that a guest chose and the CPU alone can judge.
global wrmsr_safe
wrmsr_safe:
	mov	ecx, edi
	mov	eax, esi
	mov	rdx, rsi
	shr	rdx, 32
wrmsr_may_fault:
	wrmsr
	mov	eax, 1
	ret

global xsetbv_safe
xsetbv_safe:
	mov	ecx, edi
	mov	eax, esi
	mov	rdx, rsi
	shr	rdx, 32
xsetbv_may_fault:
	xsetbv
	mov	eax, 1
	ret

answer_false:
	xor	eax, eax
	ret

; NMI in host mode: runs on its own stack, keeps every register.
nmi_entry:
	push	rax
	push	rcx
	push	rdx
	push	rsi
	push	rdi
	push	r8
	push	r9
	push	r10
	push	r11
	cld
	sub	rsp, 8			; 16-byte alignment: 5 words by the CPU, 9 by us
	and	rsp, -16
	call	host_nmi
	mov	rsp, CPU_NMI_STACK_TOP - (5 + 9) * 8
	pop	r11
	pop	r10
	pop	r9
	pop	r8
	pop	rdi
	pop	rsi
	pop	rdx
	pop	rcx
	pop	rax
	iretq

; unblock_nmi: leave the state "NMIs blocked" that an NMI VM exit leaves (SDM vol. 3, "Handling
; Multiple NMIs"): only IRET does that. In: nothing. Clobbers RAX. Stack: any.
global unblock_nmi
unblock_nmi:
	mov	rax, rsp
	push	GDT_DATA
	push	rax
	pushfq
	push	GDT_CODE
	push	.done
	iretq
.done:
	ret
