# SPDX-License-Identifier: BSD-2-Clause
test_policy_SRCS := hypervisor/core/msr_policy.c hypervisor/core/port_policy.c hypervisor/x86/vmx/ctl.c hypervisor/core/bus.c \
	hypervisor/core/format.c hypervisor/core/error.c
