// SPDX-License-Identifier: BSD-2-Clause
#include "window.h"

#include "core/string.h"

/* ACPI specification, "QWord Address Space Descriptor Definition" */
#define QWORD_TAG    0x8au
#define QWORD_SIZE   46u
#define QWORD_KIND   3u
#define QWORD_MIN    14u
#define QWORD_LENGTH 38u

static u64 get64(const u8 *p)
{
	u64 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

bool window_next(const u8 *list, u64 size, u64 *at, struct window *out)
{
	/* Everything but a QWORD descriptor, the end tag above all, ends the list. */
	while (*at <= size && size - *at >= QWORD_SIZE && list[*at] == QWORD_TAG) {
		const u8 *p = list + *at;
		u64 length = get64(p + QWORD_LENGTH);

		*at += QWORD_SIZE;
		out->kind = p[QWORD_KIND];
		out->start = get64(p + QWORD_MIN);
		if (length == 0 || length > UINT64_MAX - out->start)
			continue;
		out->end = out->start + length;
		return true;
	}
	return false;
}
