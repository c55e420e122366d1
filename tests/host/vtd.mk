# SPDX-License-Identifier: BSD-2-Clause
test_vtd_SRCS := hypervisor/iommu/vtd.c hypervisor/x86/ptable.c hypervisor/core/page_pool.c
