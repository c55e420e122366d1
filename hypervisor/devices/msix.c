// SPDX-License-Identifier: BSD-2-Clause
#include "devices/msix.h"

#include "core/cell.h"
#include "core/console.h"
#include "core/cpu.h"
#include "devices/pci.h"
#include "devices/pci_hw.h"
#include "iommu/iommu.h"
#include "x86/host_tables.h"
#include "x86/vlapic.h"

/* "Message Control for MSI-X", in the upper half of the first dword */
#define CONTROL_ENABLE   BIT32(31)
#define CONTROL_MASK_ALL BIT32(30)

#define CAP_SIZE         12u
#define ENTRY_SIZE       16u
enum {
	WORD_ADDRESS,
	WORD_UPPER,
	WORD_DATA,
	WORD_CONTROL
};
#define ENTRY_MASKED BIT32(0)

static volatile u32 *hw_word(const struct msix *x, u32 entry, u32 word)
{
	return (volatile u32 *)(x->page + x->offset + entry * ENTRY_SIZE + word * 4);
}

bool msix_hidden(const struct pci_fn *f)
{
	return !f->msix.cap;
}

bool msix_has(const struct pci_fn *f, u32 dword)
{
	u32 cap = f->info->msix_cap;

	return cap && dword >= cap && dword < cap + CAP_SIZE;
}

void msix_write(struct pci_fn *f, u32 dword, u32 lanes, u32 value)
{
	u32 mask = lanes & (CONTROL_ENABLE | CONTROL_MASK_ALL);

	if (f->msix.cap && dword == f->msix.cap)
		pci_config_masked(f, f->msix.cap, mask, value, 0);
}

static void refuse(struct vcpu *v, const struct pci_fn *f, u32 entry)
{
	const u32 *word = f->msix.shadow[entry].word;

	cell_refused(f->cell, v->cpu, BH_REFUSED_MSI,
		     "MSI-X %u of PCI function %02x:%02x.%x: 0x%x data 0x%x", entry,
		     f->info->bdf >> 8, f->info->bdf >> 3 & 0x1f, f->info->bdf & 7,
		     word[WORD_ADDRESS], word[WORD_DATA]);
}

/* Unmask an entry with the hypervisor's message for the guest's. */
static void arm(struct vcpu *v, struct pci_fn *f, u32 entry)
{
	struct msix *x = &f->msix;
	const u32 *word = x->shadow[entry].word;
	u64 address = (u64)word[WORD_UPPER] << 32 | word[WORD_ADDRESS];
	struct msi_message message;
	struct irq_target target;
	struct irq_wish wish;

	if (!irq_from_msi(address, word[WORD_DATA], &wish) ||
	    vlapic_route(v, &wish, &target) != IRQ_OK) {
		iommu_irq_set(f->first_irq + entry, NULL);
		refuse(v, f, entry);
		return;
	}
	iommu_irq_set(f->first_irq + entry, &target);
	iommu_msi_message(f->first_irq + entry, 1, &target, &message);
	*hw_word(x, entry, WORD_ADDRESS) = (u32)message.address;
	*hw_word(x, entry, WORD_UPPER) = (u32)(message.address >> 32);
	*hw_word(x, entry, WORD_DATA) = message.data;
	*hw_word(x, entry, WORD_CONTROL) = word[WORD_CONTROL];
}

static void write_word(struct vcpu *v, struct pci_fn *f, u32 at, u32 value)
{
	u32 entry = at / ENTRY_SIZE, word = at % ENTRY_SIZE / 4;
	u32 *shadow = f->msix.shadow[entry].word;
	bool was_masked = shadow[WORD_CONTROL] & ENTRY_MASKED;

	shadow[word] = value;
	/* What a masked entry holds is nobody's concern: it may be garbage. */
	if (was_masked && word != WORD_CONTROL)
		return;
	*hw_word(&f->msix, entry, WORD_CONTROL) = shadow[WORD_CONTROL] | ENTRY_MASKED;
	if (!(shadow[WORD_CONTROL] & ENTRY_MASKED))
		arm(v, f, entry);
}

/* Entries are accessed by aligned dwords or qwords ("MSI-X Table Structure"). */
static void access_table(struct vcpu *v, struct pci_fn *f, u32 at, struct bus_access *a)
{
	u64 value = 0;

	if (a->size < 4 || at % a->size)
		return;
	for (u32 i = 0; i < a->size; i += 4) {
		u32 *word = &f->msix.shadow[(at + i) / ENTRY_SIZE].word[(at + i) % ENTRY_SIZE / 4];

		if (a->write)
			write_word(v, f, at + i, (u32)(a->value >> (8 * i)));
		else
			value |= (u64)*word << (8 * i);
	}
	if (!a->write)
		a->value = value;
}

#define ACCESS(type)                                                                               \
	do {                                                                                       \
		if (a->write)                                                                      \
			*(volatile type *)p = (type)a->value;                                      \
		else                                                                               \
			a->value = *(volatile type *)p;                                            \
	} while (0)

/* Other registers that share a page with the table. */
static void access_neighbour(u8 *p, struct bus_access *a)
{
	if ((uintptr_t)p % a->size)
		return;
	switch (a->size) {
	case 1:
		ACCESS(u8);
		break;
	case 2:
		ACCESS(u16);
		break;
	case 4:
		ACCESS(u32);
		break;
	default:
		ACCESS(u64);
	}
}

static void access_page(struct vcpu *v, void *arg, struct bus_access *a)
{
	struct pci_fn *f = arg;
	struct msix *x = &f->msix;
	u32 size = x->count * ENTRY_SIZE;

	if (a->offset >= x->offset && a->offset + a->size <= x->offset + size) {
		spin_lock(&f->lock);
		access_table(v, f, (u32)a->offset - x->offset, a);
		spin_unlock(&f->lock);
	} else if (a->offset + a->size <= x->offset || a->offset >= x->offset + size) {
		access_neighbour(x->page + a->offset, a);
	}
}

/* The table decodes only while memory space is on; masking does nothing before. */
static void mask_all(struct pci_fn *f)
{
	struct msix *x = &f->msix;
	u32 command = pci_hw_read(f->info->bdf, PCI_COMMAND, 2);

	pci_hw_write(f->info->bdf, PCI_COMMAND, 2, command | PCI_COMMAND_MEMORY);
	for (u32 i = 0; i < x->count; i++) {
		*hw_word(x, i, WORD_CONTROL) = ENTRY_MASKED;
		x->shadow[i].word[WORD_CONTROL] = ENTRY_MASKED;
	}
	pci_hw_write(f->info->bdf, PCI_COMMAND, 2, command);
}

/* Where the pages of the table are. Return: false if they cannot be trapped. */
static bool locate(const struct pci_fn *f, u64 *base, u32 *offset, u64 *size)
{
	const struct bh_boot_pci *info = f->info;
	u32 bir = info->msix_bir;
	u64 table;

	if (bir >= PCI_BARS || !info->bar[bir] || info->bar_flags[bir] & PCI_BAR_IO ||
	    info->msix_offset + (u64)ENTRY_SIZE * info->msix_count > info->bar_size[bir])
		return false;
	table = info->bar[bir] + info->msix_offset;
	*base = ALIGN_DOWN(table, PAGE_SIZE);
	*offset = (u32)(table - *base);
	*size = ALIGN_UP(*offset + (u64)ENTRY_SIZE * info->msix_count, PAGE_SIZE);
	return true;
}

enum bh_err msix_init(struct pci_fn *f, struct page_pool *pool)
{
	struct msix *x = &f->msix;
	u32 bytes = f->info->msix_count * (u32)sizeof(struct msix_entry);
	enum bh_err err;
	u64 base;

	pci_hw_write(f->info->bdf, f->info->msix_cap + 2u, 2, 0);
	if (f->no_interrupts || !locate(f, &base, &x->offset, &x->size))
		return BH_OK;
	if (bus_add(&f->cell->mmio, base, x->size, access_page, f)) {
		say("PCI function %02x:%02x.%x gets no MSI-X: cell %s has too many such functions",
		    f->info->bdf >> 8, f->info->bdf >> 3 & 0x1f, f->info->bdf & 7, f->cell->name);
		return BH_OK;
	}
	x->page = host_map(base, x->size, MT_UC);
	x->shadow = pool_alloc(pool, (u32)(ALIGN_UP(bytes, PAGE_SIZE) / PAGE_SIZE));
	if (!x->page || !x->shadow)
		return BH_ERR_NOMEM;
	err = cell_trap_memory(f->cell, base, x->size);
	x->cap = f->info->msix_cap;
	x->count = (u16)f->info->msix_count;
	mask_all(f);
	return err;
}
