# SPDX-License-Identifier: BSD-2-Clause
test_topology_SRCS := efi-stub/topology.c
