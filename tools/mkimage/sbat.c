// SPDX-License-Identifier: BSD-2-Clause
#include "sbat.h"

#include "pe.h"
#include "version.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Bulkhead's generation goes up by one with each release that fixes a Secure Boot hole. */
static const char own_lines[] =
	"sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"
	"uki,1,UKI,uki,1,https://uapi-group.org/specifications/specs/unified_kernel_image/\n"
	"bulkhead,1,Bulkhead,bulkhead," MKIMAGE_VERSION ",README.md\n";

#define KERNEL_SBAT_MAX 4096u /* what systemd's tools read of a text section, with room */

/* A line of the kernel counts if it is printable and not the format's own line. */
static bool wanted(const char *line, size_t size)
{
	size_t i;

	if (size < 5 || memcmp(line, "sbat,", 5) == 0)
		return false;
	for (i = 0; i < size; i++) {
		if (line[i] < 0x20 || line[i] > 0x7e)
			return false;
	}
	return true;
}

static char *append_lines(char *out, const char *lines, size_t size)
{
	size_t used = strlen(out), n;
	const char *end;

	while (size) {
		end = memchr(lines, '\n', size);
		n = end ? (size_t)(end - lines) : size;
		if (wanted(lines, n)) {
			out = mem_grow(out, used + n + 2, 1);
			memcpy(out + used, lines, n);
			used += n;
			out[used++] = '\n';
			out[used] = '\0';
		}
		n += end ? 1 : 0;
		lines += n;
		size -= n;
	}
	return out;
}

char *sbat_text(const struct blob *kernel)
{
	char *out = mem_text(own_lines, sizeof(own_lines) - 1);
	struct pe_image pe;
	struct pe_span span;

	/* A kernel without EFI stub is no PE file; then it has no lines to bring along. */
	if (pe_open(&pe, kernel->data, kernel->size, PE_LAYOUT_FILE) != PE_OK)
		return out;
	if (pe_section(&pe, ".sbat", &span) != PE_OK || span.size > KERNEL_SBAT_MAX)
		return out;
	return append_lines(out, (const char *)span.data,
			    strnlen((const char *)span.data, span.size));
}
