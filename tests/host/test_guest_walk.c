/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/guest_walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "x86/regs.h"

#define P   0x01ULL
#define W   0x02ULL
#define U   0x04ULL
#define A   0x20ULL
#define D   0x40ULL
#define PS  0x80ULL
#define PAT 0x1000ULL /* of a large page */
#define XD  BIT64(63)

/* 1 MiB of guest RAM at 0x100000; whatever else the walk reads, the guest does not have. */
#define RAM_BASE 0x100000ULL
#define RAM_SIZE 0x100000ULL

static u64 ram[RAM_SIZE / 8];
static u32 reads;

static bool read64(void *opaque, u64 gpa, u64 *val)
{
	assert_ptr_equal(opaque, ram);
	assert_int_equal(gpa % 8, 0);
	reads++;
	if (gpa < RAM_BASE || gpa >= RAM_BASE + RAM_SIZE)
		return false;
	*val = ram[(gpa - RAM_BASE) / 8];
	return true;
}

static void put(u64 table, u64 index, u64 entry)
{
	ram[(table - RAM_BASE) / 8 + index] = entry;
}

static void put32(u64 table, u64 index, u32 entry)
{
	((u32 *)ram)[(table - RAM_BASE) / 4 + index] = entry;
}

static struct walk_ctx ctx;
static struct walk_result res;

static void start(u64 cr3, u64 cr4, u64 efer)
{
	memset(ram, 0, sizeof(ram));
	ctx = (struct walk_ctx){.cr0 = CR0_PE | CR0_PG | CR0_WP,
				.cr3 = cr3,
				.cr4 = cr4,
				.efer = efer,
				.phys_bits = 40,
				.opaque = ram,
				.read64 = read64};
	reads = 0;
}

#define PML5 0x110000ULL
#define PML4 0x111000ULL
#define PDPT 0x112000ULL
#define PD   0x113000ULL
#define PT   0x114000ULL
#define LONG (EFER_LME | EFER_LMA | EFER_NXE)

/* 0xffff812345678abc and its indices */
#define LIN4     0xffff812345678abcULL
#define INDEX(l) ((LIN4 >> (12 + 9 * ((l)-1))) & 0x1ff)
#define LIN5     0xff12812345678abcULL
#define INDEX5   ((LIN5 >> 48) & 0x1ff)

static void start_4level(u64 rights)
{
	start(PML4, CR4_PAE, LONG);
	put(PML4, INDEX(4), PDPT | rights);
	put(PDPT, INDEX(3), PD | rights);
	put(PD, INDEX(2), PT | rights);
	put(PT, INDEX(1), 0x9876543000 | rights);
}

static void expect_gpa(u64 lin, u64 gpa, u64 page_size)
{
	static const enum walk_access all[] = {WALK_READ, WALK_WRITE, WALK_FETCH};

	for (u32 i = 0; i < 3; i++) {
		assert_int_equal(guest_walk(&ctx, lin, all[i], &res), WALK_OK);
		assert_int_equal(res.gpa, gpa);
		assert_int_equal(res.page_size, page_size);
	}
}

static void expect_fault(u64 lin, enum walk_access access, u32 code)
{
	assert_int_equal(guest_walk(&ctx, lin, access, &res), WALK_FAULT);
	assert_int_equal(res.error_code, code);
}

static void without_paging_addresses_are_physical(void **state)
{
	(void)state;
	start(0xdead000, 0, 0);
	ctx.cr0 = CR0_PE;
	expect_gpa(0xfee00300, 0xfee00300, PAGE_SIZE);
	expect_gpa(0x1fee00300, 0xfee00300, PAGE_SIZE); /* 32 bits only */
	ctx.user = true;
	expect_gpa(0x1000, 0x1000, PAGE_SIZE);
	assert_int_equal(reads, 0);
}

static void four_levels_translate_a_4k_page(void **state)
{
	(void)state;
	start_4level(P | W);
	expect_gpa(LIN4, 0x9876543abc, PAGE_SIZE);
	assert_int_equal(reads, 3 * 4);
	/* low bits of CR3 are PCID or cache control */
	ctx.cr3 |= 0xfff | BIT64(63);
	expect_gpa(LIN4, 0x9876543abc, PAGE_SIZE);
	/* neighbours are not mapped */
	expect_fault(LIN4 + PAGE_SIZE, WALK_READ, 0);
	expect_fault(LIN4 - PAGE_SIZE, WALK_READ, 0);
}

static void four_levels_translate_large_pages(void **state)
{
	(void)state;
	start_4level(P | W);
	put(PD, INDEX(2), 0x9876400000 | PS | PAT | P | W);
	expect_gpa(LIN4, 0x9876400000 | (LIN4 & 0x1fffff), SIZE_2M);
	put(PDPT, INDEX(3), 0x9840000000 | PS | PAT | P | W);
	expect_gpa(LIN4, 0x9840000000 | (LIN4 & 0x3fffffff), SIZE_1G);
}

static void five_levels_translate(void **state)
{
	(void)state;
	start_4level(P | W);
	ctx.cr4 |= CR4_LA57;
	ctx.cr3 = PML5;
	put(PML5, INDEX5, PML4 | P | W);
	expect_gpa(LIN5, 0x9876543abc, PAGE_SIZE);
	assert_int_equal(reads, 3 * 5);
	/* canonical with 57 bits, but mapped by no PML5E */
	expect_fault(0x0012812345678abc, WALK_READ, 0);
}

static void addresses_must_be_canonical(void **state)
{
	(void)state;
	start_4level(P | W);
	assert_int_equal(guest_walk(&ctx, 0x0000800000000000, WALK_READ, &res), WALK_NOT_CANONICAL);
	assert_int_equal(guest_walk(&ctx, 0xffff7fffffffffff, WALK_READ, &res), WALK_NOT_CANONICAL);
	assert_int_equal(guest_walk(&ctx, LIN5, WALK_FETCH, &res), WALK_NOT_CANONICAL);
	expect_fault(0x00007fffffffffff, WALK_READ, 0);
	expect_fault(0xffff800000000000, WALK_READ, 0);
	ctx.cr4 |= CR4_LA57;
	ctx.cr3 = PML5;
	assert_int_equal(guest_walk(&ctx, 0x0100000000000000, WALK_READ, &res), WALK_NOT_CANONICAL);
	assert_int_equal(guest_walk(&ctx, 0xfeffffffffffffff, WALK_READ, &res), WALK_NOT_CANONICAL);
	expect_fault(0x00ffffffffffffff, WALK_READ, 0);
	expect_fault(0xff00000000000000, WALK_READ, 0);
}

static void pae_translates_with_and_without_large_pages(void **state)
{
	const u32 lin = 0xc5678abc;

	(void)state;
	start(0x112fe0, CR4_PAE, EFER_NXE); /* CR3 of PAE has a granularity of 32 bytes */
	put(PDPT, 0xfe0 / 8 + 3, PD | P);
	put(PD, (lin >> 21) & 0x1ff, PT | P | W | U);
	put(PT, (lin >> 12) & 0x1ff, 0x9876543000 | P | W | U | A | D);
	expect_gpa(lin, 0x9876543abc, PAGE_SIZE);
	expect_gpa(0xaaaaaaaa00000000 | lin, 0x9876543abc, PAGE_SIZE);
	/* rights of the PDPTE do not exist, so user access needs only the two below */
	ctx.user = true;
	expect_gpa(lin, 0x9876543abc, PAGE_SIZE);
	put(PD, (lin >> 21) & 0x1ff, 0x9876400000 | PS | P | W | U);
	expect_gpa(lin, 0x9876400000 | (lin & 0x1fffff), SIZE_2M);
	expect_fault(0x05678abc, WALK_READ, WALK_PF_USER);
}

static void pae_refuses_reserved_bits(void **state)
{
	static const u64 reserved[] = {BIT64(1),  BIT64(2),  BIT64(5),  BIT64(8),
				       BIT64(40), BIT64(52), BIT64(62), BIT64(63)};
	const u32 lin = 0xc5678abc;

	(void)state;
	start(PDPT, CR4_PAE, EFER_NXE);
	put(PD, (lin >> 21) & 0x1ff, PT | P | W);
	put(PT, (lin >> 12) & 0x1ff, 0x9876543000 | P | W);
	for (u32 i = 0; i < ARRAY_SIZE(reserved); i++) {
		put(PDPT, 3, PD | P | reserved[i]);
		expect_fault(lin, WALK_READ, WALK_PF_PRESENT | WALK_PF_RESERVED);
	}
	put(PDPT, 3, PD | P);
	expect_gpa(lin, 0x9876543abc, PAGE_SIZE);
	put(PT, (lin >> 12) & 0x1ff, 0x9876543000 | P | W | BIT64(52));
	expect_fault(lin, WALK_READ, WALK_PF_PRESENT | WALK_PF_RESERVED);
}

static void classic_paging_translates_4k_and_4m_pages(void **state)
{
	const u32 lin = 0xc5678abc;

	(void)state;
	start(PD, CR4_PSE, 0);
	put32(PD, lin >> 22, PT | P | W | U);
	put32(PT, (lin >> 12) & 0x3ff, 0x87654000 | P | W | U);
	expect_gpa(lin, 0x87654abc, PAGE_SIZE);
	expect_gpa(0xffffffff00000000 | lin, 0x87654abc, PAGE_SIZE);
	/* an odd index sits in the upper half of the 8 bytes read */
	put32(PT, ((lin >> 12) & 0x3ff) + 1, 0x12345000 | P | W | U);
	expect_gpa(lin + PAGE_SIZE, 0x12345abc, PAGE_SIZE);

	put32(PD, lin >> 22, 0x87400000 | PS | PAT | P | W | U);
	expect_gpa(lin, 0x87400000 | (lin & 0x3fffff), 0x400000);
	/* PSE-36: address bits 39:32 in bits 20:13 */
	put32(PD, lin >> 22, 0x87400000 | 0xa5 << 13 | PS | P | W | U);
	expect_gpa(lin, 0xa587400000 | (lin & 0x3fffff), 0x400000);
	put32(PD, lin >> 22, 0x87400000 | BIT32(21) | PS | P | W | U);
	expect_fault(lin, WALK_READ, WALK_PF_PRESENT | WALK_PF_RESERVED);
	/* without PSE the bit means nothing */
	ctx.cr4 = 0;
	put32(PD, lin >> 22, PT | PS | P | W | U);
	expect_gpa(lin, 0x87654abc, PAGE_SIZE);
}

static void an_absent_entry_faults_at_each_level(void **state)
{
	static const u64 tables[] = {0, PT, PD, PDPT, PML4};

	(void)state;
	for (u32 level = 1; level <= 4; level++) {
		start_4level(P | W);
		/* whatever the other bits say */
		put(tables[level], INDEX(level), ~P);
		expect_fault(LIN4, WALK_READ, 0);
		expect_fault(LIN4, WALK_WRITE, WALK_PF_WRITE);
		expect_fault(LIN4, WALK_FETCH, WALK_PF_FETCH);
		ctx.user = true;
		expect_fault(LIN4, WALK_WRITE, WALK_PF_WRITE | WALK_PF_USER);
	}
}

static void user_rights_are_needed_at_each_level(void **state)
{
	static const u64 tables[] = {0, PT, PD, PDPT, PML4};

	(void)state;
	start_4level(P | W | U);
	ctx.user = true;
	expect_gpa(LIN4, 0x9876543abc, PAGE_SIZE);
	for (u32 level = 1; level <= 4; level++) {
		start_4level(P | W | U);
		ctx.user = true;
		put(tables[level], INDEX(level),
		    ram[(tables[level] - RAM_BASE) / 8 + INDEX(level)] & ~U);
		expect_fault(LIN4, WALK_READ, WALK_PF_PRESENT | WALK_PF_USER);
		expect_fault(LIN4, WALK_FETCH, WALK_PF_PRESENT | WALK_PF_USER | WALK_PF_FETCH);
		ctx.user = false;
		expect_gpa(LIN4, 0x9876543abc, PAGE_SIZE);
	}
}

static void writes_need_the_right_unless_wp_is_off(void **state)
{
	(void)state;
	start_4level(P | W | U);
	put(PD, INDEX(2), PT | P | U);
	assert_int_equal(guest_walk(&ctx, LIN4, WALK_READ, &res), WALK_OK);
	expect_fault(LIN4, WALK_WRITE, WALK_PF_PRESENT | WALK_PF_WRITE);
	ctx.cr0 &= ~CR0_WP;
	assert_int_equal(guest_walk(&ctx, LIN4, WALK_WRITE, &res), WALK_OK);
	ctx.user = true; /* WP concerns the supervisor alone */
	expect_fault(LIN4, WALK_WRITE, WALK_PF_PRESENT | WALK_PF_WRITE | WALK_PF_USER);
}

static void execute_disable_counts_at_each_level(void **state)
{
	static const u64 tables[] = {0, PT, PD, PDPT, PML4};

	(void)state;
	for (u32 level = 1; level <= 4; level++) {
		start_4level(P | W);
		ram[(tables[level] - RAM_BASE) / 8 + INDEX(level)] |= XD;
		expect_fault(LIN4, WALK_FETCH, WALK_PF_PRESENT | WALK_PF_FETCH);
		assert_int_equal(guest_walk(&ctx, LIN4, WALK_READ, &res), WALK_OK);
		/* with NXE off, the bit is reserved and the fetch bit is not reported */
		ctx.efer &= ~EFER_NXE;
		expect_fault(LIN4, WALK_FETCH, WALK_PF_PRESENT | WALK_PF_RESERVED);
		expect_fault(LIN4, WALK_READ, WALK_PF_PRESENT | WALK_PF_RESERVED);
	}
}

static void smep_and_smap_guard_user_pages(void **state)
{
	(void)state;
	start_4level(P | W | U);
	ctx.cr4 |= CR4_SMEP;
	expect_fault(LIN4, WALK_FETCH, WALK_PF_PRESENT | WALK_PF_FETCH);
	assert_int_equal(guest_walk(&ctx, LIN4, WALK_READ, &res), WALK_OK);
	ctx.user = true;
	assert_int_equal(guest_walk(&ctx, LIN4, WALK_FETCH, &res), WALK_OK);
	ctx.user = false;
	ctx.cr4 = CR4_PAE | CR4_SMAP;
	expect_fault(LIN4, WALK_READ, WALK_PF_PRESENT);
	expect_fault(LIN4, WALK_WRITE, WALK_PF_PRESENT | WALK_PF_WRITE);
	assert_int_equal(guest_walk(&ctx, LIN4, WALK_FETCH, &res), WALK_OK);
	ctx.rflags = BIT64(18); /* AC lifts SMAP */
	assert_int_equal(guest_walk(&ctx, LIN4, WALK_WRITE, &res), WALK_OK);
	ctx.rflags = 0;
	ctx.user = true;
	assert_int_equal(guest_walk(&ctx, LIN4, WALK_WRITE, &res), WALK_OK);
}

static void reserved_bits_of_long_mode_fault(void **state)
{
	(void)state;
	start_4level(P | W);
	ram[(PML4 - RAM_BASE) / 8 + INDEX(4)] |= PS; /* no 512 GiB pages */
	expect_fault(LIN4, WALK_READ, WALK_PF_PRESENT | WALK_PF_RESERVED);
	start_4level(P | W);
	ram[(PT - RAM_BASE) / 8 + INDEX(1)] |= PS; /* PAT there */
	expect_gpa(LIN4, 0x9876543abc, PAGE_SIZE);
	for (u32 bit = 40; bit < 63; bit++) {
		start_4level(P | W);
		ram[(PT - RAM_BASE) / 8 + INDEX(1)] |= BIT64(bit);
		if (bit < 52)
			expect_fault(LIN4, WALK_READ, WALK_PF_PRESENT | WALK_PF_RESERVED);
		else /* ignored bits */
			expect_gpa(LIN4, 0x9876543abc, PAGE_SIZE);
	}
	start_4level(P | W);
	put(PD, INDEX(2), 0x9876402000 | PS | P | W); /* 2 MiB page not aligned */
	expect_fault(LIN4, WALK_READ, WALK_PF_PRESENT | WALK_PF_RESERVED);
	put(PDPT, INDEX(3), 0x9840200000 | PS | P | W);
	expect_fault(LIN4, WALK_READ, WALK_PF_PRESENT | WALK_PF_RESERVED);
	/* without a known width no address bit is reserved */
	start_4level(P | W);
	ctx.phys_bits = 0;
	put(PT, INDEX(1), 0xf9876543210000 | P | W);
	assert_int_equal(guest_walk(&ctx, LIN4, WALK_READ, &res), WALK_OK);
	assert_int_equal(res.gpa, 0x9876543210abc);
}

static void a_table_outside_the_guests_ram_is_reported(void **state)
{
	static const u64 tables[] = {0, PT, PD, PDPT, PML4};

	(void)state;
	for (u32 level = 2; level <= 4; level++) {
		start_4level(P | W);
		put(tables[level], INDEX(level), 0x300000 | P | W);
		assert_int_equal(guest_walk(&ctx, LIN4, WALK_FETCH, &res), WALK_NO_MEMORY);
	}
	start(0x300000, CR4_PAE, LONG);
	assert_int_equal(guest_walk(&ctx, LIN4, WALK_FETCH, &res), WALK_NO_MEMORY);
	start(0x300000, 0, 0);
	assert_int_equal(guest_walk(&ctx, 0x1000, WALK_FETCH, &res), WALK_NO_MEMORY);
}

static void a_table_that_maps_itself_ends(void **state)
{
	(void)state;
	start(PML4, CR4_PAE, LONG);
	for (u32 i = 0; i < 512; i++)
		put(PML4, i, PML4 | P | W);
	expect_gpa(LIN4, PML4 | 0xabc, PAGE_SIZE);
	assert_int_equal(reads, 3 * 4);
}

static void expect_running(u64 lin, u64 gpa)
{
	u64 got = 0;

	assert_true(guest_walk_running(&ctx, lin, &got));
	assert_int_equal(got, gpa);
}

static void running_code_is_found_the_short_way(void **state)
{
	u64 gpa;

	(void)state;
	start_4level(P);
	expect_running(LIN4, 0x9876543abc);
	put(PD, INDEX(2), 0x9876400000 | PS | PAT | P);
	expect_running(LIN4, 0x9876400000 | (LIN4 & 0x1fffff));
	put(PDPT, INDEX(3), 0x9840000000 | PS | PAT | P);
	expect_running(LIN4, 0x9840000000 | (LIN4 & 0x3fffffff));
	assert_false(guest_walk_running(&ctx, LIN4 ^ (1ULL << 47), &gpa)); /* not canonical */
	put(PDPT, INDEX(3), 0);
	assert_false(guest_walk_running(&ctx, LIN4, &gpa));
	start_4level(P);
	ctx.cr4 |= CR4_LA57;
	assert_false(guest_walk_running(&ctx, LIN4, &gpa));
	start_4level(P);
	ctx.efer = 0;
	assert_false(guest_walk_running(&ctx, LIN4, &gpa));
	start_4level(P);
	ctx.cr3 = 0x7777777000; /* no RAM there */
	assert_false(guest_walk_running(&ctx, LIN4, &gpa));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_paging_addresses_are_physical),
		cmocka_unit_test(four_levels_translate_a_4k_page),
		cmocka_unit_test(four_levels_translate_large_pages),
		cmocka_unit_test(five_levels_translate),
		cmocka_unit_test(addresses_must_be_canonical),
		cmocka_unit_test(pae_translates_with_and_without_large_pages),
		cmocka_unit_test(pae_refuses_reserved_bits),
		cmocka_unit_test(classic_paging_translates_4k_and_4m_pages),
		cmocka_unit_test(an_absent_entry_faults_at_each_level),
		cmocka_unit_test(user_rights_are_needed_at_each_level),
		cmocka_unit_test(writes_need_the_right_unless_wp_is_off),
		cmocka_unit_test(execute_disable_counts_at_each_level),
		cmocka_unit_test(smep_and_smap_guard_user_pages),
		cmocka_unit_test(reserved_bits_of_long_mode_fault),
		cmocka_unit_test(a_table_outside_the_guests_ram_is_reported),
		cmocka_unit_test(a_table_that_maps_itself_ends),
		cmocka_unit_test(running_code_is_found_the_short_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
