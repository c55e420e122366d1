# SPDX-License-Identifier: BSD-2-Clause
# Each guest folder has a fragment of its own that adds the files it makes to GUESTS.

GUESTS :=

include $(wildcard guests/*/objs.mk)
