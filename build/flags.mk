# SPDX-License-Identifier: BSD-2-Clause
# Compiler flags of every part. Parts add their own include paths in their objs.mk.

CC      := gcc
LD      := ld
OBJCOPY := objcopy
NASM    := nasm
CLANG   ?= clang

WARN := -Wall -Wextra -Werror -Wshadow -Wundef -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wpointer-arith -Wwrite-strings

COMMON_CFLAGS := -std=gnu11 -g -MMD -MP $(WARN) -Iinclude

# Code that runs with no C library below it.
FREESTANDING := -ffreestanding -fno-builtin -nostdinc -isystem $(shell $(CC) -print-file-name=include) \
	-mno-red-zone -mgeneral-regs-only -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -fno-strict-aliasing -fno-common

HV_CFLAGS    := $(COMMON_CFLAGS) $(FREESTANDING) -O2 -mcmodel=kernel -fno-pic -fno-pie \
	-fno-jump-tables -Ihypervisor
GUEST_CFLAGS := $(COMMON_CFLAGS) $(FREESTANDING) -O2 -fno-pic -fno-pie -mcmodel=small -Iguests/lib
TOOL_CFLAGS  := $(COMMON_CFLAGS) -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong
TEST_CFLAGS  := $(COMMON_CFLAGS) -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -Ihypervisor -Iefi-stub -Itools/mkimage
