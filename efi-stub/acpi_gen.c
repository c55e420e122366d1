// SPDX-License-Identifier: BSD-2-Clause
#include "acpi_gen.h"

#include "core/string.h"

/* "Generic Address Structure" */
struct acpi_address {
	u8 space, width, offset, access;
	u64 address;
} __attribute__((packed));

/* "Fixed ACPI Description Table", the fields up to revision 5 */
struct acpi_fadt {
	struct acpi_header header;
	u32 facs, dsdt;
	u8 reserved0, pm_profile;
	u16 sci_int;
	u32 smi_cmd;
	u8 acpi_enable, acpi_disable, s4bios_req, pstate_cnt;
	u32 pm1a_evt, pm1b_evt, pm1a_cnt, pm1b_cnt, pm2_cnt, pm_tmr, gpe0, gpe1;
	u8 pm1_evt_len, pm1_cnt_len, pm2_cnt_len, pm_tmr_len, gpe0_len, gpe1_len, gpe1_base,
		cst_cnt;
	u16 p_lvl2_lat, p_lvl3_lat, flush_size, flush_stride;
	u8 duty_offset, duty_width, day_alarm, month_alarm, century;
	u16 boot_arch;
	u8 reserved1;
	u32 flags;
	struct acpi_address reset_reg;
	u8 reset_value;
	u16 arm_boot_arch;
	u8 minor;
	u64 x_facs, x_dsdt;
	struct acpi_address x_pm1a_evt, x_pm1b_evt, x_pm1a_cnt, x_pm1b_cnt, x_pm2_cnt, x_pm_tmr,
		x_gpe0, x_gpe1, sleep_control, sleep_status;
} __attribute__((packed));

_Static_assert(sizeof(struct acpi_fadt) == 268, "ACPI 5: FADT");
_Static_assert(offsetof(struct acpi_fadt, flags) == 112, "ACPI 5: FADT flags");
_Static_assert(offsetof(struct acpi_fadt, x_dsdt) == 140, "ACPI 5: FADT X_DSDT");

/* FADT flags ("Fixed ACPI Description Table Fixed Feature Flags") */
#define FADT_WBINVD       BIT32(0)
#define FADT_PROC_C1      BIT32(2)
#define FADT_NO_POWER_BTN BIT32(4)
#define FADT_NO_SLEEP_BTN BIT32(5)
#define FADT_NO_FIXED_RTC BIT32(6)
#define FADT_RESET_REG    BIT32(10)
#define FADT_HW_REDUCED   BIT32(20)
#define BOOT_ARCH_LEGACY  BIT32(0)
#define BOOT_ARCH_8042    BIT32(1)

#define SCI_IRQ           9u
#define SPACE_IO          1u
#define RTC_CENTURY       0x32u

/* PIIX4 data sheet, "Power Management I/O Registers" and "APMC" */
#define PIIX4_PM1_EVT 0x00u
#define PIIX4_PM1_CNT 0x04u
#define PIIX4_PM_TMR  0x08u
#define PIIX4_APMC    0xb2u
/* The values at which the emulated PIIX4 sets and clears SCI_EN, by convention of its BIOSes. */
#define PIIX4_ACPI_ENABLE  0xf1u
#define PIIX4_ACPI_DISABLE 0xf0u
/* PIIX3 data sheet, "Reset Control Register": hard reset, now */
#define PIIX_RESET_PORT  0xcf9u
#define PIIX_RESET_HARD  0x06u

#define LAPIC_PHYS       0xfee00000u
#define IOAPIC_PHYS      0xfec00000u
#define MADT_PCAT_COMPAT BIT32(0)
/* MADT "MPS INTI Flags" */
#define INTI_DEFAULT    0x0u
#define INTI_LEVEL_HIGH 0xdu
#define INTI_EDGE_HIGH  0x5u

/* What dsdt.asl says about the PCI window, as a DWord address space descriptor. */
#define WINDOW_MIN 0x80000000u
#define WINDOW_MAX 0xfebfffffu
#define DWORD_TAG  0x87u
#define DWORD_SIZE 26u

struct layout {
	u64 xsdt, rsdt, fadt, facs, dsdt, madt, size;
};

static u64 madt_size(const struct acpi_machine *m)
{
	/* Each CPU at most 16 bytes, I/O APIC 12, two overrides of 10, one NMI entry of 6 */
	return sizeof(struct acpi_madt) + 16ULL * m->cpu_count + 12 + 20 + 6;
}

static struct layout lay_out(const struct acpi_machine *m)
{
	struct layout l;

	l.xsdt = 64;
	l.rsdt = l.xsdt + 64;
	l.fadt = l.rsdt + 64;
	l.facs = l.fadt + 320;
	l.dsdt = l.facs + 64;
	l.madt = ALIGN_UP(l.dsdt + m->dsdt_size, 64);
	l.size = l.madt + madt_size(m);
	return l;
}

u64 acpi_generate_size(const struct acpi_machine *m)
{
	return lay_out(m).size;
}

static void begin(struct acpi_header *h, const char *signature, u8 revision)
{
	memcpy(h->signature, signature, 4);
	h->revision = revision;
	memcpy(h->oem_id, "BLKHD ", 6);
	memcpy(h->oem_table_id, "BULKHEAD", 8);
	h->oem_revision = 1;
	memcpy(&h->creator_id, "BLKH", 4);
	h->creator_revision = 1;
}

static void finish(struct acpi_header *h, u32 length)
{
	h->length = length;
	h->checksum = 0;
	h->checksum = acpi_checksum(h, length);
}

static struct acpi_address io_port(u32 port, u8 bytes)
{
	/* Access size: 1 = byte, 2 = word, 3 = dword */
	u8 access = bytes == 1 ? 1 : bytes == 2 ? 2 : 3;

	return (struct acpi_address){SPACE_IO, (u8)(bytes * 8), 0, access, port};
}

static void fadt_piix4(struct acpi_fadt *f, u32 base)
{
	f->sci_int = SCI_IRQ;
	f->smi_cmd = PIIX4_APMC;
	f->acpi_enable = PIIX4_ACPI_ENABLE;
	f->acpi_disable = PIIX4_ACPI_DISABLE;
	f->pm1a_evt = base + PIIX4_PM1_EVT;
	f->pm1a_cnt = base + PIIX4_PM1_CNT;
	f->pm_tmr = base + PIIX4_PM_TMR;
	f->pm1_evt_len = 4;
	f->pm1_cnt_len = 2;
	f->pm_tmr_len = 4;
	f->x_pm1a_evt = io_port(f->pm1a_evt, 4);
	f->x_pm1a_cnt = io_port(f->pm1a_cnt, 2);
	f->x_pm_tmr = io_port(f->pm_tmr, 4);
	f->boot_arch = BOOT_ARCH_LEGACY | BOOT_ARCH_8042;
	f->flags = FADT_RESET_REG;
	f->reset_reg = io_port(PIIX_RESET_PORT, 1);
	f->reset_value = PIIX_RESET_HARD;
}

static void make_fadt(struct acpi_fadt *f, const struct acpi_machine *m, const struct layout *l,
		      u64 phys)
{
	begin(&f->header, "FACP", 5);
	f->dsdt = (u32)(phys + l->dsdt);
	f->x_dsdt = f->dsdt;
	f->century = RTC_CENTURY;
	f->p_lvl2_lat = 0xffff; /* no C2, no C3 */
	f->p_lvl3_lat = 0xffff;
	if (m->pm_base) {
		f->facs = (u32)(phys + l->facs);
		fadt_piix4(f, m->pm_base);
	} else {
		f->flags = FADT_HW_REDUCED;
	}
	f->flags |= FADT_WBINVD | FADT_PROC_C1 | FADT_NO_POWER_BTN | FADT_NO_SLEEP_BTN |
		    FADT_NO_FIXED_RTC;
	finish(&f->header, sizeof(*f));
}

static void make_facs(u8 *facs)
{
	u32 length = 64;

	memcpy(facs, "FACS", 4);
	memcpy(facs + 4, &length, sizeof(length));
	facs[32] = 2; /* version */
}

static u8 *madt_cpu(u8 *p, u32 index, u32 id)
{
	u32 flags = ACPI_MADT_ENABLED;

	if (id < 0xff && index < 0xff) {
		memcpy(p, (u8[]){ACPI_MADT_LAPIC, 8, (u8)index, (u8)id}, 4);
		memcpy(p + 4, &flags, 4);
		return p + 8;
	}
	memcpy(p, (u8[]){ACPI_MADT_X2APIC, 16, 0, 0}, 4);
	memcpy(p + 4, &id, 4);
	memcpy(p + 8, &flags, 4);
	memcpy(p + 12, &index, 4);
	return p + 16;
}

static u8 *madt_override(u8 *p, u8 irq, u32 gsi, u16 flags)
{
	memcpy(p, (u8[]){ACPI_MADT_OVERRIDE, 10, 0, irq}, 4);
	memcpy(p + 4, &gsi, 4);
	memcpy(p + 8, &flags, 2);
	return p + 10;
}

static void make_madt(struct acpi_madt *madt, const struct acpi_machine *m)
{
	u8 *p = madt->entries;
	u32 ioapic = IOAPIC_PHYS;

	begin(&madt->header, "APIC", 3);
	madt->local_apic = LAPIC_PHYS;
	madt->flags = MADT_PCAT_COMPAT;
	for (u32 i = 0; i < m->cpu_count; i++)
		p = madt_cpu(p, i, m->cpu_ids[i]);
	memcpy(p, (u8[]){ACPI_MADT_IOAPIC, 12, m->ioapic_id, 0}, 4);
	memcpy(p + 4, &ioapic, 4); /* its interrupts begin at 0, which is there already */
	p += 12;
	p = madt_override(p, 0, 2, INTI_DEFAULT);
	p = madt_override(p, SCI_IRQ, SCI_IRQ, INTI_LEVEL_HIGH);
	/* NMI at LINT1 of every CPU, edge-triggered */
	memcpy(p, (u8[]){ACPI_MADT_LAPIC_NMI, 6, 0xff, INTI_EDGE_HIGH, 0, 1}, 6);
	p += 6;
	finish(&madt->header, (u32)(p - (u8 *)madt));
}

/* Find the descriptor of the PCI window in the AML; its minimum and maximum are known. */
static u8 *find_window(u8 *aml, u32 size)
{
	u32 min, max;

	for (u32 i = sizeof(struct acpi_header); i + DWORD_SIZE <= size; i++) {
		memcpy(&min, aml + i + 10, 4);
		memcpy(&max, aml + i + 14, 4);
		if (aml[i] == DWORD_TAG && min == WINDOW_MIN && max == WINDOW_MAX)
			return aml + i;
	}
	return NULL;
}

static bool make_dsdt(u8 *to, const struct acpi_machine *m, struct why *why)
{
	u32 max = m->mmio_end - 1, length = m->mmio_end - m->mmio_start;
	u8 *window;

	memcpy(to, m->dsdt, m->dsdt_size);
	window = find_window(to, m->dsdt_size);
	if (!window || m->mmio_end <= m->mmio_start)
		return because(why, "there is no PCI window for the root cell's ACPI tables");
	memcpy(window + 10, &m->mmio_start, 4);
	memcpy(window + 14, &max, 4);
	memcpy(window + 22, &length, 4);
	finish((struct acpi_header *)to, m->dsdt_size);
	return true;
}

static void make_roots(u8 *to, const struct layout *l, u64 phys)
{
	struct acpi_header *xsdt = (struct acpi_header *)(to + l->xsdt);
	struct acpi_header *rsdt = (struct acpi_header *)(to + l->rsdt);
	struct acpi_rsdp *rsdp = (struct acpi_rsdp *)to;
	u64 x[2] = {phys + l->fadt, phys + l->madt};
	u32 r[2] = {(u32)x[0], (u32)x[1]};

	begin(xsdt, "XSDT", 1);
	memcpy(xsdt + 1, x, sizeof(x));
	finish(xsdt, sizeof(*xsdt) + sizeof(x));
	begin(rsdt, "RSDT", 1);
	memcpy(rsdt + 1, r, sizeof(r));
	finish(rsdt, sizeof(*rsdt) + sizeof(r));
	memcpy(rsdp->signature, "RSD PTR ", 8);
	memcpy(rsdp->oem_id, "BLKHD ", 6);
	rsdp->revision = 2;
	rsdp->rsdt = (u32)(phys + l->rsdt);
	rsdp->length = sizeof(*rsdp);
	rsdp->xsdt = phys + l->xsdt;
	rsdp->checksum = acpi_checksum(rsdp, ACPI_RSDP_V1_SIZE);
	rsdp->extended_checksum = acpi_checksum(rsdp, sizeof(*rsdp));
}

bool acpi_generate(const struct acpi_machine *m, u8 *to, u64 phys, struct why *why)
{
	struct layout l = lay_out(m);

	if (!make_dsdt(to + l.dsdt, m, why))
		return false;
	make_facs(to + l.facs);
	make_fadt((struct acpi_fadt *)(to + l.fadt), m, &l, phys);
	make_madt((struct acpi_madt *)(to + l.madt), m);
	make_roots(to, &l, phys);
	return true;
}
