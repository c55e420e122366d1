# SPDX-License-Identifier: BSD-2-Clause
test_refused_SRCS := hypervisor/core/refused.c hypervisor/core/format.c
