/* SPDX-License-Identifier: BSD-2-Clause */
/* The I/O APIC emulation on a register file that notes every write. */
#include "devices/ioapic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/vcpu.h"
#include "iommu/iommu.h"
#include "x86/vlapic.h"

#define PINS      24u
#define FIRST_IRQ 100u
#define LOW(pin)  (0x10u + 2 * (pin))
#define HIGH(pin) (LOW(pin) + 1)

static struct {
	u32 reg[0x100];
	struct {
		u32 reg, value;
	} log[64];
	u32 writes;
	u32 eoi;
} hw;

static struct {
	u32 sets; /* calls of iommu_irq_set */
	u32 index;
	struct irq_target target;
} iommu;

static u32 refused;
static struct cell root_cell = {.id = 0}, rt_cell = {.id = 1};
static struct vcpu root_cpu = {.cell = &root_cell}, rt_cpu = {.cell = &rt_cell};
static struct ioapic_pin pins[PINS];
static struct ioapic io;

u32 ioapic_read(const struct ioapic *which, u32 reg)
{
	assert_ptr_equal(which, &io);
	return hw.reg[reg];
}

void ioapic_write(const struct ioapic *which, u32 reg, u32 value)
{
	assert_ptr_equal(which, &io);
	assert_in_range(hw.writes, 0, ARRAY_SIZE(hw.log) - 1);
	hw.log[hw.writes].reg = reg;
	hw.log[hw.writes++].value = value;
	/* remote IRR is read-only, and an edge-triggered entry has none */
	hw.reg[reg] = value & RTE_LEVEL ? value | (hw.reg[reg] & RTE_REMOTE_IRR) : value;
}

void ioapic_write_eoi(const struct ioapic *which, u32 vector)
{
	(void)which;
	hw.eoi = vector;
}

/* Physical destinations 0 to 2 are root's. */
enum irq_verdict vlapic_route(struct vcpu *v, const struct irq_wish *wish, struct irq_target *out)
{
	(void)v;
	if (wish->delivery == ICR_DELIVERY_SMI)
		return IRQ_REFUSED;
	if (wish->dest > 2)
		return IRQ_NOBODY;
	*out = (struct irq_target){wish->dest, wish->vector, wish->delivery, wish->level};
	return IRQ_OK;
}

void iommu_irq_set(u32 index, const struct irq_target *target)
{
	iommu.sets++;
	iommu.index = index;
	iommu.target = *target;
}

/* Not the real format: something that tells what was asked for. */
u64 iommu_rte(u32 index, const struct irq_target *target)
{
	return (u64)index << 49 | target->vector | (target->level ? RTE_LEVEL : 0);
}

void cell_refused(struct cell *cell, u32 cpu, enum bh_refusal class, const char *fmt, ...)
{
	(void)cell;
	(void)cpu;
	(void)class;
	(void)fmt;
	refused++;
}

static int setup_version(u32 version)
{
	memset(&hw, 0, sizeof(hw));
	memset(&iommu, 0, sizeof(iommu));
	memset(pins, 0, sizeof(pins));
	refused = 0;
	io = (struct ioapic){.first_irq = FIRST_IRQ,
			     .version = (PINS - 1) << 16 | version,
			     .pin_count = PINS,
			     .pin = pins};
	pins[5].cell = 1;
	ioapic_reset(&io);
	hw.writes = 0;
	return 0;
}

static int setup(void **state)
{
	(void)state;
	return setup_version(0x20);
}

static int setup_old(void **state)
{
	(void)state;
	return setup_version(0x11);
}

static void poke(struct vcpu *v, u64 offset, u32 value)
{
	struct bus_access a = {.offset = offset, .size = 4, .write = true, .value = value};

	ioapic_access(v, &io, &a);
}

static u32 peek(struct vcpu *v, u64 offset)
{
	struct bus_access a = {.offset = offset, .size = 4, .value = ~0ULL};

	ioapic_access(v, &io, &a);
	return (u32)a.value;
}

static void root_write(u32 reg, u32 value)
{
	poke(&root_cpu, IOAPIC_OFFSET_INDEX, reg);
	poke(&root_cpu, IOAPIC_OFFSET_DATA, value);
}

static u32 root_read(u32 reg)
{
	poke(&root_cpu, IOAPIC_OFFSET_INDEX, reg);
	return peek(&root_cpu, IOAPIC_OFFSET_DATA);
}

static void reset_masks_all_pins(void **state)
{
	(void)state;
	for (u32 pin = 0; pin < PINS; pin++) {
		assert_int_equal(hw.reg[LOW(pin)], RTE_MASKED);
		assert_int_equal(hw.reg[HIGH(pin)], 0);
		if (pin != 5)
			assert_int_equal(root_read(LOW(pin)), RTE_MASKED);
	}
}

static void masked_entries_stay_in_the_shadow(void **state)
{
	(void)state;
	root_write(HIGH(3), 0x02000000);
	root_write(LOW(3), RTE_MASKED | RTE_LEVEL | 0x33);
	assert_int_equal(hw.writes, 0);
	assert_int_equal(iommu.sets, 0);
	assert_int_equal(root_read(HIGH(3)), 0x02000000);
	assert_int_equal(root_read(LOW(3)), RTE_MASKED | RTE_LEVEL | 0x33);
}

static void unmasking_writes_the_upper_half_first_and_the_lower_last(void **state)
{
	(void)state;
	root_write(HIGH(3), 0x02000000);
	root_write(LOW(3), RTE_LEVEL | RTE_POLARITY | 0x33);
	assert_int_equal(iommu.sets, 1);
	assert_int_equal(iommu.index, FIRST_IRQ + 3);
	assert_int_equal(iommu.target.apic_id, 2);
	assert_int_equal(iommu.target.vector, 0x33);
	assert_int_equal(hw.writes, 2);
	assert_int_equal(hw.log[0].reg, HIGH(3));
	assert_int_equal(hw.log[0].value, (FIRST_IRQ + 3) << 17);
	assert_int_equal(hw.log[1].reg, LOW(3));
	assert_int_equal(hw.log[1].value, RTE_LEVEL | RTE_POLARITY | 0x33);
	assert_int_equal(root_read(HIGH(3)), 0x02000000); /* the guest's own, not ours */
}

static void masking_writes_the_lower_half_only_and_keeps_the_vector(void **state)
{
	(void)state;
	root_write(LOW(3), RTE_LEVEL | 0x33);
	hw.writes = 0;
	root_write(LOW(3), RTE_MASKED | 0x44);
	assert_int_equal(hw.writes, 1);
	assert_int_equal(hw.log[0].reg, LOW(3));
	assert_int_equal(hw.log[0].value, RTE_MASKED | RTE_LEVEL | 0x33);
	root_write(LOW(3), RTE_MASKED | 0x45); /* masked before: nothing to do */
	assert_int_equal(hw.writes, 1);
}

static void a_new_destination_of_an_unmasked_pin_takes_effect_at_once(void **state)
{
	(void)state;
	root_write(LOW(3), 0x33);
	root_write(HIGH(3), 0x01000000);
	assert_int_equal(iommu.sets, 2);
	assert_int_equal(iommu.target.apic_id, 1);
	assert_int_equal(iommu.target.vector, 0x33);
}

static void a_foreign_destination_is_refused_and_masked(void **state)
{
	(void)state;
	root_write(LOW(3), 0x33);
	root_write(HIGH(3), 0x03000000);
	assert_int_equal(refused, 1);
	assert_int_equal(hw.reg[LOW(3)] & RTE_MASKED, RTE_MASKED);
	assert_int_equal(iommu.sets, 1);
	root_write(HIGH(3), 0x02000000); /* the shadow is unmasked: valid again, on again */
	assert_int_equal(hw.reg[LOW(3)] & RTE_MASKED, 0);
}

static void smi_delivery_is_refused(void **state)
{
	(void)state;
	root_write(LOW(3), 2 << 8);
	assert_int_equal(refused, 1);
	assert_int_equal(hw.writes, 0);
}

static void status_bits_come_from_hardware_and_cannot_be_written(void **state)
{
	(void)state;
	root_write(LOW(3), RTE_LEVEL | RTE_REMOTE_IRR | RTE_STATUS | 0x33);
	assert_int_equal(root_read(LOW(3)), RTE_LEVEL | 0x33);
	hw.reg[LOW(3)] |= RTE_REMOTE_IRR;
	assert_int_equal(root_read(LOW(3)), RTE_LEVEL | RTE_REMOTE_IRR | 0x33);
}

static void foreign_pins_read_as_zero_and_ignore_writes(void **state)
{
	(void)state;
	root_write(LOW(5), 0x33);
	root_write(HIGH(5), 0x01000000);
	assert_int_equal(root_read(LOW(5)), 0);
	assert_int_equal(root_read(HIGH(5)), 0);
	assert_int_equal(hw.writes, 0);
	assert_int_equal(pins[5].shadow, RTE_MASKED);
	assert_int_equal(refused, 0);
}

static void every_cell_has_an_index_register_of_its_own(void **state)
{
	(void)state;
	poke(&root_cpu, IOAPIC_OFFSET_INDEX, LOW(3));
	poke(&rt_cpu, IOAPIC_OFFSET_INDEX, LOW(5));
	poke(&root_cpu, IOAPIC_OFFSET_DATA, RTE_MASKED | 0x33);
	poke(&rt_cpu, IOAPIC_OFFSET_DATA, RTE_MASKED | 0x55);
	assert_int_equal(pins[3].shadow, RTE_MASKED | 0x33);
	assert_int_equal(pins[5].shadow, RTE_MASKED | 0x55);
	assert_int_equal(peek(&root_cpu, IOAPIC_OFFSET_INDEX), LOW(3));
}

static void registers_beyond_the_last_pin_do_nothing(void **state)
{
	(void)state;
	for (u32 reg = LOW(PINS); reg < 0x100; reg++) {
		root_write(reg, 0x33);
		assert_int_equal(root_read(reg), 0);
	}
	poke(&root_cpu, 0x80, 0x33);
	assert_int_equal(peek(&root_cpu, 0x80), 0);
	assert_int_equal(hw.writes, 0);
}

static void id_and_version_can_be_read_but_not_written(void **state)
{
	(void)state;
	hw.reg[0] = 0x01000000;
	root_write(0, 0x0f000000);
	root_write(IOAPIC_VERSION, 0);
	assert_int_equal(root_read(0), 0x01000000);
	assert_int_equal(root_read(IOAPIC_VERSION), (PINS - 1) << 16 | 0x20);
	assert_int_equal(hw.writes, 0);
}

static void eoi_register_passes_for_an_own_level_vector(void **state)
{
	(void)state;
	root_write(LOW(3), RTE_LEVEL | 0x33);
	root_write(LOW(4), 0x44);
	poke(&root_cpu, IOAPIC_OFFSET_EOI, 0x44); /* edge */
	poke(&root_cpu, IOAPIC_OFFSET_EOI, 0x55); /* nobody's */
	assert_int_equal(hw.eoi, 0);
	poke(&rt_cpu, IOAPIC_OFFSET_EOI, 0x33); /* not the RT cell's */
	assert_int_equal(hw.eoi, 0);
	poke(&root_cpu, IOAPIC_OFFSET_EOI, 0x33);
	assert_int_equal(hw.eoi, 0x33);
}

static void eoi_ends_own_pins_only_where_cells_share_a_vector(void **state)
{
	(void)state;
	root_write(LOW(3), RTE_LEVEL | 0x33);
	poke(&rt_cpu, IOAPIC_OFFSET_INDEX, LOW(5));
	poke(&rt_cpu, IOAPIC_OFFSET_DATA, RTE_LEVEL | 0x33);
	hw.reg[LOW(3)] |= RTE_REMOTE_IRR;
	hw.reg[LOW(5)] |= RTE_REMOTE_IRR;
	poke(&root_cpu, IOAPIC_OFFSET_EOI, 0x33);
	assert_int_equal(hw.eoi, 0);
	assert_int_equal(hw.reg[LOW(3)], RTE_LEVEL | 0x33);
	assert_int_equal(hw.reg[LOW(5)], RTE_LEVEL | RTE_REMOTE_IRR | 0x33);
}

static void old_ioapic_has_no_eoi_register(void **state)
{
	(void)state;
	root_write(LOW(3), RTE_LEVEL | 0x33);
	poke(&root_cpu, IOAPIC_OFFSET_EOI, 0x33);
	assert_int_equal(hw.eoi, 0);
}

/* What Linux does there instead: __eoi_ioapic_pin */
static void old_ioapic_ends_a_level_interrupt_by_a_moment_of_edge_trigger(void **state)
{
	(void)state;
	root_write(LOW(3), RTE_LEVEL | 0x33);
	hw.reg[LOW(3)] |= RTE_REMOTE_IRR;
	root_write(LOW(3), RTE_MASKED | 0x33);
	assert_int_equal(hw.reg[LOW(3)], RTE_MASKED | 0x33);
	root_write(LOW(3), RTE_LEVEL | 0x33);
	assert_int_equal(hw.reg[LOW(3)], RTE_LEVEL | 0x33);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reset_masks_all_pins),
		TEST(masked_entries_stay_in_the_shadow),
		TEST(unmasking_writes_the_upper_half_first_and_the_lower_last),
		TEST(masking_writes_the_lower_half_only_and_keeps_the_vector),
		TEST(a_new_destination_of_an_unmasked_pin_takes_effect_at_once),
		TEST(a_foreign_destination_is_refused_and_masked),
		TEST(smi_delivery_is_refused),
		TEST(status_bits_come_from_hardware_and_cannot_be_written),
		TEST(foreign_pins_read_as_zero_and_ignore_writes),
		TEST(every_cell_has_an_index_register_of_its_own),
		TEST(registers_beyond_the_last_pin_do_nothing),
		TEST(id_and_version_can_be_read_but_not_written),
		TEST(eoi_register_passes_for_an_own_level_vector),
		TEST(eoi_ends_own_pins_only_where_cells_share_a_vector),
		cmocka_unit_test_setup(old_ioapic_has_no_eoi_register, setup_old),
		cmocka_unit_test_setup(
			old_ioapic_ends_a_level_interrupt_by_a_moment_of_edge_trigger, setup_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
