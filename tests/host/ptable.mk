# SPDX-License-Identifier: BSD-2-Clause
test_ptable_SRCS := hypervisor/x86/ptable.c hypervisor/core/page_pool.c
