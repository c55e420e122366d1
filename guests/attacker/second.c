/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cell's other CPU. Most of the time it waits for a SIPI. Now and then it is started, attacks
 * on its own until it has done its share, and is then shot down by INIT, NMI or SIPI in whatever it
 * is doing. With final= it is the one that dies.
 */
#include "second.h"

#include "apic.h"
#include "attacker.h"
#include "cell.h"
#include "console.h"
#include "control.h"
#include "cpu.h"
#include "memory.h"
#include "ops.h"
#include "prng.h"
#include "repair.h"
#include "run.h"
#include "smp.h"
#include "timer.h"

#define SECOND     1u
#define LOW_MEMORY 0x100000u
#define REAL_IRET  0x600u
#define HLT        0xf4
#define IRET       0xcf
#define SHARE      300u
#define INIT_US    100u
#define UP_US      10000000u /* as in smp.c */
#define STREAM     BIT(63)   /* its operations' numbers are not those of the first CPU */
#define SHOTS      4u

static u32 starts;
static volatile bool attacking; /* the second CPU has its tables */

bool second_exists(void)
{
	return cell_info->cpu_count > SECOND;
}

static u32 second_id(void)
{
	return cell_apic_ids()[SECOND];
}

/* Nothing of the APIC: an INIT to the first CPU would end the run. */
static void second_main(u32 cpu)
{
	struct attack *a = attacker_cpu(cpu);

	attacking = true;
	for (u64 i = 0; i < SHARE; i++)
		attacker_step(a, STREAM | starts << 16 | i);
	for (;;)
		pause();
}

/*
 * A SIPI may start it anywhere below 1 MiB in real mode: wherever that is, it halts, and interrupts
 * and exceptions come back. It must not run wild over this memory, and end in a triple fault.
 */
void second_prepare(void)
{
	u16 *vectors = NULL; /* real mode: IP and CS of each vector, from address 0 */

	__asm__("" : "+r"(vectors)); /* the compiler takes a NULL pointer for a mistake */
	memset(vectors, HLT, LOW_MEMORY);
	for (u32 i = 0; i < VECTORS; i++) {
		vectors[2 * i] = REAL_IRET;
		vectors[2 * i + 1] = 0;
	}
	memset((u8 *)vectors + REAL_IRET, IRET, 1);
}

void second_stop(void)
{
	if (!second_exists())
		return;
	apic_send(second_id(), APIC_ICR_INIT);
	delay_us(INIT_US);
}

bool second_start(void (*cpu_main)(u32 cpu))
{
	const char *why;

	starts++;
	attacking = false;
	/* First stop it: in real mode it may be pushing over the start code. */
	second_stop();
	why = smp_start(SECOND, cpu_main);
	if (why)
		print("attacker: FAILED: the second CPU does not start: %s\n", why);
	return !why;
}

static void shoot(struct attack *a)
{
	static const u32 shots[] = {APIC_ICR_INIT, APIC_ICR_INIT | 0x8000, APIC_ICR_SIPI | 0x10,
				    APIC_ICR_FIXED | 0x55, 0x4400};
	u32 shot = PICK(a, shots);
	u32 vector = one_in(a, 2) ? (u32)below(a, 0x80) : 0;

	apic_send(second_id(), shot | vector);
}

void op_start(struct attack *a)
{
	if (!second_exists())
		return;
	a->runs++;
	if (!second_start(second_main))
		return;
	/* Before it has an IDT and interrupt stacks, an NMI would be the end of it. */
	for (u64 start = rdtsc(); !attacking && rdtsc() - start < tsc_from_us(UP_US);)
		pause();
	for (u64 i = below(a, SHOTS); i > 0; i--) {
		delay_us(below(a, 2000));
		shoot(a);
	}
}

void op_stop(struct attack *a)
{
	if (!second_exists())
		return;
	a->runs++;
	apic_send(second_id(), APIC_ICR_INIT);
}
