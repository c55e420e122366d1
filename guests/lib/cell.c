/* SPDX-License-Identifier: BSD-2-Clause */
#include "cell.h"

#include "apic.h"
#include "console.h"
#include "cpu.h"
#include "interrupts.h"

const struct bh_cell_info *cell_info;

void cell_start(const struct bh_cell_info *info)
{
	/* Without a known info page there is no console either: all that is left is to stop. */
	if (info->magic != BH_CELL_INFO_MAGIC || info->version != BH_CELL_INFO_VERSION ||
	    info->size < sizeof(*info))
		halt();
	cell_info = info;
	console_init(info->console_gpa);
	interrupts_init();
	apic_init();
	cell_main(info);
	halt();
}

static const void *at_offset(u32 offset)
{
	return (const u8 *)cell_info + offset;
}

const u32 *cell_apic_ids(void)
{
	return at_offset(cell_info->cpu_offset);
}

const struct bh_cell_mem *cell_memory(void)
{
	return at_offset(cell_info->mem_offset);
}

const struct bh_cell_link *cell_links(void)
{
	return at_offset(cell_info->link_offset);
}

static bool same_text(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

const struct bh_cell_link *cell_link(const char *name)
{
	for (u32 i = 0; i < cell_info->link_count; i++)
		if (same_text(cell_links()[i].name, name))
			return &cell_links()[i];
	return NULL;
}

const struct bh_cell_ports *cell_ports(void)
{
	return at_offset(cell_info->port_offset);
}

const struct bh_cell_irq *cell_irqs(void)
{
	return at_offset(cell_info->irq_offset);
}

const char *cell_args(void)
{
	return cell_info->args_offset ? at_offset(cell_info->args_offset) : "";
}

bool cell_ram_covers(u64 gpa, u64 size)
{
	const struct bh_cell_mem *mem = cell_memory();

	for (u32 i = 0; i < cell_info->mem_count; i++) {
		if (mem[i].kind != BH_MEM_RAM || !(mem[i].flags & BH_MEM_FLAG_WRITE))
			continue;
		if (gpa >= mem[i].gpa && size <= mem[i].size &&
		    gpa - mem[i].gpa <= mem[i].size - size)
			return true;
	}
	return false;
}

long hypercall(u32 number, u64 arg0, u64 arg1)
{
	long result;

	if (cell_info->flags & BH_CELL_VMMCALL)
		__asm__ volatile("vmmcall"
				 : "=a"(result)
				 : "a"((u64)number), "D"(arg0), "S"(arg1)
				 : "memory");
	else
		__asm__ volatile("vmcall"
				 : "=a"(result)
				 : "a"((u64)number), "D"(arg0), "S"(arg1)
				 : "memory");
	return result;
}
