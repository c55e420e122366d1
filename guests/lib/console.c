/* SPDX-License-Identifier: BSD-2-Clause */
#include "console.h"

#include <stdarg.h>

#include "cell.h"
#include "cpu.h"
#include "format.h"

#define TEXT_MAX 256u

/* An exception inside print must still be able to print: after so many tries it takes the lock. */
#define LOCK_TRIES 1000000u

static struct bh_cell_console *console;
static u32 console_lock; /* the ring's only producer at a time; covers head and dropped */

void console_init(u64 console_gpa)
{
	console = (struct bh_cell_console *)(uintptr_t)console_gpa;
}

static void lock(void)
{
	for (u32 i = 0; i < LOCK_TRIES; i++) {
		if (!__atomic_exchange_n(&console_lock, 1, __ATOMIC_ACQUIRE))
			return;
		pause();
	}
}

static void unlock(void)
{
	__atomic_store_n(&console_lock, 0, __ATOMIC_RELEASE);
}

static void ring_write(const char *text, u32 len)
{
	u32 head = console->head;
	u32 tail = __atomic_load_n(&console->tail, __ATOMIC_ACQUIRE);

	if (len > BH_CONSOLE_RING - (head - tail)) {
		console->dropped += len;
		return;
	}
	for (u32 i = 0; i < len; i++)
		console->data[(head + i) % BH_CONSOLE_RING] = (u8)text[i];
	/* Pairs with the hypervisor's acquire of head: the bytes are there before it counts them.
	 */
	__atomic_store_n(&console->head, head + len, __ATOMIC_RELEASE);
}

void print(const char *format, ...)
{
	char text[TEXT_MAX];
	va_list args;
	u32 len;
	u64 flags;

	va_start(args, format);
	len = format_text(text, sizeof(text), format, args);
	va_end(args);

	flags = interrupts_save();
	lock();
	ring_write(text, len);
	unlock();
	interrupts_restore(flags);
	if ((cell_info->flags & BH_CELL_CONSOLE_DOORBELL) && len && text[len - 1] == '\n')
		hypercall(BH_HC_CONSOLE, 0, 0);
}

void console_life_sign(void)
{
	__atomic_fetch_add(&console->watchdog, 1, __ATOMIC_RELAXED);
}

bool console_taken(void)
{
	return __atomic_load_n(&console->tail, __ATOMIC_ACQUIRE) == console->head;
}
