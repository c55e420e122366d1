# SPDX-License-Identifier: BSD-2-Clause
test_irq_route_SRCS := hypervisor/x86/irq_route.c hypervisor/x86/apic_dest.c hypervisor/core/cpuset.c
