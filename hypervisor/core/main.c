/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Start-up. The boot CPU builds the world, wakes the others, and then all of them walk through
 * cpu_main together: check, agree, enable, agree, run. All CPUs or none.
 */
#include "core/main.h"

#include <bulkhead/image.h>

#include "core/cell.h"
#include "core/console.h"
#include "core/cpu.h"
#include "core/format.h"
#include "core/native.h"
#include "core/string.h"
#include "core/sync.h"
#include "devices/ioapic.h"
#include "devices/pci.h"
#include "iommu/iommu.h"
#include "x86/apic_dest.h"
#include "x86/asm.h"
#include "x86/cpu_clean.h"
#include "x86/host_tables.h"
#include "x86/lapic.h"
#include "x86/parking.h"
#include "x86/regs.h"
#include "x86/vlapic.h"

#define AP_TIMEOUT_US 10000000u /* a CPU takes microseconds; its emulator may be busy */
#define INIT_DELAY_US 10000u    /* SDM vol. 3, "Typical BSP Initialization Sequence" */
#define SIPI_DELAY_US 200u

struct cpu_shared *cpus;
u32 cpu_count;
u32 tsc_khz;
const struct vcpu_ops *vcpu_ops;

static const struct bh_boot_info *boot_info;
static struct page_pool pool;
static struct barrier built, checked, enabled, fenced, started, undone;
static u32 first_error; /* [a] the first CPU that failed decides: (cpu + 1) << 8 | error */

u8 boot_stack[4096] __attribute__((aligned(16)));

extern void switch_tables(u64 cr3, u64 stack_top, void (*fn)(u32), u32 arg)
	__attribute__((noreturn));
extern void hv_entry(void);

static void vote(u32 cpu, enum bh_err err)
{
	u32 none = 0;

	if (err)
		__atomic_compare_exchange_n(&first_error, &none, (cpu + 1) << 8 | err, false,
					    __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/*
 * Nobody has run a guest yet and nobody will. The firmware is gone, so of the three policies
 * `firmware` cannot be had any more; `linux` means root's kernel on the boot CPU, natively: it
 * wakes the other CPUs, which wait here, by INIT-SIPI as always.
 */
static void __attribute__((noreturn)) boot_fail(u32 cpu, enum bh_err err)
{
	u32 e = __atomic_load_n(&first_error, __ATOMIC_ACQUIRE);

	if (cpu != 0)
		halt_forever();
	if (e) {
		cpu = (e >> 8) - 1;
		err = (enum bh_err)(e & 0xff);
	}
	if (err != BH_ERR_IOMMU) /* that one has said why */
		say("cannot start: cpu %u (apic id %u): %s", cpu, cpus ? cpus[cpu].apic_id : 0,
		    bh_strerror(err));
	if (boot_info->on_failure == BH_FAIL_LINUX && cells && cells[0].entry.rip) {
		say("starting the packed Linux without partitions");
		native_start(boot_info, &pool);
	}
	say("the machine stops here; switch it off and on again");
	halt_forever();
}

/* All CPUs wait here; if any of them voted for an error, none goes on. */
static void agree(struct barrier *b, u32 cpu, bool undo)
{
	barrier_wait(b, cpu_count);
	if (!__atomic_load_n(&first_error, __ATOMIC_ACQUIRE))
		return;
	if (undo)
		vcpu_ops->disable();
	barrier_wait(&undone, cpu_count); /* no CPU is in VMX operation when Linux sends INIT */
	boot_fail(cpu, BH_OK);
}

/* Control registers and PAT of the host, the same on all CPUs, nothing inherited. */
static void host_state(void)
{
	u64 cr4 = CR4_PAE | CR4_MCE | CR4_PGE;
	struct cpuid_regs leaf7 = {0, 0, 0, 0};

	if (cpuid(0, 0).eax >= 7)
		leaf7 = cpuid(7, 0);
	if (leaf7.ebx & BIT32(7))
		cr4 |= CR4_SMEP; /* SDM vol. 2, CPUID leaf 7: SMEP, SMAP */
	if (leaf7.ebx & BIT32(20))
		cr4 |= CR4_SMAP;
	if (cpuid(1, 0).ecx & CPUID1_ECX_XSAVE)
		cr4 |= CR4_OSXSAVE; /* XSETBV is executed for guests */
	write_cr4(cr4);
	wrmsr(MSR_PAT, PT_PAT);
}

static enum bh_err cpu_init(u32 cpu)
{
	struct vcpu *v = &this_cpu()->vcpu;

	gdt_load(&this_cpu()->gdt);
	idt_load();
	host_state();
	v->cpu = cpu;
	v->shared = &cpus[cpu];
	v->cell = &cells[cpus[cpu].cell_id];
	v->virt_phys = cpus[cpu].private_phys + (CPU_PRIVATE_PAGES - CPU_VIRT_COUNT) * PAGE_SIZE;
	vlapic_init(v);
	if (lapic_id() != cpus[cpu].apic_id)
		return BH_ERR_MISMATCH;
	return lapic_init();
}

static void wake_one(u32 cpu)
{
	struct bh_trampoline *t = (void *)(CPU_TRAMPOLINE + BH_TRAMPOLINE_PARAMS);
	u32 id = cpus[cpu].apic_id;
	u32 vector = (u32)(boot_info->trampoline_phys >> 12);

	t->entry = (u64)hv_entry;
	t->arg = cpu;
	t->cr3 = cpus[cpu].cr3;
	t->stack = CPU_STACK_TOP;
	lapic_send(id, ICR_MODE(ICR_DELIVERY_INIT) | ICR_ASSERT | ICR_LEVEL);
	delay_us(tsc_khz, INIT_DELAY_US);
	for (u32 tries = 0; tries < 2 && !__atomic_load_n(&cpus[cpu].online, __ATOMIC_ACQUIRE);
	     tries++) {
		lapic_send(id, ICR_MODE(ICR_DELIVERY_SIPI) | ICR_ASSERT | vector);
		delay_us(tsc_khz, SIPI_DELAY_US);
	}
	for (u32 us = 0; us < AP_TIMEOUT_US; us += 10) {
		if (__atomic_load_n(&cpus[cpu].online, __ATOMIC_ACQUIRE))
			return;
		delay_us(tsc_khz, 10);
	}
	say("cannot start: cpu %u (apic id %u): %s", cpu, id, bh_strerror(BH_ERR_TIMEOUT));
	halt_forever(); /* it may still come and use what we would free: do not go on */
}

static void finish_info_pages(void)
{
	u32 khz = lapic_timer_khz(tsc_khz);

	for (u32 i = 1; i < cell_count; i++) {
		cells[i].info->apic_khz = khz;
		cells[i].info->flags = (this_cpu()->vcpu.x2apic ? BH_CELL_X2APIC : 0) |
				       (vcpu_ops->polls_console || (cells[i].flags & BH_CELL_QUIET)
						? 0
						: BH_CELL_CONSOLE_DOORBELL) |
				       (vcpu_ops->uses_vmmcall ? BH_CELL_VMMCALL : 0);
	}
}

static void announce(void)
{
	char list[CPUSET_FORMAT_MAX];

	say("memory: image=%lu pool=%u held=%lu iommu=%lu bytes", boot_info->pool_offset,
	    pool.used * PAGE_SIZE, boot_info->hv_size, iommu_bytes());
	say("boot: tsc_entry=%lu tsc_copy=%lu tsc_now=%lu", boot_info->tsc_entry,
	    boot_info->tsc_copy, rdtsc());
	if (!boot_info->iommu)
		say("WARNING: iommu: off - devices can write to all memory, cells included;"
		    " for development only");
	say("ready: cpus=%u backend=%s iommu=%s", cpu_count, vcpu_ops->name, iommu_name());
	for (u32 i = 1; i < cell_count; i++) {
		cpuset_format(list, sizeof(list), &cells[i].cpus);
		say("cell %s: started cpus=%s", cells[i].name, list);
	}
	cpuset_format(list, sizeof(list), &cells[0].cpus);
	say("cell root: started cpus=%s", list);
}

/* Every CPU, on its own tables and stack; the boot CPU has woken the others by now. */
static void cpu_main(u32 cpu)
{
	struct vcpu *v = &this_cpu()->vcpu;

	vote(cpu, vcpu_ops->check_cpu(cpu));
	agree(&checked, cpu, false); /* no CPU commits before all have been checked */
	vote(cpu, vcpu_ops->enable(v));
	agree(&enabled, cpu, true);
	if (cpu == 0) {
		finish_info_pages();
		vote(0, iommu_enable()); /* devices are fenced before the first guest instruction */
	}
	agree(&fenced, cpu, true);
	if (cpu == 0)
		announce();
	barrier_wait(&started, cpu_count); /* RT cells may run from here, root's CPU follows */
	cpu_clean();
	vcpu_start(v);
	vcpu_ops->run(v);
}

void ap_main(u32 cpu)
{
	vote(cpu, cpu_init(cpu));
	__atomic_store_n(&cpus[cpu].online, 1, __ATOMIC_RELEASE);
	barrier_wait(&built, cpu_count);
	cpu_main(cpu);
}

/* The boot CPU on its own tables. */
static void boot_cpu_main(u32 cpu)
{
	enum bh_err err = cpu_init(cpu);

	if (!err)
		err = cell_build_all(boot_info, &pool);
	if (!err)
		err = iommu_init(boot_info, &pool);
	if (!err)
		err = pci_init(boot_info, &pool);
	if (!err)
		err = ioapic_init(boot_info);
	if (!err)
		err = iommu_build(boot_info, &pool); /* after all changes to the cells' memory */
	if (!err)
		err = parking_build(&pool);
	if (err)
		boot_fail(cpu, err);
	for (u32 i = 1; i < cpu_count; i++)
		wake_one(i);
	barrier_wait(&built, cpu_count);
	cpu_main(cpu);
}

static const struct vcpu_ops *select_ops(void)
{
	if (cpuid(1, 0).ecx & CPUID1_ECX_VMX)
		return &vmx_ops;
	if (cpuid(0x80000000, 0).eax >= 0x80000001 && (cpuid(0x80000001, 0).ecx & CPUID8_1_ECX_SVM))
		return &svm_ops;
	return NULL;
}

static enum bh_err take_boot_info(void)
{
	const struct bh_boot_cpu *bc = (const void *)((const u8 *)boot_info +
						      boot_info->cpu_offset);
	u32 cpu_pages, cell_pages;

	if (boot_info->magic != BH_BOOT_MAGIC || boot_info->version != BH_BOOT_VERSION)
		return BH_ERR_VERSION;
	if (boot_info->cpu_count == 0 || boot_info->cpu_count > BH_MAX_CPUS ||
	    boot_info->cell_count == 0 || boot_info->cell_count > BH_CONFIG_MAX_CELLS + 1 ||
	    boot_info->pool_offset >= boot_info->hv_size)
		return BH_ERR_RANGE;
	pool.base = (u8 *)BH_HV_BASE + boot_info->pool_offset;
	pool.phys = boot_info->hv_phys + boot_info->pool_offset;
	pool.pages = (u32)((boot_info->hv_size - boot_info->pool_offset) / PAGE_SIZE);
	cpu_pages = (u32)(ALIGN_UP(boot_info->cpu_count * sizeof(*cpus), PAGE_SIZE) / PAGE_SIZE);
	cell_pages = (u32)(ALIGN_UP(boot_info->cell_count * sizeof(*cells), PAGE_SIZE) / PAGE_SIZE);
	cpus = pool_alloc(&pool, cpu_pages);
	cells = pool_alloc(&pool, cell_pages);
	if (!cpus || !cells)
		return BH_ERR_NOMEM;
	for (u32 i = 0; i < boot_info->cpu_count; i++) {
		cpus[i].apic_id = bc[i].apic_id;
		cpus[i].cell_id = bc[i].cell;
		if (bc[i].cell >= boot_info->cell_count)
			return BH_ERR_RANGE;
	}
	cpu_count = boot_info->cpu_count;
	cell_count = boot_info->cell_count;
	return BH_OK;
}

void boot_main(const struct bh_boot_info *info)
{
	enum bh_err err;

	boot_info = info;
	tsc_khz = info->tsc_khz;
	console_init(info->console_port);
	idt_build();
	idt_load();
	vcpu_ops = select_ops();
	err = vcpu_ops ? take_boot_info() : BH_ERR_NO_VIRT;
	if (!err)
		err = host_tables_build(info, &pool);
	if (err)
		boot_fail(0, err);
	switch_tables(cpus[0].cr3, CPU_STACK_TOP, boot_cpu_main, 0);
}
