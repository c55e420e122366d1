# SPDX-License-Identifier: BSD-2-Clause
test_hwrules_SRCS := $(addprefix efi-stub/,hwcpu.c hwmachine.c hwreport.c) $(LAYOUT_SRCS) \
	hypervisor/x86/vmx/ctl.c
