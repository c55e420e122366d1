# SPDX-License-Identifier: BSD-2-Clause
test_kicks_SRCS := hypervisor/core/kicks.c
