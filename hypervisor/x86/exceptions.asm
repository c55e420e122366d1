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

; In: vector, error code, RIP, CS, RFLAGS, RSP, SS on the stack. Does not return.
fault_entry:
	mov	rdi, rsp
	and	rsp, -16
	call	host_exception
.stop:
	hlt
	jmp	.stop

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
