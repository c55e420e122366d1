// SPDX-License-Identifier: BSD-2-Clause
/*
 * Finished images: built on a small stub, then laid out in memory as firmware does it and read by
 * the EFI stub's own code, which must find exactly what went in.
 */
#define _GNU_SOURCE /* memmem */
#include "image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blob_sink.h"
#include "inspect.h"
#include "make_pe.h"
#include "pe.h"
#include "profile.h"
#include "rtcfg.h"
#include "sections.h"

#define STUB_SIZE   0x1200u
#define STUB_MEMORY 0x6000u
#define DIR(n)      (MAKE_PE_OPTIONAL + 112u + (n)*8u)

struct parts {
	uint8_t stub_data[STUB_SIZE];
	struct blob stub;
	struct sysfile sysfile;
	struct payloads payloads;
	struct blob image;
	char why[PE_WRITE_WHY];
};

static bool build_to(const struct parts *p, const struct blob *stub, struct blob *out, char *why)
{
	struct blob_sink sink = make_blob_sink(out);

	memset(out, 0, sizeof(*out));
	return image_build(stub, &p->sysfile, &p->payloads, &sink.sink, why);
}

static void make_stub(uint8_t *stub)
{
	static const struct make_pe_section sections[] = {
		{".text",  0x1000, 0x7f0,  0x400,  0x800, PE_SCN_CODE | PE_SCN_READ | PE_SCN_EXECUTE},
		{".data",  0x2000, 0x3000, 0xc00,  0x400,
		 PE_SCN_INIT_DATA | PE_SCN_READ | PE_SCN_WRITE                                      },
		{".reloc", 0x5000, 0xc,    0x1000, 0x200, PE_SCN_INIT_DATA | PE_SCN_READ            },
	};

	memset(stub, 0, STUB_SIZE);
	make_pe(stub, STUB_MEMORY, 0x1004, sections, 3);
	put_le32(stub + DIR(5), 0x5000);
	put_le32(stub + DIR(5) + 4, 0xc);
	put_le32(stub + MAKE_PE_COFF + 8, 0x12345678);  /* time */
	put_le32(stub + MAKE_PE_COFF + 12, 0x1000);     /* symbol table */
	put_le32(stub + MAKE_PE_OPTIONAL + 64, 0xabcd); /* checksum */
	memset(stub + 0x400, 0x90, 0x7f0);
	memset(stub + 0xc00, 0xdd, 0x400);
}

static void fill(struct blob *blob, size_t size, uint8_t seed)
{
	blob->size = size;
	blob->data = mem_alloc(size);
	for (size_t i = 0; i < size; i++)
		blob->data[i] = (uint8_t)(seed + i * 7);
}

static void set_cell(struct sysfile_cell *cell, const char *name, uint64_t address)
{
	snprintf(cell->name, sizeof(cell->name), "%s", name);
	snprintf(cell->args, sizeof(cell->args), "args of %s", name);
	cell->boot = BH_BOOT_ELF64;
	cell->cpus = 2;
	cell->memory = 0x20000;
	cell->address = address;
	cell->device_count = 2;
	cell->devices[0] = (struct bh_config_device){.kind = BH_DEVICE_ADDRESS, .bdf = 0x18};
	cell->devices[1] = (struct bh_config_device){BH_DEVICE_ID, 0, 0x1234, 0x11e8, 2};
}

static int setup(void **state)
{
	struct parts *p = mem_alloc(sizeof(*p));

	make_stub(p->stub_data);
	p->stub = (struct blob){.data = p->stub_data, .size = STUB_SIZE};
	p->sysfile.iommu = BH_IOMMU_OFF;
	p->sysfile.on_failure = BH_FAIL_HALT;
	p->sysfile.console_port = 0x3f8;
	p->sysfile.profiles = BIT32(PROFILE_COUNT) - 1;
	p->sysfile.root.cmdline = mem_text("panic=0", 7);
	p->sysfile.root.min_cpus = 2;
	p->sysfile.root.min_memory = 0x12345000;
	p->sysfile.cell_count = 2;
	set_cell(&p->sysfile.cells[0], "one", 0);
	set_cell(&p->sysfile.cells[1], "two", 0x1000);
	strcpy(p->payloads.kernel_info.release, "6.1.0-test");
	fill(&p->payloads.kernel, 5000, 1);
	fill(&p->payloads.initrd, 513, 2);
	fill(&p->payloads.microcode, 6, 5);
	fill(&p->payloads.cells[0], 4097, 3);
	fill(&p->payloads.cells[1], 10, 4);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct parts *p = *state;

	sysfile_free(&p->sysfile);
	payloads_free(&p->payloads);
	blob_free(&p->image);
	free(p);
	return 0;
}

static void build(struct parts *p)
{
	blob_free(&p->image);
	if (!build_to(p, &p->stub, &p->image, p->why))
		fail_msg("%s", p->why);
}

/* What LoadImage() does with headers and sections (PE/COFF specification). */
static struct blob load_as_firmware(const struct blob *image)
{
	struct pe_image pe;
	struct pe_section s;
	struct pe_span span;
	struct blob memory = {.size = 0};

	assert_int_equal(pe_open(&pe, image->data, image->size, PE_LAYOUT_FILE), PE_OK);
	memory.size = pe.size_of_image;
	memory.data = aligned_alloc(4096, memory.size);
	memset(memory.data, 0, memory.size);
	memcpy(memory.data, image->data, pe.size_of_headers);
	for (uint32_t i = 0; pe_section_at(&pe, i, &s) == PE_OK; i++) {
		pe_span_of(&pe, &s, &span);
		memcpy(memory.data + s.rva, span.data, span.size);
	}
	return memory;
}

static void assert_same(const struct pe_span *span, const void *data, size_t size)
{
	assert_int_equal(span->size, size);
	if (size)
		assert_memory_equal(span->data, data, size);
}

static void the_stub_finds_every_payload_in_the_loaded_image(void **state)
{
	struct parts *p = *state;
	struct sections s;
	struct blob memory, cells = {.size = 0};
	struct blob_sink sink = make_blob_sink(&cells);
	struct rtcells rtcells;
	struct why why;
	uint8_t whole[8 + 513];

	build(p);
	memory = load_as_firmware(&p->image);
	if (!sections_open(&s, memory.data, memory.size, &why))
		fail_msg("%s", why.text);
	rtcells_pack(&p->sysfile, &p->payloads, &rtcells);
	for (size_t i = 0; i < rtcells.count; i++)
		assert_true(sink_piece(&sink.sink, &rtcells.pieces[i]));
	assert_int_equal(cells.size, rtcells.size);
	assert_same(&s.kernel, p->payloads.kernel.data, 5000);
	assert_same(&s.initrd, p->payloads.initrd.data, 513);
	assert_same(&s.ucode, p->payloads.microcode.data, 6);
	assert_int_equal(sections_initrd_size(&s), sizeof(whole));
	sections_initrd_copy(&s, whole);
	assert_memory_equal(whole, p->payloads.microcode.data, 6);
	assert_memory_equal(whole + 6, "\0", 2); /* cpio: at a multiple of four */
	assert_memory_equal(whole + 8, p->payloads.initrd.data, 513);
	assert_same(&s.cmdline, "panic=0", 7);
	assert_same(&s.cells, cells.data, cells.size);
	blob_free(&cells);
	blob_free(&memory);
}

static void the_stub_reads_the_policy_that_was_asked_for(void **state)
{
	struct parts *p = *state;
	struct sections s;
	struct blob memory;
	struct why why;

	build(p);
	memory = load_as_firmware(&p->image);
	assert_true(sections_open(&s, memory.data, memory.size, &why));
	assert_int_equal(s.config.head->iommu, BH_IOMMU_OFF);
	assert_int_equal(s.config.head->on_failure, BH_FAIL_HALT);
	assert_int_equal(s.config.head->console_port, 0x3f8);
	assert_int_equal(s.config.head->root_min_cpus, 2);
	assert_int_equal(s.config.head->root_min_memory, 0x12345000);
	assert_int_equal(s.config.head->cell_count, 2);
	assert_string_equal(s.config.cells[1].name, "two");
	assert_string_equal(s.config.cells[1].args, "args of two");
	assert_int_equal(s.config.cells[1].boot, BH_BOOT_ELF64);
	assert_int_equal(s.config.cells[1].cpu_count, 2);
	assert_memory_equal(s.config.cells[1].devices, p->sysfile.cells[1].devices,
			    sizeof(s.config.cells[1].devices));
	assert_int_equal(s.config.cells[1].devices[1].index, 2);
	assert_int_equal(s.config.cells[1].memory_size, 0x20000);
	assert_int_equal(s.config.cells[1].memory_gpa, 0x1000);
	assert_int_equal(s.config.cells[0].image_offset, 0);
	assert_int_equal(s.config.cells[0].image_size, 4097);
	assert_int_equal(s.config.cells[1].image_offset, 8192);
	assert_int_equal(s.config.cells[1].image_size, 10);
	assert_same(&(struct pe_span){s.cells.data + 8192, 10, 0}, p->payloads.cells[1].data, 10);
	blob_free(&memory);
}

static void an_image_may_lack_initrd_cells_and_command_line(void **state)
{
	struct parts *p = *state;
	struct sections s;
	struct blob memory;
	struct why why;

	blob_free(&p->payloads.initrd);
	blob_free(&p->payloads.microcode);
	p->sysfile.cell_count = 0;
	p->sysfile.root.cmdline[0] = '\0';
	build(p);
	memory = load_as_firmware(&p->image);
	if (!sections_open(&s, memory.data, memory.size, &why))
		fail_msg("%s", why.text);
	assert_int_equal(sections_initrd_size(&s) + s.cells.size + s.cmdline.size, 0);
	blob_free(&memory);
}

static void sections_follow_each_other_without_gap_or_overlay(void **state)
{
	static const char *const order[] = {".text",    ".data",    ".reloc",  ".osrel",
					    ".uname",   ".cmdline", ".sbat",   ".rtcfg",
					    ".rtcells", ".ucode",   ".initrd", ".linux"};
	struct parts *p = *state;
	struct pe_section s;
	struct pe_image pe;
	uint64_t raw, memory = 0;

	build(p);
	assert_int_equal(pe_open(&pe, p->image.data, p->image.size, PE_LAYOUT_FILE), PE_OK);
	assert_int_equal(pe.count, ARRAY_SIZE(order) + PROFILE_COUNT);
	raw = pe.size_of_headers;
	for (uint32_t i = 0; pe_section_at(&pe, i, &s) == PE_OK; i++) {
		assert_string_equal(s.name, i < ARRAY_SIZE(order) ? order[i] : ".profile");
		assert_int_equal(s.raw_offset, raw);
		assert_int_equal(s.raw_size % 512, 0);
		assert_int_equal(s.rva % 4096, 0);
		if (i > 2) {
			assert_true(s.virtual_size <= s.raw_size);
			assert_int_equal(s.rva, memory);
		}
		raw += s.raw_size;
		memory = (s.rva + s.virtual_size + 4095ull) / 4096 * 4096;
	}
	assert_int_equal(raw, p->image.size);
	assert_int_equal(memory, pe.size_of_image);
	assert_int_equal(p->image.size % 8, 0);
}

static void headers_are_those_of_a_unified_kernel_image(void **state)
{
	struct parts *p = *state;
	const uint8_t *coff, *opt;
	struct pe_image pe;

	build(p);
	assert_int_equal(pe_open(&pe, p->image.data, p->image.size, PE_LAYOUT_FILE), PE_OK);
	coff = p->image.data + MAKE_PE_COFF;
	opt = p->image.data + MAKE_PE_OPTIONAL;
	assert_int_equal(pe_check_wx(&pe, NULL), PE_OK);
	assert_int_equal(pe.dll_flags, PE_DLL_NX_COMPAT);
	assert_int_equal(pe.section_align, 4096);
	assert_int_equal(pe.file_align, 512);
	assert_int_equal(pe.entry, 0x1004);
	assert_int_equal(le32(coff + 8), 0);  /* time */
	assert_int_equal(le32(coff + 12), 0); /* symbols */
	assert_int_equal(le32(opt + 64), 0);  /* checksum */
	assert_int_equal(le32(p->image.data + DIR(5)), 0x5000);
	/* .text 0x800 and .linux 5000 bytes, in the file */
	assert_int_equal(le32(opt + 4), 0x800 + 5120);
}

static void profiles_are_numbered_as_the_stub_numbers_them(void **state)
{
	struct parts *p = *state;
	struct profile profile;
	enum profile_kind kind;
	struct pe_image pe;
	struct why why;

	build(p);
	assert_int_equal(pe_open(&pe, p->image.data, p->image.size, PE_LAYOUT_FILE), PE_OK);
	for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
		assert_true(profile_at(&pe, i, &profile));
		assert_int_equal(profile.kind, i);
		assert_string_equal(profile.title, profile_title(profile.kind));
		assert_true(profile_choose(&pe, i, &kind, &why));
		assert_int_equal(kind, i);
	}
	assert_false(profile_at(&pe, PROFILE_COUNT, &profile));
}

static void profiles_that_are_not_wanted_are_left_out(void **state)
{
	struct parts *p = *state;
	struct profile profile;
	struct pe_image pe;

	p->sysfile.profiles = BIT32(PROFILE_PARTITIONED) | BIT32(PROFILE_CHECK);
	build(p);
	assert_int_equal(pe_open(&pe, p->image.data, p->image.size, PE_LAYOUT_FILE), PE_OK);
	assert_true(profile_at(&pe, 0, &profile));
	assert_int_equal(profile.kind, PROFILE_PARTITIONED);
	assert_true(profile_at(&pe, 1, &profile));
	assert_int_equal(profile.kind, PROFILE_CHECK);
	assert_false(profile_at(&pe, 2, &profile));
}

static void text_sections_hold_what_systemd_looks_for(void **state)
{
	static const char osrel[] = "ID=bulkhead\nNAME=\"Bulkhead\"\nPRETTY_NAME=\"Bulkhead ";
	struct parts *p = *state;
	struct pe_image pe;
	struct pe_span span;

	build(p);
	assert_int_equal(pe_open(&pe, p->image.data, p->image.size, PE_LAYOUT_FILE), PE_OK);
	assert_int_equal(pe_section(&pe, ".uname", &span), PE_OK);
	assert_same(&span, "6.1.0-test", 10);
	assert_int_equal(pe_section(&pe, ".osrel", &span), PE_OK);
	assert_memory_equal(span.data, osrel, sizeof(osrel) - 1);
	assert_non_null(memmem(span.data, span.size, "\nVERSION_ID=", 12));
	assert_non_null(memmem(span.data, span.size, "\nIMAGE_VERSION=", 15));
	assert_int_equal(pe_section(&pe, ".sbat", &span), PE_OK);
	assert_memory_equal(span.data, "sbat,1,", 7);
	assert_non_null(memmem(span.data, span.size, "\nbulkhead,1,", 12));
}

static void the_sbat_lines_of_the_kernel_are_kept(void **state)
{
	static const char lines[] = "sbat,1,other\nlinux,3,Debian,linux,6.1,mail:x\nbad\x01line,1\n"
				    "tail,1,a,b,c,d";
	static const struct make_pe_section section = {
		".sbat", 0x1000, sizeof(lines) - 1, 0x400, 0x200, PE_SCN_INIT_DATA | PE_SCN_READ};
	struct parts *p = *state;
	struct pe_image pe;
	struct pe_span span;

	memset(p->payloads.kernel.data, 0, 5000);
	make_pe(p->payloads.kernel.data, 0x2000, 0x1000, &section, 1);
	memcpy(p->payloads.kernel.data + 0x400, lines, sizeof(lines));
	build(p);
	assert_int_equal(pe_open(&pe, p->image.data, p->image.size, PE_LAYOUT_FILE), PE_OK);
	assert_int_equal(pe_section(&pe, ".sbat", &span), PE_OK);
	assert_non_null(memmem(span.data, span.size,
			       "README.md\nlinux,3,Debian,linux,6.1,mail:x\n"
			       "tail,1,a,b,c,d\n",
			       57));
	assert_null(memmem(span.data, span.size, "other", 5));
	assert_null(memmem(span.data, span.size, "bad", 3));
}

static void the_same_input_gives_the_same_bytes(void **state)
{
	struct parts *p = *state;
	struct blob first;

	build(p);
	first = p->image;
	p->image = (struct blob){0};
	build(p);
	assert_int_equal(first.size, p->image.size);
	assert_memory_equal(first.data, p->image.data, first.size);
	blob_free(&first);
}

static void unfit_stubs_are_refused(void **state)
{
	static const struct {
		uint32_t offset, bytes, value;
		const char *why;
	} cases[] = {
		{0,			      2, 0,          "it does not begin with MZ"              },
		{DIR(4) + 4,                     4, 8,          "it is signed"                           },
		{DIR(5) + 4,                     4, 0,          "it has no relocations"                  },
		{MAKE_PE_COFF + 22,              2, 0x207,      "it has no relocations"                  },
		{MAKE_PE_OPTIONAL + 16,          4, 0x2000,     "its entry point is not in an executable"},
		{MAKE_PE_OPTIONAL + 32,          4, 512,        "its SectionAlignment is not 4096"       },
		{MAKE_PE_ROW(1) + MAKE_PE_RVA,   4, 0x1f00,     "its sections are not page-aligned"      },
		{MAKE_PE_ROW(1) + MAKE_PE_FLAGS, 4, 0xe0000000, "its section .data is both"              },
		{MAKE_PE_ROW(1),                 2, 0x342f,     "it has debug sections"                  },
		{MAKE_PE_ROW(1) + 4,             2, 0x61,       NULL                                     },
	};
	struct parts *p = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_stub(p->stub_data);
		if (cases[i].bytes == 2)
			put_le16(p->stub_data + cases[i].offset, cases[i].value);
		else
			put_le32(p->stub_data + cases[i].offset, cases[i].value);
		blob_free(&p->image);
		if (build_to(p, &p->stub, &p->image, p->why)) {
			assert_null(cases[i].why);
			continue;
		}
		assert_non_null(cases[i].why);
		assert_memory_equal(p->why, cases[i].why, strlen(cases[i].why));
	}
}

static void a_finished_image_is_refused_as_a_stub(void **state)
{
	struct parts *p = *state;
	struct blob again = {0};

	build(p);
	assert_false(build_to(p, &p->image, &again, p->why));
	assert_string_equal(p->why, "it already has a section .profile; give the plain stub, not a "
				    "finished image");
}

/* Inspect @image; return what it complains about. */
static bool inspected(const struct blob *image, char **problems)
{
	char *shown = NULL;
	size_t size, shown_size;
	FILE *out = open_memstream(&shown, &shown_size), *err = open_memstream(problems, &size);
	bool ok = inspect("i", image, false, out, err);

	fclose(out);
	fclose(err);
	free(shown);
	return ok;
}

static void inspect_finds_every_damaged_payload(void **state)
{
	static const char *const names[] = {".linux",   ".initrd",  ".ucode",
					    ".cmdline", ".rtcells", ".rtcfg"};
	struct parts *p = *state;
	struct pe_image pe;
	struct pe_span span;
	char *problems;

	build(p);
	assert_true(inspected(&p->image, &problems));
	assert_string_equal(problems, "");
	free(problems);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		build(p);
		assert_int_equal(pe_open(&pe, p->image.data, p->image.size, PE_LAYOUT_FILE), PE_OK);
		assert_int_equal(pe_section(&pe, names[i], &span), PE_OK);
		p->image.data[span.data - p->image.data + 5] ^= 1;
		assert_false(inspected(&p->image, &problems));
		assert_non_null(strstr(problems, names[i]));
		free(problems);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_stub_finds_every_payload_in_the_loaded_image),
		T(the_stub_reads_the_policy_that_was_asked_for),
		T(an_image_may_lack_initrd_cells_and_command_line),
		T(sections_follow_each_other_without_gap_or_overlay),
		T(headers_are_those_of_a_unified_kernel_image),
		T(profiles_are_numbered_as_the_stub_numbers_them),
		T(profiles_that_are_not_wanted_are_left_out),
		T(text_sections_hold_what_systemd_looks_for),
		T(the_sbat_lines_of_the_kernel_are_kept),
		T(the_same_input_gives_the_same_bytes),
		T(unfit_stubs_are_refused),
		T(a_finished_image_is_refused_as_a_stub),
		T(inspect_finds_every_damaged_payload),
	};

	return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
