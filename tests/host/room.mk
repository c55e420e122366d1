# SPDX-License-Identifier: BSD-2-Clause
test_room_SRCS := $(addprefix efi-stub/,room.c efimap.c)
