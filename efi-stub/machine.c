// SPDX-License-Identifier: BSD-2-Clause
#include "machine.h"

#include "fallback.h"
#include "memory.h"
#include "uefi.h"
#include "x86/asm.h"
#include "x86/regs.h"

#define CPUID8_1_EDX_NX  BIT32(20)
#define CPUID8_1_EDX_LM  BIT32(29)
#define CPUID8_A_EDX_NPT BIT32(0)
#define AP_TIMEOUT_US    10000000u

/* SDM vol. 3, "Enabling and Entering VMX Operation" */
static u32 vmx_faults(void)
{
	u64 control = rdmsr(MSR_FEATURE_CONTROL);

	if (control & FEATURE_CONTROL_LOCK && !(control & FEATURE_CONTROL_VMX))
		return FAULT_VMX_LOCK;
	return 0;
}

/* APM vol. 2, "Enabling SVM" */
static u32 svm_faults(void)
{
	if (cpuid(0x80000000, 0).eax < 0x8000000a || !(cpuid(0x8000000a, 0).edx & CPUID8_A_EDX_NPT))
		return FAULT_NO_NPT;
	return rdmsr(MSR_VM_CR) & VM_CR_SVMDIS ? FAULT_SVM_LOCK : 0;
}

/* Runs on any CPU. */
static u32 cpu_faults(void)
{
	struct cpuid_regs extended = cpuid(0x80000001, 0);
	u32 faults = 0;

	if (!(extended.edx & CPUID8_1_EDX_LM))
		faults |= FAULT_LONG_MODE;
	if (!(extended.edx & CPUID8_1_EDX_NX))
		faults |= FAULT_NX;
	if (cpuid(1, 0).ecx & CPUID1_ECX_VMX)
		return faults | vmx_faults();
	if (extended.ecx & CPUID8_1_ECX_SVM)
		return faults | svm_faults();
	return faults | FAULT_NO_VIRT;
}

/* SDM vol. 2, CPUID leaves 0BH ("Extended Topology Enumeration") and 01H */
u32 machine_apic_id(void)
{
	if (cpuid(0, 0).eax >= 0xb && cpuid(0xb, 0).ebx)
		return cpuid(0xb, 0).edx;
	return cpuid(1, 0).ebx >> 24;
}

static struct cpuid_regs read_cpuid(u32 leaf, u32 subleaf)
{
	return cpuid(leaf, subleaf);
}

/* Runs on any CPU, on several at a time. */
static void EFIAPI probe_cpu(void *arg)
{
	struct machine *m = arg;
	u32 id = machine_apic_id();

	__atomic_fetch_or(&m->faults, cpu_faults(), __ATOMIC_RELAXED);
	for (u32 i = 0; i < m->cpu_count; i++)
		if (m->cpus[i].apic_id == id)
			m->seats[i] = topology_seat(read_cpuid, id);
}

void machine_probe(struct machine *m)
{
	struct mp_services *mp = uefi_locate(&guid_mp_services);

	/* What the boot CPU says of the others has to do for those that cannot be started. */
	for (u32 i = 0; i < m->cpu_count; i++)
		m->seats[i] = topology_seat(read_cpuid, m->cpus[i].apic_id);
	probe_cpu(m);
	if (mp && m->cpu_count > 1 && !m->faults) {
		EFI_STATUS status = mp->start_all(mp, probe_cpu, FALSE, NULL, AP_TIMEOUT_US, m,
						  NULL);

		if (EFI_ERROR(status) && status != EFI_NOT_STARTED)
			fail("the firmware cannot start the other CPUs (firmware error 0x%lx)",
			     status);
	}
	m->cache_count = caches_list(read_cpuid, m->caches);
	m->has_1g = cpuid(0x80000001, 0).edx & CPUID8_1_EDX_1G;
}

/* Put an id list into cpus[], the boot CPU first. */
static void list_cpus(struct machine *m, const u32 *ids, u32 count)
{
	u32 self = machine_apic_id();

	m->cpus = (struct bh_boot_cpu *)memory_take(
		&(struct memory_request){.what = "the list of CPUs",
					 .size = (count + 1) * sizeof(*m->cpus),
					 .type = EFI_MEM_LOADER_DATA});
	m->seats = (struct cpu_seat *)memory_take(
		&(struct memory_request){.what = "the list of CPUs",
					 .size = (count + 1) * sizeof(*m->seats),
					 .type = EFI_MEM_LOADER_DATA});
	if (machine_order(ids, count, self, m->cpus) != count)
		fail("the firmware's list of %u CPUs lacks the one with APIC id %u, on which it "
		     "runs",
		     count, self);
	m->cpu_count = count;
}

static u32 *id_buffer(u32 count)
{
	return (u32 *)memory_take(&(struct memory_request){.what = "the list of CPUs",
							   .size = (count + 1) * sizeof(u32),
							   .type = EFI_MEM_LOADER_DATA});
}

static void cpus_from_madt(struct machine *m, const struct acpi_header *madt)
{
	u32 most = acpi_madt_cpus(madt, NULL, 0);
	u32 *ids = id_buffer(most);

	list_cpus(m, ids, acpi_madt_cpus(madt, ids, most));
}

static void cpus_from_mp(struct machine *m)
{
	struct mp_services *mp = uefi_locate(&guid_mp_services);
	const u32 usable = MP_CPU_ENABLED | MP_CPU_HEALTHY;
	UINTN all = 0, enabled = 0;
	u32 count = 0, *ids;

	if (!mp || EFI_ERROR(mp->count(mp, &all, &enabled)))
		fail("the firmware has neither ACPI tables nor the MP Services protocol: nothing "
		     "tells how many CPUs there are");
	ids = id_buffer((u32)all);
	for (UINTN i = 0; i < all; i++) {
		struct mp_cpu_info info = {0};

		if (EFI_ERROR(mp->info(mp, i, &info)))
			continue;
		if ((info.status & usable) == usable)
			ids[count++] = (u32)info.id;
	}
	list_cpus(m, ids, count);
}

void machine_cpus(struct machine *m, const struct acpi_tables *acpi)
{
	const struct acpi_header *madt = acpi ? acpi_find(acpi, "APIC") : NULL;

	if (acpi && !madt)
		fail("the firmware's ACPI tables have no sound MADT");
	if (madt)
		cpus_from_madt(m, madt);
	else
		cpus_from_mp(m);
}
