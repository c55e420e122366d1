/* SPDX-License-Identifier: BSD-2-Clause */
/* All I/O ports, and PCI configuration space by the ports 0xcf8 and 0xcfc. */
#include "attack.h"

/* Never written, in full or in part. */
static const struct {
	u16 first, last;
	const char *why;
} excluded[] = {
	{0x00,   0x1f,   "DMA controller 1: root's own devices would write root's memory"},
	{0x20,   0x21,   "PIC: root's own interrupts"                                    },
	{0x40,   0x43,   "PIT: root's own clock"                                         },
	{0x60,   0x64,   "i8042: can pulse the reset line, which root may"               },
	{0x70,   0x71,   "CMOS: root's own clock and the firmware's settings"            },
	{0x80,   0x8f,   "DMA pages, as 0x00; 0x80 itself is read"                       },
	{0x92,   0x92,   "fast reset, which root may"                                    },
	{0xa0,   0xa1,   "PIC 2"							 },
	{0xb2,   0xb3,   "SMI command: calls the firmware's SMM code, which root may"    },
	{0xc0,   0xdf,   "DMA controller 2"					      },
	{0x170,  0x177,  "root's disk"						   },
	{0x1f0,  0x1f7,  "root's disk"						   },
	{0x2f8,  0x2ff,  "COM2: root's console, on which the result is printed"          },
	{0x376,  0x376,  "root's disk"						   },
	{0x3f6,  0x3f6,  "root's disk"						   },
	{0x402,  0x402,  "the firmware's debug console on QEMU"                          },
	{0x4d0,  0x4d1,  "PIC trigger modes"					     },
	{0x500,  0x51f,  "QEMU's fw_cfg: its DMA writes root's memory"                   },
	{0x600,  0x6ff,  "PM1 of q35: switches the machine off, which root may"          },
	{0xae00, 0xae1f, "PCI hotplug of QEMU: takes root's devices away"                },
	{0xb000, 0xb0ff, "PM1 of i440FX and PIIX4: as 0x600"                             },
	{0xcd8,  0xcf7,  "CPU and memory hotplug of QEMU: root's own"                    },
	{0xcf8,  0xcff,  "PCI configuration, the reset port 0xcf9: attack_pci"           },
	{0xc000, 0xc0ff, "I/O BARs of root's devices, its disk among them"               },
	{0x6000, 0x60ff, "as 0xc000"						     },
	{0x8900, 0x89ff, "Bochs: the word \"Shutdown\" here ends the emulator"           },
};

#define PCI_ADDRESS   0xcf8u
#define PCI_DATA      0xcfcu
#define PCI_ENABLE    0x80000000u
#define PCI_CLASS     0x08u
#define CLASS_STORAGE 0x01u
#define CLASS_ISA     0x0601u /* with its subclass: the bridge to the PC's old devices */
#define DEVICE_OWN    0x40u   /* the first register that means something else in each device */
#define NO_DEVICE     0xffffffffu

struct port_op {
	u16 port;
	u8 size;
	bool out, string;
	u32 value;
	u8 buffer[32];
};

bool ports_init(void)
{
	long result = sys(SYS_IOPL, 3, 0, 0, 0, 0, 0);

	if (result < 0)
		say("attack: no ports: iopl says %u\n", (u64)-result);
	return result >= 0;
}

static bool may_write(u32 port, u32 size)
{
	for (u32 i = 0; i < ARRAY_SIZE(excluded); i++)
		if (port <= excluded[i].last && port + size > excluded[i].first)
			return false;
	return port + size <= 0x10000 || size == 1; /* it would wrap to port 0 */
}

static u32 in(u16 port, u8 size)
{
	u32 value = 0;

	if (size == 1)
		__asm__ volatile("inb %w1, %b0" : "+a"(value) : "d"(port));
	else if (size == 2)
		__asm__ volatile("inw %w1, %w0" : "+a"(value) : "d"(port));
	else
		__asm__ volatile("inl %w1, %k0" : "+a"(value) : "d"(port));
	return value;
}

static void out(u16 port, u8 size, u32 value)
{
	if (size == 1)
		__asm__ volatile("outb %b0, %w1" : : "a"(value), "d"(port));
	else if (size == 2)
		__asm__ volatile("outw %w0, %w1" : : "a"(value), "d"(port));
	else
		__asm__ volatile("outl %k0, %w1" : : "a"(value), "d"(port));
}

static void string_io(struct port_op *op)
{
	u64 count = sizeof(op->buffer) / op->size;
	void *at = op->buffer;

	if (op->out)
		__asm__ volatile("rep outsb" : "+S"(at), "+c"(count) : "d"(op->port) : "memory");
	else if (op->size == 1)
		__asm__ volatile("rep insb" : "+D"(at), "+c"(count) : "d"(op->port) : "memory");
	else if (op->size == 2)
		__asm__ volatile("rep insw" : "+D"(at), "+c"(count) : "d"(op->port) : "memory");
	else
		__asm__ volatile("rep insl" : "+D"(at), "+c"(count) : "d"(op->port) : "memory");
}

static void do_port(void *arg)
{
	struct port_op *op = arg;

	if (op->string)
		string_io(op);
	else if (op->out)
		out(op->port, op->size, op->value);
	else
		in(op->port, op->size);
}

/* Reading 0x60 or a FIFO takes something from root only. */
void attack_port(void)
{
	static const u16 special[] = {0x3f8, 0x3f9,  0x3fa,  0x3fb, 0x3fc, 0x3fd, 0x3ff, 0x80,
				      0x3f5, 0xffff, 0xfffd, 0x2f6, 0xb2,  0xcf9, 0x92,  0x61};
	struct port_op op = {.port = one_in(4) ? PICK(special) : (u16)rnd(),
			     .size = (u8)(1u << below(3)),
			     .string = one_in(8),
			     .value = (u32)odd_value()};

	op.out = one_in(2) && may_write(op.port, op.size);
	if (op.port == 0xcf9 || (op.string && op.out && !may_write(op.port, 4)))
		op.out = false;
	attempt(do_port, &op);
}

struct pci_op {
	u32 address;
	u8 offset, size;
	bool write;
	u32 value, result;
};

/*
 * Not written, because it is root's own: a storage controller's registers, which are DMA addresses,
 * and those of the ISA bridge that route interrupts and place the power management. Bochs ends
 * itself when two devices come to one interrupt line.
 */
static bool may_write_pci(u32 function, u32 reg)
{
	u32 class;

	out(PCI_ADDRESS, 4, function);
	if (in(PCI_DATA, 4) == NO_DEVICE)
		return true;
	out(PCI_ADDRESS, 4, function | PCI_CLASS);
	class = in(PCI_DATA, 4) >> 16;
	return class >> 8 != CLASS_STORAGE && !(class == CLASS_ISA && reg >= DEVICE_OWN);
}

static void do_pci(void *arg)
{
	struct pci_op *op = arg;

	if (op->write && !may_write_pci(op->address & ~0xffu, op->address & 0xff))
		op->write = false;
	out(PCI_ADDRESS, 4, op->address);
	if (op->write)
		out((u16)(PCI_DATA + op->offset), op->size, op->value);
	else
		op->result = in((u16)(PCI_DATA + op->offset), op->size);
}

/* Functions that are there come up more often; the host bridge, 00:00.0, moves memory itself. */
static u32 pick_function(void)
{
	static const u8 devices[] = {0x00, 0x00, 0x00, 0x08, 0x09, 0x0b, 0x10, 0xf8, 0xfa, 0xfb};

	if (one_in(2))
		return (u32)PICK(devices) << 8;
	return (u32)(rnd() & (one_in(2) ? 0xff00 : 0xffff00));
}

void attack_pci(void)
{
	struct pci_op op = {.address = PCI_ENABLE | pick_function() | (u32)(rnd() & 0xfc),
			    .size = (u8)(1u << below(3)),
			    .write = one_in(2),
			    .value = (u32)odd_value()};

	op.offset = (u8)(below(4) & ~(op.size - 1u));
	if (one_in(16))
		op.address ^= 1u << (24 + below(8)); /* reserved bits, the enable bit */
	attempt(do_pci, &op);
}
