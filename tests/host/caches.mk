# SPDX-License-Identifier: BSD-2-Clause
test_caches_SRCS := efi-stub/caches.c
