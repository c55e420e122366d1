# SPDX-License-Identifier: BSD-2-Clause
test_ioapic_SRCS := hypervisor/devices/ioapic.c hypervisor/x86/irq_route.c hypervisor/x86/apic_dest.c hypervisor/core/cpuset.c
