/* SPDX-License-Identifier: BSD-2-Clause */
/* /attack seed=S ops=N: see attack.h and docs/attackers.md. */
#include "attack.h"

#define OPS_DEFAULT 10000u

u32 failures;

static const struct kind {
	void (*attack)(void);
	bool (*init)(void); /* what it needs */
	u32 weight;
	const char *name;
} kinds[] = {
	{attack_port,    ports_init,  25, "port"   },
        {attack_pci,     ports_init,  15, "pci"    },
	{attack_foreign, memory_init, 25, "foreign"},
        {attack_empty,   memory_init, 10, "empty"  },
	{attack_apic,    memory_init, 5,  "apic"   },
        {attack_msr,     msr_init,    15, "msr"    },
	{attack_icr_msr, msr_init,    5,  "icr"    },
};

#define WEIGHTS 100u

static bool usable[ARRAY_SIZE(kinds)];
static u64 counts[ARRAY_SIZE(kinds)];

static u64 option(int count, char **words, const char *name, u64 otherwise)
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

static void step(u64 seed, u64 number, bool trace)
{
	u64 at, i;

	random_start(seed, number);
	do {
		at = below(WEIGHTS);
		for (i = 0; at >= kinds[i].weight; i++)
			at -= kinds[i].weight;
	} while (!usable[i]);
	if (trace)
		say("attack: trace %u %s\n", number, kinds[i].name);
	counts[i]++;
	kinds[i].attack();
}

static void run(u64 seed, u64 first, u64 ops, u64 trace)
{
	u64 tenth = ops / 10 ? ops / 10 : 1;

	for (u64 i = 0; i < ops; i++) {
		if (i && i % tenth == 0)
			say("attack: %u%s ops=%u\n", i / tenth * 10, "%", i);
		step(seed, first + i, first + i >= trace);
	}
}

int attack_main(int count, char **words);

int attack_main(int count, char **words)
{
	u64 seed = option(count, words, "seed", 1);
	u64 ops = option(count, words, "ops", OPS_DEFAULT);
	bool any = false;

	say("attack: seed=%u ops=%u\n", seed, ops);
	attempt_init();
	if (!targets_init())
		return 2;
	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++)
		any |= usable[i] = kinds[i].init();
	if (!any)
		return 2;
	run(seed, option(count, words, "first", 0), ops, option(count, words, "trace", ~0ULL));
	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++)
		say("attack: kind %s=%u\n", kinds[i].name, counts[i]);
	say("attack: done ops=%u seed=%u failed=%u\n", ops, seed, (u64)failures);
	return failures != 0;
}

/* The kernel puts argc and argv on the stack: System V ABI, "Initial Stack and Register State". */
__asm__(".globl _start\n"
	"_start:\n"
	"	xorl %ebp, %ebp\n"
	"	movq (%rsp), %rdi\n"
	"	leaq 8(%rsp), %rsi\n"
	"	andq $-16, %rsp\n"
	"	call attack_main\n"
	"	movl %eax, %edi\n"
	"	movl $60, %eax\n" /* SYS_EXIT */
	"	syscall\n");
