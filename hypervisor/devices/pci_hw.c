// SPDX-License-Identifier: BSD-2-Clause
#include "devices/pci_hw.h"

#include "core/sync.h"
#include "x86/asm.h"
#include "x86/host_tables.h"

#define PORT_ADDRESS  0xcf8u
#define PORT_DATA     0xcfcu
#define ADDRESS_VALID BIT32(31)
#define PORT_SPACE    0x100u /* registers that the ports reach */

static u8 *mmconfig;          /* [I] NULL: none */
static u32 buses;             /* [I] that it covers */
static struct spinlock ports; /* the address register between the two accesses */

enum bh_err pci_hw_init(const struct bh_boot_info *info)
{
	if (!info->mmconfig_phys)
		return BH_OK;
	buses = info->mmconfig_buses;
	mmconfig = host_map(info->mmconfig_phys, (u64)buses << 20, MT_UC);
	return mmconfig ? BH_OK : BH_ERR_NOMEM;
}

bool pci_hw_extended(u16 bdf)
{
	return mmconfig && bdf >> 8u < buses;
}

static u8 *mapped(u16 bdf, u32 reg)
{
	return mmconfig + ((u64)bdf << 12) + reg;
}

/* Some AMD CPUs only accept moves between EAX and MMCONFIG (BKDG, family 10h). */
static u32 read_mapped(const u8 *p, u32 size)
{
	u32 v = 0;

	if (size == 1)
		__asm__ volatile("movb %1, %%al" : "+a"(v) : "m"(*p));
	else if (size == 2)
		__asm__ volatile("movw %1, %%ax" : "+a"(v) : "m"(*(const u16 *)p));
	else
		__asm__ volatile("movl %1, %%eax" : "=a"(v) : "m"(*(const u32 *)p));
	return v;
}

static void write_mapped(u8 *p, u32 size, u32 v)
{
	if (size == 1)
		__asm__ volatile("movb %%al, %0" : "=m"(*p) : "a"(v));
	else if (size == 2)
		__asm__ volatile("movw %%ax, %0" : "=m"(*(u16 *)p) : "a"(v));
	else
		__asm__ volatile("movl %%eax, %0" : "=m"(*(u32 *)p) : "a"(v));
}

static u16 select(u16 bdf, u32 reg)
{
	outl(PORT_ADDRESS, ADDRESS_VALID | (u32)bdf << 8 | (reg & 0xfc));
	return (u16)(PORT_DATA + (reg & 3));
}

static u32 read_ports(u16 bdf, u32 reg, u32 size)
{
	u16 port;
	u32 v;

	spin_lock(&ports);
	port = select(bdf, reg);
	v = size == 1 ? inb(port) : size == 2 ? inw(port) : inl(port);
	spin_unlock(&ports);
	return v;
}

static void write_ports(u16 bdf, u32 reg, u32 size, u32 value)
{
	u16 port;

	spin_lock(&ports);
	port = select(bdf, reg);
	if (size == 1)
		outb(port, (u8)value);
	else if (size == 2)
		outw(port, (u16)value);
	else
		outl(port, value);
	spin_unlock(&ports);
}

u32 pci_hw_read(u16 bdf, u32 reg, u32 size)
{
	if (pci_hw_extended(bdf))
		return read_mapped(mapped(bdf, reg), size);
	return reg < PORT_SPACE ? read_ports(bdf, reg, size) : ~0u;
}

void pci_hw_write(u16 bdf, u32 reg, u32 size, u32 value)
{
	if (pci_hw_extended(bdf))
		write_mapped(mapped(bdf, reg), size, value);
	else if (reg < PORT_SPACE)
		write_ports(bdf, reg, size, value);
}
