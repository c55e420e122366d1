// SPDX-License-Identifier: BSD-2-Clause
#include "edu.h"

#include "config.h"
#include "console.h"
#include "cpu.h"
#include "interrupts.h"
#include "timer.h"

#define REG_ID          0x00u
#define REG_LIVENESS    0x04u
#define REG_FACTORIAL   0x08u
#define REG_STATUS      0x20u
#define STATUS_BUSY     0x01u
#define STATUS_IRQ      0x80u
#define REG_IRQ_STATUS  0x24u
#define REG_IRQ_RAISE   0x60u
#define REG_IRQ_ACK     0x64u
#define REG_DMA_FROM    0x80u
#define REG_DMA_TO      0x88u
#define REG_DMA_COUNT   0x90u
#define REG_DMA_COMMAND 0x98u
#define DMA_START       0x1u
#define DMA_TO_MEMORY   0x2u
#define DMA_BUFFER      0x40000u

#define ID_MAGIC        0x010000edu
#define CAP_MSI         0x05u
#define MSI_ENABLE      0x00010000u
#define MSI_64BIT       0x00800000u
#define MSI_ADDRESS     0xfee00000u

static volatile u32 interrupts;
static const struct edu *current;

static u32 rd(const struct edu *edu, u32 reg)
{
	return *(volatile u32 *)(edu->regs + reg);
}

static void wr(const struct edu *edu, u32 reg, u32 value)
{
	*(volatile u32 *)(edu->regs + reg) = value;
}

static void wr64(const struct edu *edu, u32 reg, u64 value)
{
	*(volatile u64 *)(edu->regs + reg) = value;
}

static void on_interrupt(void)
{
	wr(current, REG_IRQ_ACK, rd(current, REG_IRQ_STATUS));
	interrupts = interrupts + 1;
}

bool edu_open(struct edu *edu)
{
	u32 bar;

	edu->bdf = config_find(EDU_ID);
	if (edu->bdf == PCI_NOBODY) {
		print("edu: there is none\n");
		return false;
	}
	bar = config_read(edu->bdf, PCI_BAR0);
	edu->regs = (volatile u8 *)(uintptr_t)(bar & ~15u);
	edu->msi = config_capability(edu->bdf, CAP_MSI);
	print("edu: registers at 0x%x, MSI capability at 0x%x\n", bar, edu->msi);
	if (!edu->msi)
		return false;
	config_write(edu->bdf, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	current = edu;
	interrupts_handle(EDU_VECTOR, on_interrupt);
	return true;
}

bool edu_identify(const struct edu *edu)
{
	u32 id = rd(edu, REG_ID), inverse;

	wr(edu, REG_LIVENESS, 0x12345678);
	inverse = rd(edu, REG_LIVENESS);
	if (id == ID_MAGIC && inverse == ~0x12345678u)
		return true;
	print("edu: id 0x%x, liveness 0x%x\n", id, inverse);
	return false;
}

void edu_aim(const struct edu *edu, u32 apic_id)
{
	u32 control = config_read(edu->bdf, edu->msi);

	config_write(edu->bdf, edu->msi, control & ~MSI_ENABLE);
	config_write(edu->bdf, edu->msi + 4, MSI_ADDRESS | apic_id << 12);
	if (control & MSI_64BIT)
		config_write(edu->bdf, edu->msi + 8, 0);
	config_write(edu->bdf, edu->msi + (control & MSI_64BIT ? 12 : 8), EDU_VECTOR);
	config_write(edu->bdf, edu->msi, control | MSI_ENABLE);
}

/* Wait with interrupts on until more than @seen have come. */
static bool wait_interrupt(u32 seen, u64 us)
{
	u64 end = rdtsc() + tsc_from_us(us);

	interrupts_on();
	while (interrupts == seen && rdtsc() < end)
		pause();
	interrupts_off();
	return interrupts != seen;
}

bool edu_interrupted(const struct edu *edu, u64 us)
{
	u32 seen = interrupts;

	wr(edu, REG_IRQ_RAISE, 1);
	if (wait_interrupt(seen, us))
		return true;
	wr(edu, REG_IRQ_ACK, 1);
	return false;
}

bool edu_factorial(const struct edu *edu, u32 n, u32 *result)
{
	u32 seen = interrupts;
	bool came;

	wr(edu, REG_STATUS, STATUS_IRQ);
	wr(edu, REG_FACTORIAL, n);
	came = wait_interrupt(seen, EDU_TIMEOUT_US);
	*result = rd(edu, REG_FACTORIAL);
	return came && !(rd(edu, REG_STATUS) & STATUS_BUSY);
}

static bool transfer(const struct edu *edu, u64 from, u64 to, u32 bytes, u32 direction)
{
	u64 end = rdtsc() + tsc_from_us(EDU_TIMEOUT_US);

	wr64(edu, REG_DMA_FROM, from);
	wr64(edu, REG_DMA_TO, to);
	wr64(edu, REG_DMA_COUNT, bytes);
	wr64(edu, REG_DMA_COMMAND, DMA_START | direction);
	while (rd(edu, REG_DMA_COMMAND) & DMA_START)
		if (rdtsc() > end)
			return false;
	return true;
}

bool edu_fetch(const struct edu *edu, u64 address, u32 bytes)
{
	return transfer(edu, address, DMA_BUFFER, bytes, 0);
}

bool edu_store(const struct edu *edu, u64 address, u32 bytes)
{
	return transfer(edu, DMA_BUFFER, address, bytes, DMA_TO_MEMORY);
}
