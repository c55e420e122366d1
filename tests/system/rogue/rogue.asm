; SPDX-License-Identifier: BSD-2-Clause
; A program for the root cell's Linux: replaces the kernel by payload.asm, through kexec. It is how
; the tests get a root cell whose CPUs all loop with interrupts off: Linux lets no program do that.
; Exit status: the error number of the call that failed.

SYS_KEXEC_LOAD   equ 246
SYS_REBOOT       equ 169
SYS_EXIT         equ 60
KEXEC_X86_64     equ 62 << 16
REBOOT_MAGIC1    equ 0xfee1dead
REBOOT_MAGIC2    equ 672274793
REBOOT_KEXEC     equ 0x45584543

BASE             equ 0x8000         ; as in payload.asm
BASE_SIZE        equ 0x8000
ENTRY            equ BASE + 0x100

bits 64
default rel

global _start

section .text

_start:
	mov edi, ENTRY
	mov esi, 1
	lea rdx, [one_segment]
	mov r10d, KEXEC_X86_64
	mov eax, SYS_KEXEC_LOAD
	syscall
	test rax, rax
	js .failed
	mov edi, REBOOT_MAGIC1
	mov esi, REBOOT_MAGIC2
	mov edx, REBOOT_KEXEC
	xor r10d, r10d
	mov eax, SYS_REBOOT
	syscall
.failed:
	neg rax
	mov rdi, rax
	mov eax, SYS_EXIT
	syscall

section .data

align 8
one_segment: ; struct kexec_segment
	dq payload, payload.end - payload, BASE, BASE_SIZE

payload:
	incbin "payload.bin"
.end:

section .note.GNU-stack noalloc noexec nowrite progbits
