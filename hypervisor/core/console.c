/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/console.h"

#include "core/cell.h"
#include "core/format.h"
#include "core/main.h"
#include "core/sync.h"
#include "devices/uart16550.h"

#define LINE_MAX 200u

/* A CPU that faulted inside put_line still wants to say so: print in between after a while. */
#define UART_LOCK_SPINS 10000000u

/*
 * A line of 60 characters takes 5 ms of a root CPU at 115200 baud. All cells together get 25 lines
 * a second in the long run; their rings hold what must wait.
 */
#define PRINT_INTERVAL_MS 40u
#define PRINT_BURST       32u

/* uart_lock covers the UART; drain_lock covers all cells' console_tail and is taken first */
static struct spinlock uart_lock, drain_lock;
static u16 uart_port;
static struct rate print_rate; /* covered by drain_lock */

void console_init(u16 port)
{
	uart_port = port;
	if (port)
		uart_init(port);
}

static void put_text(const char *text)
{
	while (*text)
		uart_put(uart_port, (u8)*text++);
}

static void put_line(const char *prefix, const char *text, const char *suffix)
{
	bool locked;

	if (!uart_port)
		return;
	locked = spin_lock_bounded(&uart_lock, UART_LOCK_SPINS);
	put_text(prefix);
	put_text(text);
	put_text(suffix);
	put_text("\r\n");
	if (locked)
		spin_unlock(&uart_lock);
}

void vsay(const char *fmt, va_list ap)
{
	char line[LINE_MAX];

	vformat(line, sizeof(line), fmt, ap);
	put_line("bulkhead: ", line, "");
}

void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(fmt, ap);
	va_end(ap);
}

/* Copy one line out of the ring; false when there is no whole one. The cell may lie about head. */
static bool peek_line(const struct cell *cell, char *line, u32 *next_tail)
{
	u32 head = __atomic_load_n(&cell->console->head, __ATOMIC_ACQUIRE);
	u32 tail = cell->console_tail;
	u32 avail = head - tail;
	u32 n = 0, taken = 0;
	bool whole = false;

	line[0] = 0;
	if (avail > BH_CONSOLE_RING) { /* nobody knows what of it is text: go on behind it */
		*next_tail = head;
		return true;
	}
	while (taken < avail && taken < LINE_MAX - 1 && !whole) {
		char c = (char)__atomic_load_n(
			&cell->console->data[(tail + taken) % BH_CONSOLE_RING], __ATOMIC_RELAXED);

		taken++;
		whole = c == '\n';
		if (!whole && c != '\r')
			line[n++] = c >= ' ' && c < 127 ? c : '.';
	}
	line[n] = 0;
	if (!whole && taken < LINE_MAX - 1)
		return false;
	*next_tail = tail + taken;
	return true;
}

/* Print one line of a cell, if it has a whole one and the budget allows. */
static bool drain_line(struct cell *cell)
{
	char prefix[48], line[LINE_MAX];
	u32 next_tail;

	if ((cell->flags & BH_CELL_QUIET) || !peek_line(cell, line, &next_tail) ||
	    !rate_take(&print_rate, rdtsc(), (u64)tsc_khz * PRINT_INTERVAL_MS, PRINT_BURST))
		return false; /* a cell that prints without end fills its ring, not a root CPU */
	cell->console_tail = next_tail;
	__atomic_store_n(&cell->console->tail, next_tail, __ATOMIC_RELEASE);
	format(prefix, sizeof(prefix), "[%s] ", cell->name);
	put_line(prefix, line, "");
	return true;
}

void console_drain(void)
{
	static u32 turn; /* covered by drain_lock: whose line is next, so that nobody is left out */
	u32 rt_cells = cell_count - 1, idle = 0;

	if (!rt_cells || __atomic_exchange_n(&drain_lock.held, 1, __ATOMIC_ACQUIRE))
		return; /* another root CPU is at it */
	while (idle < rt_cells) {
		idle = drain_line(&cells[1 + turn % rt_cells]) ? 0 : idle + 1;
		turn++;
	}
	spin_unlock(&drain_lock);
}

void bug(const char *what, u64 value)
{
	say("bug: %s (0x%lx); this CPU stops", what, value);
	halt_forever();
}
