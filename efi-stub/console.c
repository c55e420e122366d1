// SPDX-License-Identifier: BSD-2-Clause
#include "console.h"

#include "core/format.h"
#include "core/string.h"
#include "uart.h"
#include "uefi.h"

#define LINE_SIZE 512u

/* Device path nodes (UEFI specification, "ACPI Device Path" and "Device Path Nodes") */
#define NODE_ACPI     2u
#define NODE_ACPI_HID 1u
#define HID_UART      0x050141d0u /* EISA id of PNP0501 */

struct acpi_node {
	u8 type, subtype;
	u16 length;
	u32 hid, uid;
} __attribute__((packed));

static bool uart_used;

/* Does a list of console device paths hold the PC's UART number @uid? */
static bool paths_hold_uart(const u8 *p, UINTN size, u32 uid)
{
	struct acpi_node node;
	UINTN at = 0;

	while (at + 4 <= size) {
		u32 length = p[at + 2] | (u32)p[at + 3] << 8;

		if (length < 4 || length > size - at)
			return false;
		if (length >= sizeof(node)) {
			memcpy(&node, p + at, sizeof(node));
			if (node.type == NODE_ACPI && node.subtype == NODE_ACPI_HID &&
			    node.hid == HID_UART && node.uid == uid)
				return true;
		}
		at += length;
	}
	return false;
}

/* A line would come twice where the firmware's console is this very port. */
static bool firmware_prints_on(u16 port)
{
	static u8 paths[1024];
	UINTN size;

	if (port != 0x3f8 && port != 0x2f8)
		return false;
	size = uefi_variable(L"ConOut", paths, sizeof(paths));
	return paths_hold_uart(paths, size, port == 0x3f8 ? 0 : 1);
}

void console_open(u16 port)
{
	uart_used = port && !firmware_prints_on(port);
	if (uart_used)
		uart_open(port);
}

static void efi_write(const char *text)
{
	static CHAR16 wide[2 * LINE_SIZE];
	u32 n = 0;

	if (!efi_st->ConOut)
		return;
	for (; *text; text++) {
		if (*text == '\n')
			wide[n++] = '\r';
		wide[n++] = (u8)*text;
	}
	wide[n] = 0;
	/* A console that fails must not keep the machine from starting. */
	(void)efi_st->ConOut->OutputString(efi_st->ConOut, wide);
}

void say(const char *fmt, ...)
{
	static char line[LINE_SIZE];
	va_list ap;
	u32 n;

	n = format(line, sizeof(line) - 1, "bulkhead: ");
	va_start(ap, fmt);
	n += vformat(line + n, (u32)sizeof(line) - 1 - n, fmt, ap);
	va_end(ap);
	line[n] = '\n';
	line[n + 1] = 0;
	efi_write(line);
	if (uart_used)
		uart_write(line);
}
