# SPDX-License-Identifier: BSD-2-Clause
test_caches_SRCS := $(addprefix efi-stub/,caches.c topology.c)
