# SPDX-License-Identifier: BSD-2-Clause
test_iommupool_SRCS := efi-stub/iommupool.c
