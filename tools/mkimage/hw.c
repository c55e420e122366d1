// SPDX-License-Identifier: BSD-2-Clause
#include "hw.h"

#include "hwtext.h"
#include "hwwords.h"
#include "mem.h"

#include <stdlib.h>
#include <string.h>

#define MAX_CPUS      4096u
#define MAX_MEMORY    65536u
#define MAX_FUNCTIONS 4096u
#define MAX_UNITS     256u
#define MAX_IOAPICS   256u
#define MAX_TABLE     0x100000u /* bytes */
#define MAX_LISTS     16u
#define CONFIG_BYTES  256u
#define REG_BAR0      0x10u
#define BAR_COUNT     6u
#define BAR_IO        1u
#define BAR_TYPE_64   4u /* of bits 2:1 */
#define NO_FUNCTION   UINT32_MAX

/* What pciscan.c reads from the place of an ACS capability that the dump says is there. */
#define EXT_FIRST   0x100u
#define EXT_ACS     0x1000du
#define EXT_ACS_CAP 0xcu

enum table {
	TABLE_MADT,
	TABLE_DMAR,
	TABLE_MCFG,
	TABLE_IVRS,
	TABLE_FADT,
	TABLE_COUNT
};

static const char table_names[TABLE_COUNT][5] = {"APIC", "DMAR", "MCFG", "IVRS", "FACP"};

struct function {
	uint16_t bdf;
	bool acs;
	uint64_t sizes[BAR_COUNT];
	uint8_t regs[CONFIG_BYTES];
	uint32_t probed; /* register into which all ones were written, 0 = none */
};

struct unit {
	uint64_t phys;
	struct unit_caps caps;
};

/* What the lines say. */
struct hw_raw {
	bool has_end, has_cpuid, has_top, has_source;
	uint8_t *tables[TABLE_COUNT];
	struct bh_boot_cpu *cpus;
	struct cpu_seat *seats;
	uint32_t cpu_count;
	struct efi_desc *memory;
	uint32_t memory_count;
	struct function *functions;
	uint32_t function_count;
	uint32_t by_bdf[0x10000]; /* index into functions[], or NO_FUNCTION */
	struct unit units[MAX_UNITS];
	uint32_t unit_count;
	struct bh_boot_ioapic ioapics[MAX_IOAPICS];
	uint32_t ioapic_count;
	void *lists[MAX_LISTS]; /* of platform_read() */
	uint32_t list_count;
	bool unknown_unit, unknown_ioapic;
	uint64_t unknown_phys;
};

struct parser {
	struct hw *hw;
	struct hw_raw *raw;
	struct words words;
	struct diag *diag;
	uint32_t line;
};

static bool wrong(struct parser *p, const char *what)
{
	diag_error(p->diag, (struct pos){p->line, 1}, "%s; record the machine again", what);
	return false;
}

/* Make room for one entry more behind @count. */
static void *grow(void *list, uint32_t count, size_t each)
{
	/* Twice as much whenever a power of two is full. */
	return count & (count - 1) ? list : mem_grow(list, count ? 2 * count : 1, each);
}

static bool read_version(struct parser *p)
{
	uint64_t version;

	if (!words_are(&p->words, "bulkhead-hw") || !words_number(&p->words, UINT32_MAX, &version))
		return wrong(p, "this is not a hardware dump");
	if (version == HWTEXT_VERSION)
		return true;
	diag_error(p->diag, (struct pos){p->line, 1},
		   "the dump has version %u, this mkimage reads version %u; record it with the "
		   "image of the same build",
		   (uint32_t)version, HWTEXT_VERSION);
	return false;
}

static bool read_source(struct parser *p)
{
	bool linux_ = words_are(&p->words, "linux");

	if (!linux_ && !words_are(&p->words, "firmware"))
		return wrong(p, "the source is neither 'firmware' nor 'linux'");
	p->hw->approximate = linux_;
	p->raw->has_source = true;
	return true;
}

static bool read_cpuid(struct parser *p)
{
	struct machine *m = &p->hw->machine;
	uint64_t signature;

	if (!words_text(&p->words, m->vendor, sizeof(m->vendor)) ||
	    !words_number(&p->words, UINT32_MAX, &signature))
		return wrong(p, "expected the maker and the signature of the CPU");
	m->signature = (uint32_t)signature;
	p->raw->has_cpuid = true;
	return true;
}

static bool read_faults(struct parser *p)
{
	uint64_t faults;

	if (!words_number(&p->words, UINT32_MAX, &faults))
		return wrong(p, "expected the faults of the CPUs");
	p->hw->machine.faults = (uint32_t)faults;
	return true;
}

static bool read_gigabyte_pages(struct parser *p)
{
	uint64_t has;

	if (!words_number(&p->words, 1, &has))
		return wrong(p, "expected 0 or 1");
	p->hw->machine.has_1g = has;
	return true;
}

static bool named_number(struct parser *p, const char *name, uint32_t *out)
{
	uint64_t n;

	if (!words_are(&p->words, name) || !words_number(&p->words, UINT32_MAX, &n))
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool read_cpu(struct parser *p)
{
	struct hw_raw *raw = p->raw;
	struct cpu_seat seat;
	uint64_t id;
	uint32_t i;

	if (!words_number(&p->words, UINT32_MAX, &id) ||
	    !named_number(p, "package", &seat.package) || !named_number(p, "core", &seat.core) ||
	    !named_number(p, "thread", &seat.thread))
		return wrong(p, "expected a CPU: APIC id, package, core and thread");
	if (raw->cpu_count == MAX_CPUS)
		return wrong(p, "there are too many CPUs");
	for (i = 0; i < raw->cpu_count; i++)
		if (raw->cpus[i].apic_id == id)
			return wrong(p, "two CPUs have the same APIC id");
	raw->cpus = grow(raw->cpus, i, sizeof(*raw->cpus));
	raw->seats = grow(raw->seats, i, sizeof(*raw->seats));
	raw->cpus[i] = (struct bh_boot_cpu){.apic_id = (uint32_t)id};
	raw->seats[i] = seat;
	raw->cpu_count++;
	return true;
}

static bool read_cache(struct parser *p)
{
	struct machine *m = &p->hw->machine;
	struct cpu_cache c = {.type = CACHE_DATA};
	uint64_t level;
	uint32_t kib;

	if (!words_number(&p->words, UINT32_MAX, &level))
		return wrong(p, "expected a cache: level, type, kib, ways and threads");
	c.level = (uint32_t)level;
	while (c.type < CACHE_TYPES && !words_are(&p->words, cache_type_name(c.type)))
		c.type++;
	if (c.type == CACHE_TYPES || !named_number(p, "kib", &kib) ||
	    !named_number(p, "ways", &c.ways) || !named_number(p, "threads", &c.threads))
		return wrong(p, "expected a cache: level, type, kib, ways and threads");
	if (m->cache_count == CACHES_MAX)
		return wrong(p, "there are too many caches");
	c.size = (uint64_t)kib << 10;
	m->caches[m->cache_count++] = c;
	return true;
}

static bool read_address_end(struct parser *p)
{
	uint64_t top;

	/* No CPU has more physical address bits. */
	if (!words_number(&p->words, BIT64(52), &top) || top < SIZE_4G || top % SIZE_2M)
		return wrong(p, "expected the end of all addresses, a multiple of 2 MiB from 4 GiB "
				"to 2^52");
	p->hw->machine.phys_top = top;
	p->raw->has_top = true;
	return true;
}

static bool read_memory(struct parser *p)
{
	struct hw_raw *raw = p->raw;
	struct efi_desc d = {.pad = 0};
	uint64_t type;

	if (!words_number(&p->words, UINT32_MAX, &type) ||
	    !words_number(&p->words, BIT64(52), &d.phys) ||
	    !words_number(&p->words, BIT64(40), &d.pages) ||
	    !words_number(&p->words, UINT64_MAX, &d.attribute) || d.phys % PAGE_SIZE)
		return wrong(p, "expected memory: type, address, pages and attributes");
	if (raw->memory_count == MAX_MEMORY)
		return wrong(p, "the memory map is too long");
	d.type = (uint32_t)type;
	raw->memory = grow(raw->memory, raw->memory_count, sizeof(d));
	raw->memory[raw->memory_count++] = d;
	return true;
}

static bool is_sound(const uint8_t *table, size_t size, const char *name)
{
	const struct acpi_header *h = (const struct acpi_header *)table;

	return size >= sizeof(*h) && h->length == size && memcmp(h->signature, name, 4) == 0 &&
	       acpi_checksum(table, size) == 0;
}

static bool read_table(struct parser *p)
{
	uint32_t kind = 0;
	uint8_t *bytes;
	size_t size;

	while (kind < TABLE_COUNT && !words_are(&p->words, table_names[kind]))
		kind++;
	if (kind == TABLE_COUNT)
		return wrong(p, "this ACPI table is not known");
	if (p->raw->tables[kind])
		return wrong(p, "this ACPI table stands here twice");
	bytes = words_bytes(&p->words, MAX_TABLE, &size);
	if (!bytes)
		return wrong(p, "expected the bytes of a table");
	p->raw->tables[kind] = bytes;
	/* The stub ignores tables that are not sound; it does not record them, either. */
	return is_sound(bytes, size, table_names[kind]) ||
	       wrong(p, "the ACPI table is damaged: its length or its checksum is wrong");
}

static bool read_ioapic(struct parser *p)
{
	struct hw_raw *raw = p->raw;
	struct bh_boot_ioapic io = {.phys = 0};

	if (!words_number(&p->words, BIT64(52), &io.phys) || !named_number(p, "id", &io.id) ||
	    !named_number(p, "pins", &io.pins) || io.pins == 0 || io.pins > 256 || io.id > 255)
		return wrong(p, "expected an I/O APIC: address, id, and 1 to 256 pins");
	if (raw->ioapic_count == MAX_IOAPICS)
		return wrong(p, "there are too many I/O APICs");
	raw->ioapics[raw->ioapic_count++] = io;
	return true;
}

static bool read_iommu(struct parser *p)
{
	struct hw_raw *raw = p->raw;
	struct unit u;

	if (!words_number(&p->words, BIT64(52), &u.phys) ||
	    !words_number(&p->words, UINT64_MAX, &u.caps.cap) ||
	    !words_number(&p->words, UINT64_MAX, &u.caps.ecap))
		return wrong(p, "expected an IOMMU: address and two capability registers");
	if (raw->unit_count == MAX_UNITS)
		return wrong(p, "there are too many IOMMUs");
	raw->units[raw->unit_count++] = u;
	return true;
}

static bool is_bar_size(uint64_t size)
{
	return (size & (size - 1)) == 0 && size != 1 && size != 2;
}

static bool read_bars(struct parser *p, struct function *f)
{
	uint32_t i;

	if (!words_are(&p->words, "bars"))
		return false;
	for (i = 0; i < BAR_COUNT; i++)
		if (!words_number(&p->words, UINT64_MAX, &f->sizes[i]) || !is_bar_size(f->sizes[i]))
			return false;
	return true;
}

static bool read_config(struct parser *p, struct function *f)
{
	size_t size;
	uint8_t *bytes = words_bytes(&p->words, CONFIG_BYTES, &size);
	bool ok = bytes && size == CONFIG_BYTES;

	if (ok)
		memcpy(f->regs, bytes, CONFIG_BYTES);
	free(bytes);
	return ok;
}

static bool read_pci(struct parser *p)
{
	struct hw_raw *raw = p->raw;
	struct function f = {.probed = 0};
	uint32_t acs;

	if (!words_bdf(&p->words, &f.bdf) || !named_number(p, "acs", &acs) || acs > 1 ||
	    !read_bars(p, &f) || !read_config(p, &f))
		return wrong(p, "expected a PCI function: address, ACS, sizes of six BARs, and 256 "
				"bytes");
	if (raw->function_count == MAX_FUNCTIONS)
		return wrong(p, "there are too many PCI functions");
	if (raw->by_bdf[f.bdf] != NO_FUNCTION)
		return wrong(p, "this PCI function stands here twice");
	f.acs = acs;
	raw->by_bdf[f.bdf] = raw->function_count;
	raw->functions = grow(raw->functions, raw->function_count, sizeof(f));
	raw->functions[raw->function_count++] = f;
	return true;
}

static bool read_end(struct parser *p)
{
	p->raw->has_end = true;
	return true;
}

static bool read_line(struct parser *p)
{
	static const struct {
		const char *word;
		bool (*read)(struct parser *p);
	} lines[] = {
		{"source",         read_source        },
                {"cpuid",          read_cpuid         },
		{"faults",         read_faults        },
                {"gigabyte-pages", read_gigabyte_pages},
		{"cpu",            read_cpu           },
                {"address-end",    read_address_end   },
		{"memory",         read_memory        },
                {"table",          read_table         },
		{"ioapic",         read_ioapic        },
                {"iommu",          read_iommu         },
		{"pci",            read_pci           },
                {"end",            read_end           },
		{"cache",          read_cache         },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++)
		if (words_are(&p->words, lines[i].word))
			return lines[i].read(p) && (words_at_end(&p->words) ||
						    wrong(p, "the line goes on where it should "
							     "end"));
	return wrong(p, "the line begins with no word that is known");
}

static bool read_lines(struct parser *p, const char *text, size_t size)
{
	const char *at = text, *end = text + size;

	for (p->line = 1; at < end && !p->raw->has_end; p->line++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		if (!stop)
			stop = end;
		words_begin(&p->words, at, stop);
		at = stop + 1;
		if (p->line == 1 ? !read_version(p) : false)
			return false;
		if (p->line == 1 || words_at_end(&p->words) || words_comment(&p->words))
			continue;
		if (!read_line(p))
			return false;
	}
	if (!p->raw->has_end)
		return wrong(p, "the dump ends in the middle, without a line 'end'");
	if (!p->raw->cpu_count || !p->raw->memory_count || !p->raw->has_cpuid || !p->raw->has_top ||
	    !p->raw->has_source)
		return wrong(p, "lines are missing: source, cpuid, cpu, address-end or memory");
	return true;
}

/* Configuration space, as it was. */

static uint32_t load32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static struct function *find_function(struct hw_raw *raw, uint16_t bdf)
{
	return raw->by_bdf[bdf] == NO_FUNCTION ? NULL : &raw->functions[raw->by_bdf[bdf]];
}

/* What a BAR reads after all ones were written to it. */
static uint32_t bar_mask(const struct function *f, uint32_t bar)
{
	uint32_t value = load32(f->regs + REG_BAR0 + 4 * bar);
	uint32_t below = bar ? load32(f->regs + REG_BAR0 + 4 * (bar - 1)) : 0;
	uint64_t size = f->sizes[bar];

	if (size)
		return (uint32_t) ~(size - 1) | (value & (value & BAR_IO ? 0x3u : 0xfu));
	/* The upper half of a wide one. */
	if (bar && f->sizes[bar - 1] && !(below & BAR_IO) && below & BAR_TYPE_64)
		return (uint32_t)(~(f->sizes[bar - 1] - 1) >> 32);
	return 0;
}

static uint32_t read_register(void *ctx, uint16_t bdf, uint32_t reg)
{
	const struct function *f = find_function(ctx, bdf);

	if (!f)
		return UINT32_MAX;
	if (reg == EXT_FIRST && f->acs)
		return EXT_ACS;
	if (reg == EXT_FIRST + 4 && f->acs)
		return EXT_ACS_CAP;
	if (reg >= CONFIG_BYTES)
		return 0;
	if (f->probed && f->probed == reg)
		return bar_mask(f, (reg - REG_BAR0) / 4);
	return load32(f->regs + reg);
}

static void write_register(void *ctx, uint16_t bdf, uint32_t reg, uint32_t value)
{
	struct function *f = find_function(ctx, bdf);
	bool is_bar = reg >= REG_BAR0 && reg < REG_BAR0 + 4 * BAR_COUNT;

	if (f)
		f->probed = is_bar && value == UINT32_MAX ? reg : 0;
}

/* The rest of the platform */

static void *take(void *ctx, uint64_t size)
{
	struct hw_raw *raw = ctx;
	void *list = mem_alloc(size);

	raw->lists[raw->list_count++] = list;
	return list;
}

static struct unit_caps unit_caps(void *ctx, uint64_t phys)
{
	struct hw_raw *raw = ctx;
	uint32_t i;

	for (i = 0; i < raw->unit_count; i++)
		if (raw->units[i].phys == phys)
			return raw->units[i].caps;
	raw->unknown_unit = true;
	raw->unknown_phys = phys;
	return (struct unit_caps){0, 0};
}

static uint32_t ioapic_version(void *ctx, uint64_t phys)
{
	struct hw_raw *raw = ctx;
	uint32_t i;

	for (i = 0; i < raw->ioapic_count; i++)
		if (raw->ioapics[i].phys == phys)
			return (raw->ioapics[i].pins - 1) << 16;
	raw->unknown_ioapic = true;
	raw->unknown_phys = phys;
	return 0;
}

static struct bh_boot_ioapic only_ioapic(void *ctx)
{
	struct hw_raw *raw = ctx;

	return raw->ioapics[0]; /* all zero if there is none: found out by ioapic_version() */
}

static void quiet(void *ctx, bool on)
{
	(void)ctx;
	(void)on;
}

static const struct acpi_header *table(const struct hw_raw *raw, enum table kind)
{
	return (const struct acpi_header *)raw->tables[kind];
}

static bool derive_platform(struct parser *p)
{
	struct pci_root roots[256];
	struct platform_source s = {
		.madt = table(p->raw, TABLE_MADT),
		.dmar = table(p->raw, TABLE_DMAR),
		.mcfg = table(p->raw, TABLE_MCFG),
		.fadt = table(p->raw, TABLE_FADT),
		.has_ivrs = p->raw->tables[TABLE_IVRS] != NULL,
		.access = {read_register, write_register, p->raw},
		.roots = roots,
		.root_count = ARRAY_SIZE(roots),
		.take = take,
		.caps = unit_caps,
		.ioapic_version = ioapic_version,
		.ioapic = only_ioapic,
		.quiet = quiet,
		.ctx = p->raw,
	};
	uint32_t i;

	/* Every bus on its own: which functions there are was found out when they were recorded. */
	for (i = 0; i < ARRAY_SIZE(roots); i++)
		roots[i] = (struct pci_root){(uint8_t)i, (uint8_t)i};
	platform_read(&p->hw->machine.platform, &s);
	if (p->raw->unknown_ioapic)
		diag_error(p->diag, (struct pos){0, 0},
			   "there is no line for the I/O APIC at 0x%lx; record the machine again",
			   p->raw->unknown_phys);
	else if (p->raw->unknown_unit)
		diag_error(p->diag, (struct pos){0, 0},
			   "there is no line for the IOMMU at 0x%lx; start Linux with "
			   "intel_iommu=on and record the machine again, or let an image record it",
			   p->raw->unknown_phys);
	return !p->raw->unknown_ioapic && !p->raw->unknown_unit;
}

static const struct cpu_seat *find_seat(const struct hw_raw *raw, uint32_t id)
{
	uint32_t i;

	for (i = 0; i < raw->cpu_count; i++)
		if (raw->cpus[i].apic_id == id)
			return &raw->seats[i];
	return NULL;
}

/* Linux does not keep the order of the MADT, the stub does. */
static bool order_cpus(struct parser *p)
{
	const struct acpi_header *madt = table(p->raw, TABLE_MADT);
	struct machine *m = &p->hw->machine;
	uint32_t count = acpi_madt_cpus(madt, NULL, 0), i;
	uint32_t *ids = take(p->raw, (count + 1ull) * sizeof(*ids));
	const struct cpu_seat *seat;

	m->cpus = take(p->raw, (count + 1ull) * sizeof(*m->cpus));
	m->seats = take(p->raw, (count + 1ull) * sizeof(*m->seats));
	m->cpu_count = acpi_madt_cpus(madt, ids, count);
	if (m->cpu_count != count ||
	    machine_order(ids, count, p->raw->cpus[0].apic_id, m->cpus) != count)
		return wrong(p, "the CPUs are not those of the ACPI table APIC");
	for (i = 0; i < count; i++) {
		seat = find_seat(p->raw, m->cpus[i].apic_id);
		if (!seat)
			return wrong(p, "a CPU of the ACPI table APIC has no line; switch all CPUs "
					"on");
		m->seats[i] = *seat;
	}
	return true;
}

static bool derive(struct parser *p)
{
	struct machine *m = &p->hw->machine;
	struct hw_raw *raw = p->raw;

	m->map = (struct efi_map){
		.desc = (uint8_t *)raw->memory,
		.size = raw->memory_count * sizeof(*raw->memory),
		.capacity = raw->memory_count * sizeof(*raw->memory),
		.desc_size = sizeof(*raw->memory),
	};
	m->cpus = raw->cpus;
	m->seats = raw->seats;
	m->cpu_count = raw->cpu_count;
	if (p->hw->approximate && raw->tables[TABLE_MADT] && !order_cpus(p))
		return false;
	return derive_platform(p);
}

bool hw_open(struct hw *hw, const void *text, size_t size, struct diag *diag)
{
	struct parser p = {.hw = hw, .diag = diag};

	memset(hw, 0, sizeof(*hw));
	p.raw = hw->raw = mem_alloc(sizeof(*hw->raw));
	memset(p.raw->by_bdf, 0xff, sizeof(p.raw->by_bdf));
	return read_lines(&p, text, size) && derive(&p);
}

void hw_free(struct hw *hw)
{
	struct hw_raw *raw = hw->raw;
	uint32_t i;

	if (!raw)
		return;
	for (i = 0; i < TABLE_COUNT; i++)
		free(raw->tables[i]);
	for (i = 0; i < raw->list_count; i++)
		free(raw->lists[i]);
	free(raw->cpus);
	free(raw->seats);
	free(raw->memory);
	free(raw->functions);
	free(raw);
	memset(hw, 0, sizeof(*hw));
}
