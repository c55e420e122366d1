; SPDX-License-Identifier: BSD-2-Clause
; What rogue.asm puts in the root kernel's place: ring 0, the whole page below, no kernel left.
; It sends what must not leave the root cell, starts every CPU that answers, says on COM2 how many
; there are, and then all of them spin with interrupts off.

BASE        equ 0x8000              ; as in rogue.asm; a SIPI starts pages below 1 MiB only
ENTRY       equ BASE + 0x100
STACK_END   equ 0xa000
PML5        equ 0x9000              ; below the stack: only its first entry is used
PML4        equ 0xa000              ; then one PDPT and four page directories: 4 GiB
PDPT        equ 0xb000
PD          equ 0xc000

CR4_LA57    equ 12

COM2        equ 0x2f8
UART_LSR    equ 5
LSR_EMPTY   equ 0x20

MSR_APIC_BASE equ 0x1b
APIC_X2APIC equ 1 << 10
APIC_MMIO   equ 0xfee00000
APIC_SVR    equ 0xf0
APIC_ICR    equ 0x300
X2APIC_MSR  equ 0x800

; SDM vol. 3, "Interrupt Command Register": shorthand "all excluding self", assert
OTHERS      equ 0xc4000
ICR_SMI     equ 0x200
ICR_NMI     equ 0x400
ICR_INIT    equ 0x500
ICR_SIPI    equ 0x600

DELAY       equ 10000000            ; rounds: some 10 ms or more
TRIES       equ 50                  ; a busy emulator may not run the others for that long

org BASE

bits 16
start_cpu:
	cli
	lock inc dword [cs:count - BASE]
.spin:
	jmp .spin

	times ENTRY - BASE - ($ - $$) db 0

bits 64
take_over:
	cli
	mov rsp, STACK_END
	call map_everything
	call find_apic
	mov eax, OTHERS | 0xfd      ; a fixed interrupt first, then what is worse
	call send
	mov eax, OTHERS | ICR_SMI
	call send
	mov eax, OTHERS | ICR_NMI
	call send
	mov eax, OTHERS | ICR_INIT
	call send
	call wait_long
	mov edi, TRIES
.start_others:
	mov eax, OTHERS | ICR_SIPI | BASE >> 12
	call send                   ; a CPU that runs already does not notice
	call wait_long
	cmp dword [count], 1
	ja .started
	dec edi
	jnz .start_others
.started:
	call wait_long              ; for those that are later than the first one
	mov al, [count]
	add al, '0'
	mov [digit], al
	mov rsi, message
	call print
.spin:
	cli
	jmp .spin

; Page tables of our own: those of the kernel have gone, those of kexec cover memory alone.
map_everything:
	mov edi, PML4
	mov ecx, (PD - PML4 + 0x4000) / 8
	xor eax, eax
	rep stosq
	mov qword [PML4], PDPT | 3
	xor ecx, ecx
.directory:
	mov eax, ecx
	shl eax, 12
	add eax, PD | 3
	mov [PDPT + rcx * 8], rax
	inc ecx
	cmp ecx, 4
	jb .directory
	xor ecx, ecx
	mov eax, 0x83               ; present, writable, large
.page:
	mov [PD + rcx * 8], rax
	add rax, 0x200000
	inc ecx
	cmp ecx, 4 * 512
	jb .page
	mov qword [PML5], PML4 | 3
	mov eax, PML4
	mov edx, PML5
	mov rcx, cr4
	bt ecx, CR4_LA57            ; the kernel's choice, which long mode cannot undo
	cmovc eax, edx
	mov cr3, rax
	ret

; The kernel has switched its local APIC off on the way here.
find_apic:
	mov ecx, MSR_APIC_BASE
	rdmsr
	and eax, APIC_X2APIC
	mov [x2apic], eax
	mov eax, 0x1ff
	mov ecx, APIC_SVR
	jmp write_apic

; In: EAX = low half of the ICR.
send:
	mov ecx, APIC_ICR
; In: EAX = value, ECX = register by its xAPIC offset.
write_apic:
	cmp dword [x2apic], 0
	jnz .msr
	mov edx, APIC_MMIO
	mov [rdx + rcx], eax
	ret
.msr:
	shr ecx, 4
	add ecx, X2APIC_MSR
	xor edx, edx
	wrmsr
	ret

wait_long:
	mov ecx, DELAY
.round:
	dec ecx
	jnz .round
	ret

; In: RSI = text, NUL-terminated.
print:
	mov edx, COM2 + UART_LSR
.busy:
	in al, dx
	test al, LSR_EMPTY
	jz .busy
	lodsb
	test al, al
	jz .done
	mov edx, COM2
	out dx, al
	jmp print
.done:
	ret

count   dd 1                        ; CPUs that run this, the first one included
x2apic  dd 0
message db 13, 10, "ROGUE-ROOT cpus="
digit   db "0", 13, 10, 0
