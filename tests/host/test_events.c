/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose is an NMI: Bulkhead's own kick, another CPU's event, or the platform's. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/cell.h"
#include "core/console.h"
#include "core/cpu.h"
#include "core/main.h"
#include "iommu/iommu.h"
#include "x86/lapic.h"
#include "x86/vlapic.h"

#define ENDLESS_KHZ 1000000000u /* nothing is late while a test runs */

static struct cell root = {.is_root = true};
static struct cpu_shared shared[1];
static struct vcpu vcpu;
static u32 sent, injected, drained, parked;

struct cell *cells = &root;
struct cpu_shared *cpus = shared;
u32 tsc_khz;

void lapic_send(u32 apic_id, u32 icr)
{
	(void)apic_id;
	(void)icr;
	sent++;
}

void console_drain(void)
{
	drained++;
}

bool iommu_check_faults(bool all)
{
	(void)all;
	return false;
}

void vlapic_reset(struct vcpu *v)
{
	(void)v;
}

static void inject_nmi(struct vcpu *v)
{
	(void)v;
	injected++;
}

static void enter_parking(struct vcpu *v)
{
	(void)v;
	parked++;
}

static void reset_sipi(struct vcpu *v, u8 vector)
{
	(void)v;
	(void)vector;
}

static const struct vcpu_ops ops = {
	.inject_nmi = inject_nmi, .enter_parking = enter_parking, .reset_sipi = reset_sipi};
const struct vcpu_ops *vcpu_ops = &ops;

static int setup(void **state)
{
	(void)state;
	memset(shared, 0, sizeof(shared));
	vcpu = (struct vcpu){.cell = &root, .shared = shared, .state = VCPU_RUNNING};
	sent = injected = drained = parked = 0;
	tsc_khz = ENDLESS_KHZ;
	return 0;
}

static void a_platform_nmi_reaches_root(void **state)
{
	(void)state;
	vcpu_events(&vcpu);
	assert_int_equal(injected, 1);
}

static void a_kick_is_no_nmi(void **state)
{
	(void)state;
	vcpu_post(0, EVENT_CONSOLE);
	assert_int_equal(sent, 1);
	vcpu_events(&vcpu);
	assert_int_equal(drained, 1);
	assert_int_equal(injected, 0);
	vcpu_events(&vcpu);
	assert_int_equal(injected, 1);
}

static void an_nmi_event_is_injected(void **state)
{
	(void)state;
	vcpu_post(0, EVENT_NMI);
	vcpu_events(&vcpu);
	assert_int_equal(injected, 1);
}

static void init_drops_an_nmi_that_waits(void **state)
{
	(void)state;
	vcpu_post(0, EVENT_NMI);
	vcpu_post(0, EVENT_INIT);
	vcpu_post(0, EVENT_SIPI);
	vcpu_events(&vcpu);
	assert_int_equal(parked, 1);
	assert_int_equal(vcpu.state, VCPU_RUNNING);
	assert_int_equal(injected, 0);
}

static void init_drops_a_sipi_that_waits(void **state)
{
	(void)state;
	vcpu_post(0, EVENT_SIPI);
	vcpu_post(0, EVENT_INIT);
	vcpu_events(&vcpu);
	assert_int_equal(vcpu.state, VCPU_WAIT_SIPI);
	vcpu_post(0, EVENT_SIPI);
	vcpu_events(&vcpu);
	assert_int_equal(vcpu.state, VCPU_RUNNING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_platform_nmi_reaches_root, setup),
		cmocka_unit_test_setup(a_kick_is_no_nmi, setup),
		cmocka_unit_test_setup(an_nmi_event_is_injected, setup),
		cmocka_unit_test_setup(init_drops_an_nmi_that_waits, setup),
		cmocka_unit_test_setup(init_drops_a_sipi_that_waits, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
