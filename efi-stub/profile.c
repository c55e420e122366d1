// SPDX-License-Identifier: BSD-2-Clause
#include "profile.h"

#include <bulkhead/image.h>

#define DIGITS_MAX 9u /* any such number fits into 32 bits */

static const struct {
	const char *id, *title;
} kinds[PROFILE_COUNT] = {
	[PROFILE_PARTITIONED] = {"partitioned", "partitioned"               },
	[PROFILE_LINUX] = {"linux",       "Linux alone, no partitions"},
	[PROFILE_CHECK] = {"hwcheck",     "hardware check"            },
	[PROFILE_HWDUMP] = {"hwdump",      "hardware dump"             },
};

const char *profile_id(enum profile_kind kind)
{
	return kinds[kind].id;
}

const char *profile_title(enum profile_kind kind)
{
	return kinds[kind].title;
}

static u32 unit_at(const u8 *text, u64 size, u64 index)
{
	if (2 * index + 2 > size)
		return 0;
	return text[2 * index] | (u32)text[2 * index + 1] << 8;
}

u32 profile_number(const void *text, u64 size)
{
	u32 number = 0, unit, at = 1;

	if (unit_at(text, size, 0) != '@')
		return 0;
	for (; at <= DIGITS_MAX; at++) {
		unit = unit_at(text, size, at);
		if (unit < '0' || unit > '9')
			break;
		number = 10 * number + unit - '0';
	}
	unit = unit_at(text, size, at);
	/* "@" alone, "@1x" and longer numbers are something else, as they are to systemd's stub. */
	if (at == 1 || (unit != ' ' && unit != 0))
		return 0;
	return number;
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/* Index of the section of profile @number; pe->count if there is none. */
static u32 find(const struct pe_image *pe, u32 number)
{
	struct pe_section s;
	u32 i, seen = 0;

	for (i = 0; i < pe->count; i++) {
		pe_section_at(pe, i, &s);
		if (same(s.name, PROFILE_SECTION) && seen++ == number)
			break;
	}
	return i;
}

/* A line of os-release(5): KEY=VALUE, the value perhaps in quotes. */
struct line {
	const u8 *text;
	u64 size;
};

static bool starts_with(const struct line *line, const char *key)
{
	u64 i;

	for (i = 0; key[i]; i++)
		if (i == line->size || line->text[i] != (u8)key[i])
			return false;
	return true;
}

/* It goes to consoles: nothing but printable ASCII gets through. */
static void copy_value(const struct line *line, u32 from, char *out)
{
	u64 end = line->size;
	u32 n = 0;

	while (end > from && (line->text[end - 1] <= ' ' || line->text[end - 1] == 0x7f))
		end--;
	if (end >= from + 2u && (line->text[from] == '"' || line->text[from] == '\'') &&
	    line->text[end - 1] == line->text[from]) {
		from++;
		end--;
	}
	for (u64 i = from; i < end && n < PROFILE_TEXT - 1; i++)
		out[n++] = line->text[i] >= ' ' && line->text[i] < 0x7f ? (char)line->text[i] : '?';
	out[n] = 0;
}

static void use_line(const struct line *line, struct profile *out)
{
	if (starts_with(line, "ID="))
		copy_value(line, 3, out->id);
	else if (starts_with(line, "TITLE="))
		copy_value(line, 6, out->title);
}

static void read_text(const struct pe_span *span, struct profile *out)
{
	struct line line = {span->data, 0};

	for (u64 i = 0; i < span->size; i++) {
		if (span->data[i] != '\n') {
			line.size++;
			continue;
		}
		use_line(&line, out);
		line = (struct line){span->data + i + 1, 0};
	}
	use_line(&line, out);
}

bool profile_span(const struct pe_image *pe, u32 number, struct pe_span *out)
{
	struct pe_section s;

	if (pe_section_at(pe, find(pe, number), &s))
		return false;
	pe_span_of(pe, &s, out);
	return true;
}

bool profile_at(const struct pe_image *pe, u32 number, struct profile *out)
{
	struct pe_span span;

	if (!profile_span(pe, number, &span))
		return false;
	*out = (struct profile){.kind = PROFILE_COUNT};
	read_text(&span, out);
	for (u32 i = 0; i < PROFILE_COUNT; i++)
		if (same(out->id, kinds[i].id))
			out->kind = (enum profile_kind)i;
	return true;
}

const char *profile_overrides(const struct pe_image *pe, u32 number)
{
	static const char *const used[] = {".linux",   ".initrd",         ".ucode",
					   ".cmdline", BH_SECTION_CONFIG, BH_SECTION_CELLS};
	struct pe_section s;

	for (u32 i = find(pe, number) + 1; i < pe->count; i++) {
		pe_section_at(pe, i, &s);
		if (same(s.name, PROFILE_SECTION))
			break;
		for (u32 k = 0; k < sizeof(used) / sizeof(used[0]); k++)
			if (same(s.name, used[k]))
				return used[k];
	}
	return NULL;
}

bool profile_choose(const struct pe_image *pe, u32 number, enum profile_kind *out, struct why *why)
{
	struct profile p;
	const char *other;

	*out = PROFILE_PARTITIONED;
	if (!profile_at(pe, number, &p))
		return number == 0 ||
		       because(why,
			       "this image has no profile @%u, which its load options ask for: "
			       "correct the boot entry, or leave @%u out",
			       number, number);
	if (p.kind == PROFILE_COUNT)
		return because(why,
			       "profile @%u of this image is called '%s', which this stub does not "
			       "know: build the image with the mkimage of the same build",
			       number, p.id);
	other = profile_overrides(pe, number);
	if (other)
		return because(why,
			       "profile @%u has a section %s of its own, which the image's "
			       "checksums do not cover: build the image with mkimage alone",
			       number, other);
	*out = p.kind;
	return true;
}
