// SPDX-License-Identifier: BSD-2-Clause
#include "devices/pci_ports.h"

#include "core/cell.h"
#include "core/cpu.h"

/* PCI Local Bus Specification, "Configuration Mechanism" */
#define PORT_ADDRESS     0xcf8u
#define PORT_DATA        0xcfcu
#define PORT_COUNT       4u
#define ADDRESS_VALID    BIT32(31)
#define ADDRESS_WRITABLE 0x80fffffcu

static u32 *address; /* [a] one register a cell, as the machine has one for all its CPUs */

/* Only dwords reach the register; the ports behind the first have other uses (0xcf9: reset). */
static void address_port(struct vcpu *v, void *arg, struct bus_access *a)
{
	(void)arg;
	if (a->offset || a->size != 4)
		return;
	if (a->write)
		__atomic_store_n(&address[v->cell->id], (u32)a->value & ADDRESS_WRITABLE,
				 __ATOMIC_RELAXED);
	else
		a->value = __atomic_load_n(&address[v->cell->id], __ATOMIC_RELAXED);
}

static void data_port(struct vcpu *v, void *arg, struct bus_access *a)
{
	u32 at = __atomic_load_n(&address[v->cell->id], __ATOMIC_RELAXED);

	(void)arg;
	if (at & ADDRESS_VALID)
		pci_access(v, (u16)(at >> 8), (at & 0xfc) + (u32)a->offset, a);
}

/* PCI Express Base Specification, "Enhanced Configuration Access Mechanism" */
static void mmconfig(struct vcpu *v, void *arg, struct bus_access *a)
{
	(void)arg;
	pci_access(v, (u16)(a->offset >> 12), (u32)a->offset & 0xfff, a);
}

enum bh_err pci_ports_init(struct page_pool *pool)
{
	u64 bytes = ALIGN_UP(cell_count * sizeof(*address), PAGE_SIZE);

	address = pool_alloc(pool, (u32)(bytes / PAGE_SIZE));
	return address ? BH_OK : BH_ERR_NOMEM;
}

enum bh_err pci_ports_open(struct cell *cell, const struct bh_boot_info *info)
{
	u64 size = (u64)info->mmconfig_buses << 20;
	enum bh_err err = bus_add(&cell->pio, PORT_ADDRESS, PORT_COUNT, address_port, NULL);

	if (!err)
		err = bus_add(&cell->pio, PORT_DATA, PORT_COUNT, data_port, NULL);
	cell_trap_ports(cell, PORT_ADDRESS, 1);
	cell_trap_ports(cell, PORT_DATA, PORT_COUNT);
	if (err || !size)
		return err;
	if (cell->is_root) /* an RT cell has nothing there but, perhaps, RAM of its own */
		err = cell_trap_memory(cell, info->mmconfig_phys, size);
	return err ? err : bus_add(&cell->mmio, info->mmconfig_phys, size, mmconfig, NULL);
}
