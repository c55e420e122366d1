# SPDX-License-Identifier: BSD-2-Clause
# out/mkimage: builds images out of system files. It runs on the build machine and shares with the
# EFI stub what reads an image, so that both agree on what is in one.

MKIMAGE_SRCS := $(wildcard tools/mkimage/*.c) \
	$(addprefix efi-stub/,pe.c profile.c config.c crc32.c why.c) hypervisor/core/format.c
MKIMAGE_OBJS := $(MKIMAGE_SRCS:%.c=$(OUT)/mkimage-obj/%.o)

$(OUT)/mkimage-obj/%.o: %.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TOOL_CFLAGS) -Iefi-stub -Ihypervisor -c -o $@ $<

$(OUT)/mkimage: $(MKIMAGE_OBJS)
	$(call say,LD,$@)
	$(Q)$(CC) -o $@ $^ -lfyaml

-include $(MKIMAGE_OBJS:.o=.d)
