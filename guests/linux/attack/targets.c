/* SPDX-License-Identifier: BSD-2-Clause */
#include "attack.h"

#define FILE_BYTES 65536u
#define SPANS      128u
#define CPU_IDS    64u
#define LOW_MEMORY 0x100000u /* below it there are ROMs and holes of every PC */
#define EDGE       64u

struct span {
	u64 first, end;
};

static struct span named[SPANS], foreign[SPANS];
static u32 named_count, foreign_count;
static u32 ids[CPU_IDS], id_count;

static const char *read_file(const char *path)
{
	static char text[FILE_BYTES];
	int fd = open_file(path, O_RDONLY);
	long n, at = 0;

	if (fd < 0)
		return NULL;
	while (at < (long)FILE_BYTES - 1) {
		n = sys(SYS_READ, fd, (long)(text + at), FILE_BYTES - 1 - at, 0, 0, 0);
		if (n <= 0)
			break;
		at += n;
	}
	sys(SYS_CLOSE, fd, 0, 0, 0, 0, 0);
	text[at] = 0;
	return text;
}

static const char *number(const char *s, u32 base, u64 *value)
{
	for (*value = 0;; s++) {
		u32 digit = *s >= '0' && *s <= '9'   ? (u32)(*s - '0')
			    : *s >= 'a' && *s <= 'f' ? (u32)(*s - 'a' + 10)
						     : 99;

		if (digit >= base)
			return s;
		*value = *value * base + digit;
	}
}

static bool begins(const char *s, const char *with)
{
	while (*with && *s == *with)
		s++, with++;
	return !*with;
}

static const char *next_line(const char *s)
{
	while (*s && *s != '\n')
		s++;
	return *s ? s + 1 : s;
}

/*
 * A line without indentation: "00100000-3e1c7fff : System RAM". The firmware's ranges have names
 * as root's own RAM has; what lies between them without one is foreign. "RAM buffer" is the
 * kernel's name for the beginning of such a gap.
 */
static void take_line(const char *line, u64 *ram_end)
{
	u64 before = named_count ? named[named_count - 1].end : 0;
	struct span span;

	line = number(line, 16, &span.first);
	line = number(line + 1, 16, &span.end);
	span.end++;
	if (begins(line, " : RAM buffer"))
		return;
	if (named_count < SPANS)
		named[named_count++] = span;
	if (before >= LOW_MEMORY && before < span.first && foreign_count < SPANS)
		foreign[foreign_count++] = (struct span){before, span.first};
	if (begins(line, " : System RAM"))
		*ram_end = span.end;
}

static void take_iomem(const char *text)
{
	u64 ram_end = 0;

	for (; *text; text = next_line(text))
		if (*text != ' ')
			take_line(text, &ram_end);
	while (foreign_count && foreign[foreign_count - 1].first >= ram_end)
		foreign_count--;
}

static void take_cpus(const char *text)
{
	u64 id;

	for (; *text; text = next_line(text)) {
		if (!begins(text, "apicid"))
			continue;
		while (*text && *text != ':')
			text++;
		number(text + 2, 10, &id);
		if (id_count < CPU_IDS)
			ids[id_count++] = (u32)id;
	}
}

bool targets_init(void)
{
	const char *text = read_file("/proc/iomem");

	if (text)
		take_iomem(text);
	text = read_file("/proc/cpuinfo");
	if (text)
		take_cpus(text);
	for (u32 i = 0; i < foreign_count; i++)
		say("attack: foreign memory 0x%x-0x%x\n", foreign[i].first, foreign[i].end);
	if (!foreign_count || !id_count)
		say("attack: /proc/iomem shows no gap, or /proc/cpuinfo no CPU\n");
	return foreign_count && id_count;
}

static u64 edge(const struct span *span)
{
	return one_in(2) ? span->first + below(EDGE) : span->end - 1 - below(EDGE);
}

u64 target_foreign(void)
{
	const struct span *span = &foreign[below(foreign_count)];

	return one_in(4) ? edge(span) : span->first + below(span->end - span->first);
}

static bool is_named(u64 address)
{
	for (u32 i = 0; i < named_count; i++)
		if (address + 8192 > named[i].first && address < named[i].end)
			return true;
	return false;
}

/* VT-d units, TPM and messages to the APICs are nobody's for root. What has a name is root's. */
u64 target_empty(void)
{
	static const u64 places[] = {0xfed90000, 0xfed91000, 0xfed40000, 0xfee01000, 0xfeeff000,
				     0xfec01000, 0xfec10000, 0xfe000000, 0xfe001000};
	u64 address;

	if (one_in(4))
		return PICK(places) + below(4096);
	do
		address = one_in(2) ? (u32)rnd() : rnd() >> (24 + below(16));
	while (is_named(address));
	return address;
}

static bool is_own(u32 id)
{
	for (u32 i = 0; i < id_count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

u32 target_apic_id(void)
{
	u32 id;

	do
		id = (u32)below(one_in(4) ? 255 : 8);
	while (is_own(id));
	return id;
}

bool target_single_cpu(void)
{
	return id_count == 1;
}
