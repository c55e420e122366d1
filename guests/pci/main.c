// SPDX-License-Identifier: BSD-2-Clause
/*
 * A real-time cell that owns a PCI device: finds it, uses its registers, lets it copy the cell's
 * memory and takes its interrupts. With "attack" among its arguments it then tries to reach beyond
 * its walls with the same device, and says what came of it.
 */
#include "apic.h"
#include "cell.h"
#include "config.h"
#include "console.h"
#include "cpu.h"
#include "edu.h"
#include "memory.h"
#include "timer.h"

#define ROOT_APIC_ID   0u         /* the boot CPU is always the root cell's */
#define ROOT_MEMORY    0x4000000u /* far above this cell's memory: another cell's, or nobody's */
#define HOST_BRIDGE    PCI_BDF(0, 0, 0)
#define ATTACK_WAIT_US 300000u
#define RECORD_US      1000000u /* in which Bulkhead reads what the IOMMU has recorded */

static u8 from[EDU_DMA_BYTES] __attribute__((aligned(4096)));
static u8 to[EDU_DMA_BYTES] __attribute__((aligned(4096)));

static u64 address_of(const void *p)
{
	return (uintptr_t)p; /* all memory of a cell is mapped to itself */
}

static void fill(u8 *p, u32 seed)
{
	for (u32 i = 0; i < EDU_DMA_BYTES; i++)
		p[i] = (u8)(i * 7 + (i >> 8) + seed);
}

static u32 differences(void)
{
	const volatile u8 *a = from, *b = to;
	u32 n = 0;

	for (u32 i = 0; i < EDU_DMA_BYTES; i++)
		n += a[i] != b[i];
	return n;
}

/* Memory, device, memory. */
static bool round_trip(const struct edu *edu, u32 seed)
{
	fill(from, seed);
	memset(to, 0, sizeof(to));
	if (!edu_fetch(edu, address_of(from), EDU_DMA_BYTES) ||
	    !edu_store(edu, address_of(to), EDU_DMA_BYTES)) {
		print("edu: the transfer does not end\n");
		return false;
	}
	if (differences())
		print("edu: %u bytes came back different\n", differences());
	return !differences();
}

static bool interrupts_work(const struct edu *edu)
{
	u32 result = 0;

	edu_aim(edu, apic_id());
	if (!edu_interrupted(edu, EDU_TIMEOUT_US)) {
		print("edu: no interrupt came\n");
		return false;
	}
	if (edu_factorial(edu, 10, &result) && result == 3628800)
		return true;
	print("edu: 10! is %u, or no interrupt came with it\n", result);
	return false;
}

static void report(const char *what, bool ok)
{
	print("edu: %s %s\n", what, ok ? "ok" : "FAILED");
}

static void attack_config(const struct edu *edu)
{
	u32 id = config_read(HOST_BRIDGE, PCI_ID);

	config_write(HOST_BRIDGE, PCI_COMMAND, 0);
	print("attack: host bridge reads 0x%x: %s\n", id, id == PCI_NOBODY ? "held" : "BROKEN");
	(void)edu;
}

/* Put the device's registers over somebody else's; the real ones must stay where they are. */
static void attack_bar(const struct edu *edu)
{
	u32 old = config_read(edu->bdf, PCI_BAR0);

	config_write(edu->bdf, PCI_BAR0, (old & ~0xfffffu) + 0x100000);
	print("attack: registers moved by 1 MiB: %s\n", edu_identify(edu) ? "held" : "BROKEN");
	config_write(edu->bdf, PCI_BAR0, old);
}

static void attack_interrupt(const struct edu *edu)
{
	edu_aim(edu, ROOT_APIC_ID);
	print("attack: interrupt for apic id %u: %s here\n", ROOT_APIC_ID,
	      edu_interrupted(edu, ATTACK_WAIT_US) ? "arrived" : "none");
	edu_aim(edu, apic_id());
}

/* Reading shows whether something got through; for writing, the memory's owner must judge. */
static void attack_memory(const struct edu *edu)
{
	bool ended;

	fill(from, 99);
	memset(to, 0x5a, sizeof(to));
	ended = edu_fetch(edu, address_of(from), EDU_DMA_BYTES) &&
		edu_store(edu, ROOT_MEMORY, EDU_DMA_BYTES);
	print("attack: dma to 0x%x %s\n", ROOT_MEMORY, ended ? "ended" : "hangs");
	/* The unit has one record, and what it blocks until that is read leaves no trace. */
	delay_us(RECORD_US);
	ended = edu_fetch(edu, ROOT_MEMORY, EDU_DMA_BYTES) &&
		edu_store(edu, address_of(to), EDU_DMA_BYTES);
	print("attack: dma from 0x%x %s and brought %s\n", ROOT_MEMORY, ended ? "ended" : "hangs",
	      differences() ? "nothing of what was sent there"
			    : "back what was sent there: BROKEN");
}

static void attack(const struct edu *edu)
{
	attack_config(edu);
	attack_bar(edu);
	attack_interrupt(edu);
	attack_memory(edu);
	report("after the attack: dma", round_trip(edu, 3));
	report("after the attack: msi", interrupts_work(edu));
	print("attack: done\n");
}

static bool wants_attack(void)
{
	static const char word[] = "attack";
	const char *args = cell_args();
	u32 i = 0;

	while (word[i] && args[i] == word[i])
		i++;
	return !word[i];
}

void cell_main(const struct bh_cell_info *info)
{
	struct edu edu;

	(void)info;
	if (!edu_open(&edu))
		return;
	report("mmio", edu_identify(&edu));
	report("dma", round_trip(&edu, 1));
	report("msi", interrupts_work(&edu));
	if (wants_attack())
		attack(&edu);
}
