/* SPDX-License-Identifier: BSD-2-Clause */
/* /attack seed=S ops=N: see attack.h and docs/attackers.md. */
#include <bulkhead/cell.h>

#include "attack.h"

#define OPS_DEFAULT    10000u
#define SNAPSHOT_TRIES 1000u
#define FNV_BASIS      0xcbf29ce484222325ULL /* FNV-1a (Fowler, Noll, Vo), 64 bits */
#define FNV_PRIME      0x100000001b3ULL

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
static u64 list = FNV_BASIS; /* digest of what the operations have drawn */

static void list_add(u64 value)
{
	for (u32 i = 0; i < sizeof(value); i++)
		list = (list ^ (value >> (8 * i) & 0xff)) * FNV_PRIME;
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
	list_add(random_state());
}

static void run(u64 seed, u64 first, u64 ops, u64 trace)
{
	u64 tenth = ops / 10 ? ops / 10 : 1;

	for (u64 i = 1; i <= ops; i++) {
		step(seed, first + i - 1, first + i - 1 >= trace);
		if (i % tenth == 0)
			say("attack: %u%s ops=%u list=%x\n", i / tenth * 10, "%", i, list);
	}
}

static u64 refused(u32 class)
{
	return (u64)hypercall(BH_HC_REFUSED, class);
}

/*
 * Of the whole root cell since it started: Linux itself asks for MSRs that it does not get, even
 * now. The counters only grow: those read between two equal sums belong together.
 */
static void say_refused(void)
{
	u64 of[BH_REFUSED_COUNT + 1], before;
	u32 tries = 0;

	do {
		before = refused(BH_REFUSED_COUNT);
		for (u32 i = 0; i <= BH_REFUSED_COUNT; i++)
			of[i] = refused(i);
	} while (of[BH_REFUSED_COUNT] != before && ++tries < SNAPSHOT_TRIES);
	if (tries == SNAPSHOT_TRIES)
		say("attack: the counters of what was refused do not stand still\n");
	say("attack: refused memory=%u port=%u msr=%u apic=%u ioapic=%u pci=%u msi=%u"
	    " instruction=%u all=%u\n",
	    of[BH_REFUSED_MEMORY], of[BH_REFUSED_PORT], of[BH_REFUSED_MSR], of[BH_REFUSED_APIC],
	    of[BH_REFUSED_IOAPIC], of[BH_REFUSED_PCI], of[BH_REFUSED_MSI],
	    of[BH_REFUSED_INSTRUCTION], of[BH_REFUSED_COUNT]);
}

int program_main(int count, char **words)
{
	u64 seed = program_option(count, words, "seed", 1);
	u64 ops = program_option(count, words, "ops", OPS_DEFAULT);
	bool any = false;

	say("attack: seed=%u ops=%u\n", seed, ops);
	attempt_init();
	if (!targets_init())
		return 2;
	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++)
		any |= usable[i] = kinds[i].init();
	if (!any)
		return 2;
	run(seed, program_option(count, words, "first", 0), ops,
	    program_option(count, words, "trace", ~0ULL));
	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++)
		say("attack: kind %s=%u\n", kinds[i].name, counts[i]);
	say_refused();
	say("attack: done ops=%u seed=%u failed=%u\n", ops, seed, (u64)failures);
	return failures != 0;
}
