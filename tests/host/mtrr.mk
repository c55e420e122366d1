# SPDX-License-Identifier: BSD-2-Clause
test_mtrr_SRCS := hypervisor/x86/mtrr.c
