# SPDX-License-Identifier: BSD-2-Clause
# out/mkimage: builds images out of system files. It runs on the build machine and shares with the
# EFI stub what reads an image, so that both agree on what is in one, and what makes the layout, so
# that both arrive at the same.

LAYOUT_SRCS := $(addprefix efi-stub/,acpi.c bootparams.c caches.c config.c cpufaults.c crc32.c devices.c dmar.c e820.c efimap.c \
	fadt.c fingerprint.c iommupool.c layout.c lines.c links.c layoutline.c mcfg.c order.c pcipool.c pciscan.c place.c platform.c \
	room.c topology.c why.c) $(addprefix hypervisor/,core/cpuset.c core/format.c core/page_pool.c core/port_policy.c \
	iommu/vtd.c x86/ptable.c)

MKIMAGE_SRCS := $(wildcard tools/mkimage/*.c) $(addprefix efi-stub/,pe.c profile.c) $(LAYOUT_SRCS)
MKIMAGE_OBJS := $(MKIMAGE_SRCS:%.c=$(OUT)/mkimage-obj/%.o)

$(OUT)/mkimage-obj/%.o: %.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TOOL_CFLAGS) -Iefi-stub -Ihypervisor -c -o $@ $<

$(OUT)/mkimage: $(MKIMAGE_OBJS)
	$(call say,LD,$@)
	$(Q)$(CC) -o $@ $^ -lfyaml

-include $(MKIMAGE_OBJS:.o=.d)
