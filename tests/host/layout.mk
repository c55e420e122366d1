# SPDX-License-Identifier: BSD-2-Clause
test_layout_SRCS := $(addprefix efi-stub/,layout.c layoutline.c place.c devices.c room.c efimap.c e820.c \
	iommupool.c pcipool.c topology.c cpufaults.c order.c why.c) \
	$(addprefix hypervisor/,core/format.c core/cpuset.c core/page_pool.c x86/ptable.c iommu/vtd.c)
