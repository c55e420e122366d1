/* SPDX-License-Identifier: BSD-2-Clause */
/* I/O ports: reads give ones, writes vanish, among them those that reset or switch off a PC. */
#include "probe.h"

#include "try.h"

struct io {
	u16 port;
	u32 value;
};

static void in_8(void *arg)
{
	struct io *io = arg;

	__asm__ volatile("inb %1, %b0" : "+a"(io->value) : "Nd"(io->port));
}

static void in_16(void *arg)
{
	struct io *io = arg;

	__asm__ volatile("inw %1, %w0" : "+a"(io->value) : "Nd"(io->port));
}

static void in_32(void *arg)
{
	struct io *io = arg;

	__asm__ volatile("inl %1, %0" : "+a"(io->value) : "Nd"(io->port));
}

static void out_8(void *arg)
{
	struct io *io = arg;

	__asm__ volatile("outb %b0, %1" : : "a"(io->value), "Nd"(io->port));
}

static void out_16(void *arg)
{
	struct io *io = arg;

	__asm__ volatile("outw %w0, %1" : : "a"(io->value), "Nd"(io->port));
}

static void out_32(void *arg)
{
	struct io *io = arg;

	__asm__ volatile("outl %0, %1" : : "a"(io->value), "Nd"(io->port));
}

/* Keyboard, PIC, PIT, clock, COM2, COM1, PCI configuration, ACPI. */
static const u16 read_ports[] = {0x60,  0x64,  0x21,  0x40,  0x71,  0x2fd,
				 0x3fd, 0xcf8, 0xcfc, 0x604, 0x608, 0xffff};

static bool reads(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(read_ports); i++) {
		struct io byte = {read_ports[i], 0}, word = byte, dword = byte;

		if (!expect_none(in_8, &byte, "IN") || !expect_none(in_16, &word, "IN") ||
		    !expect_none(in_32, &dword, "IN"))
			return false;
		if (byte.value != 0xff || word.value != 0xffff || dword.value != 0xffffffff)
			return because("port 0x%x reads 0x%x 0x%x 0x%x", read_ports[i], byte.value,
				       word.value, dword.value);
	}
	return true;
}

static const struct {
	u32 value;
	u16 port;
	void (*out)(void *);
} writes[] = {
	{0xff,       0x21,   out_8 }, /* mask root's interrupts */
	{0xff,       0xa1,   out_8 },
        {0x00,       0x43,   out_8 }, /* reprogram the PIT */
	{0x01,       0x92,   out_8 }, /* fast reset */
	{0xfe,       0x64,   out_8 }, /* the keyboard controller's reset line */
	{0x0e,       0xcf9,  out_8 }, /* the chipset's reset */
	{0x06,       0xcf9,  out_8 },
        {0xff,       0xb2,   out_8 }, /* an SMI */
	{0x2000,     0x604,  out_16}, /* ACPI power off of QEMU's q35 */
	{0x2000,     0xb004, out_16}, /* of Bochs and QEMU's pc */
	{0x3c00,     0x404,  out_16},
        {0x80000000, 0xcf8,  out_32}, /* PCI configuration */
	{0xffffffff, 0xcfc,  out_32},
        {'X',        0x3f8,  out_8 }, /* the hypervisor's console */
	{'X',        0x2f8,  out_8 }, /* root's console */
};

static bool writes_vanish(void)
{
	static const char bochs_off[] = "Shutdown"; /* spelled out at this port it ends Bochs */

	for (u32 i = 0; i < ARRAY_SIZE(writes); i++) {
		struct io io = {writes[i].port, writes[i].value};

		if (!expect_none(writes[i].out, &io, "OUT"))
			return false;
	}
	for (u32 i = 0; bochs_off[i]; i++) {
		struct io io = {0x8900, (u32)bochs_off[i]};

		if (!expect_none(out_8, &io, "OUT"))
			return false;
	}
	return true;
}

static void in_string(void *arg)
{
	u64 count = 2, to = (uintptr_t)arg;
	u16 port = 0x60;

	__asm__ volatile("rep insb" : "+c"(count), "+D"(to) : "d"(port) : "memory");
}

static void out_string(void *arg)
{
	u64 count = 2, from = (uintptr_t)arg;
	u16 port = 0xcf9;

	__asm__ volatile("rep outsb" : "+c"(count), "+S"(from) : "d"(port) : "memory");
}

static bool strings(void)
{
	u8 buffer[2] = {6, 6};

	return expect_fault(VECTOR_GP, in_string, buffer, "INS") &&
	       expect_fault(VECTOR_GP, out_string, buffer, "OUTS");
}

const struct probe port_probes[] = {
	{"IN from every width",          reads        },
	{"OUT to reset and power ports", writes_vanish},
	{"INS and OUTS",                 strings      },
	{NULL,			   NULL         },
};
