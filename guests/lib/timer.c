/* SPDX-License-Identifier: BSD-2-Clause */
#include "timer.h"

#include "apic.h"
#include "cell.h"
#include "cpu.h"

/* SDM vol. 3, "APIC Timer": LVT bits 18:17, and the divide configuration register. */
#define LVT_MASKED   (1u << 16)
#define LVT_PERIODIC (1u << 17)
#define DIVIDE_BY_1  0xbu
#define DIVIDE_BY_16 0x3u

u64 tsc_to_ns(u64 ticks)
{
	u64 khz = cell_info->tsc_khz;

	/* In two steps, so that the product cannot leave 64 bits: the rest is below 2^32. */
	return ticks / khz * 1000000 + ticks % khz * 1000000 / khz;
}

u64 tsc_from_us(u64 us)
{
	return us * cell_info->tsc_khz / 1000;
}

void delay_us(u64 us)
{
	u64 start = rdtsc();
	u64 ticks = tsc_from_us(us);

	while (rdtsc() - start < ticks)
		pause();
}

static bool timer_start(u32 lvt, u64 us)
{
	u64 count = us * cell_info->apic_khz / 1000;
	u32 divide = DIVIDE_BY_1;

	if (count > UINT32_MAX) {
		count /= 16;
		divide = DIVIDE_BY_16;
	}
	if (count == 0 || count > UINT32_MAX)
		return false;
	apic_write(APIC_TIMER_DIVIDE, divide);
	apic_write(APIC_LVT_TIMER, lvt);
	apic_write(APIC_TIMER_INITIAL, (u32)count);
	return true;
}

bool timer_periodic(u8 vector, u64 us)
{
	return timer_start(LVT_PERIODIC | vector, us);
}

bool timer_once(u8 vector, u64 us)
{
	return timer_start(vector, us);
}

void timer_stop(void)
{
	apic_write(APIC_LVT_TIMER, LVT_MASKED);
	apic_write(APIC_TIMER_INITIAL, 0);
}
