# SPDX-License-Identifier: BSD-2-Clause
test_events_SRCS := hypervisor/core/events.c hypervisor/core/kicks.c
