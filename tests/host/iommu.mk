# SPDX-License-Identifier: BSD-2-Clause
test_iommu_SRCS := hypervisor/iommu/iommu.c hypervisor/core/format.c
