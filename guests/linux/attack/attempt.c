/* SPDX-License-Identifier: BSD-2-Clause */
#include "attack.h"

#define SA_RESTORER 0x04000000u
#define SA_NODEFER  0x40000000u

enum {
	SIGILL = 4,
	SIGTRAP = 5,
	SIGBUS = 7,
	SIGFPE = 8,
	SIGSEGV = 11
};

/* The kernel's struct sigaction: Linux, arch/x86/include/uapi/asm/signal.h */
struct kernel_sigaction {
	void (*handler)(int signal);
	u64 flags;
	void (*restorer)(void);
	u64 mask;
};

static void *jump[5];
static volatile bool trying;

static void on_signal(int signal)
{
	if (!trying) {
		say("attack: signal %u outside of an attempt\n", (u64)signal);
		sys(SYS_EXIT, 2, 0, 0, 0, 0, 0);
	}
	trying = false;
	__builtin_longjmp(jump, 1);
}

/* Never reached, because the handler does not return; the kernel wants one all the same. */
static void restorer(void)
{
	sys(SYS_RT_SIGRETURN, 0, 0, 0, 0, 0, 0);
}

void attempt_init(void)
{
	static const int signals[] = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV};
	struct kernel_sigaction action = {on_signal, SA_RESTORER | SA_NODEFER, restorer, 0};

	for (u32 i = 0; i < ARRAY_SIZE(signals); i++)
		sys(SYS_RT_SIGACTION, signals[i], (long)&action, 0, sizeof(action.mask), 0, 0);
}

bool attempt(void (*fn)(void *), void *arg)
{
	if (__builtin_setjmp(jump))
		return false;
	trying = true;
	fn(arg);
	trying = false;
	return true;
}
