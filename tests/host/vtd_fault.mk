# SPDX-License-Identifier: BSD-2-Clause
test_vtd_fault_SRCS := hypervisor/iommu/vtd.c hypervisor/x86/ptable.c hypervisor/core/page_pool.c \
	hypervisor/core/format.c
