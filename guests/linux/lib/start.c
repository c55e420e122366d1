/* SPDX-License-Identifier: BSD-2-Clause */
#include "program.h"

u64 program_option(int count, char **words, const char *name, u64 otherwise)
{
	for (int i = 1; i < count; i++) {
		const char *at = words[i], *n = name;
		u64 value = 0;

		while (*n && *at == *n)
			at++, n++;
		if (*n || *at++ != '=')
			continue;
		for (; *at >= '0' && *at <= '9'; at++)
			value = value * 10 + (u64)(*at - '0');
		return value;
	}
	return otherwise;
}

/* The kernel puts argc and argv on the stack: System V ABI, "Initial Stack and Register State". */
__asm__(".globl _start\n"
	"_start:\n"
	"	xorl %ebp, %ebp\n"
	"	movq (%rsp), %rdi\n"
	"	leaq 8(%rsp), %rsi\n"
	"	andq $-16, %rsp\n"
	"	call program_main\n"
	"	movl %eax, %edi\n"
	"	movl $60, %eax\n" /* SYS_EXIT */
	"	syscall\n");
