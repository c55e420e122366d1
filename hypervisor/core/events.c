/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events between CPUs. The only way in which Bulkhead interrupts a CPU is an NMI: in guest mode it
 * causes an exit, in host mode it is kept until the next entry (SVM: GIF = 0) or turned into an
 * immediate exit (VMX: preemption timer of 0), so a kick cannot be lost before an entry.
 */
#include "core/cell.h"
#include "core/console.h"
#include "core/cpu.h"
#include "core/main.h"
#include "iommu/iommu.h"
#include "x86/apic_dest.h"
#include "x86/asm.h"
#include "x86/lapic.h"
#include "x86/vlapic.h"

/* An emulator may hold a sender between its count and its NMI for as long as a time slice. */
#define KICK_PATIENCE_MS 1000u

/*
 * Every post sends: QEMU 7.2 may lose an NMI that meets a #VMEXIT (its helper clears another bit of
 * the request word without the lock), and the next post must make up for that.
 */
void vcpu_post(u32 cpu, u32 events)
{
	/* what waits was there first: a SIPI to a running CPU is for nobody, and INIT drops NMIs */
	if (events & EVENT_INIT)
		__atomic_fetch_and(&cpus[cpu].events, ~(EVENT_SIPI | EVENT_NMI), __ATOMIC_ACQ_REL);
	__atomic_fetch_or(&cpus[cpu].events, events, __ATOMIC_ACQ_REL);
	__atomic_fetch_add(&cpus[cpu].kicks_begun, 1, __ATOMIC_ACQ_REL);
	lapic_send(cpus[cpu].apic_id, ICR_MODE(ICR_DELIVERY_NMI) | ICR_ASSERT);
	__atomic_fetch_add(&cpus[cpu].kicks_done, 1, __ATOMIC_ACQ_REL);
}

static bool was_kicked(struct vcpu *v)
{
	u32 done = __atomic_load_n(&v->shared->kicks_done, __ATOMIC_ACQUIRE);
	u32 begun = __atomic_load_n(&v->shared->kicks_begun, __ATOMIC_ACQUIRE);

	return kick_claim(&v->kicks, begun, done, rdtsc(), (u64)tsc_khz * KICK_PATIENCE_MS);
}

static void handle_init(struct vcpu *v)
{
	if (v->state == VCPU_PARKED)
		return; /* parked is for good */
	count_exit(v, BH_EXIT_INIT_SIPI);
	vlapic_reset(v);
	v->state = VCPU_WAIT_SIPI;
	vcpu_ops->enter_parking(v);
}

static void handle_sipi(struct vcpu *v)
{
	if (v->state != VCPU_WAIT_SIPI)
		return; /* hardware ignores it, too: SDM, "INIT IPI Requests"; Linux sends two */
	count_exit(v, BH_EXIT_INIT_SIPI);
	v->state = VCPU_RUNNING;
	vcpu_ops->reset_sipi(v, (u8)__atomic_load_n(&v->shared->sipi_vector, __ATOMIC_RELAXED));
}

/* An NMI that no CPU of ours sent: from the platform, a watchdog or the guest's own LVT. */
static void foreign_nmi(struct vcpu *v)
{
	if (v->cell->is_root && v->state == VCPU_RUNNING)
		vcpu_ops->inject_nmi(v);
	else if (v->cpu != cells[0].boot_cpu)
		vcpu_post(cells[0].boot_cpu, EVENT_NMI);
}

void vcpu_events(struct vcpu *v)
{
	bool kicked = was_kicked(v);
	u32 events = __atomic_exchange_n(&v->shared->events, 0, __ATOMIC_ACQ_REL);
	bool explained = kicked || events;

	count_exit(v, BH_EXIT_NMI);
	if (v->cpu == cells[0].boot_cpu)
		explained = iommu_check_faults(!explained) || explained;
	if (!explained)
		foreign_nmi(v);
	if (events & EVENT_INIT)
		handle_init(v);
	if (events & EVENT_SIPI)
		handle_sipi(v);
	if ((events & EVENT_NMI) && v->state == VCPU_RUNNING)
		vcpu_ops->inject_nmi(v);
	if (events & EVENT_CONSOLE)
		console_drain();
}
