# SPDX-License-Identifier: BSD-2-Clause
# The EFI application, with the hypervisor inside. mkimage adds the other sections to it.

STUB_OUT := $(OUT)/efi-stub

STUB_SRCS := $(addprefix efi-stub/,main.c uefi.c console.c uart.c sections.c config.c crc32.c pe.c \
	why.c profile.c options.c fallback.c vouch.c memory.c efimap.c e820.c rootbridge.c gcd.c window.c machine.c \
	place.c layout.c layoutline.c room.c topology.c caches.c order.c cpufaults.c fingerprint.c survey.c hwtext.c hwdump.c \
	hwcheck.c hwcpu.c hwmachine.c hwreport.c \
	tsc.c platform.c pciscan.c dmar.c mcfg.c fadt.c lines.c links.c devices.c pcipool.c tables.c acpi.c \
	acpi_gen.c elf.c paging.c cellinfo.c hvblock.c iommupool.c linux.c bootparams.c screen.c exit.c handover.c) \
	hypervisor/core/format.c hypervisor/core/string.c \
	hypervisor/core/cpuset.c hypervisor/core/port_policy.c hypervisor/core/page_pool.c hypervisor/x86/ptable.c \
	hypervisor/iommu/vtd.c hypervisor/x86/vmx/ctl.c
STUB_OBJS := $(STUB_SRCS:%.c=$(STUB_OUT)/%.o) $(STUB_OUT)/images.o

# Where the distribution keeps GNU-EFI's start-up code and linker script.
GNUEFI_DIR := $(patsubst %/,%,$(dir $(firstword $(wildcard \
	/usr/lib/crt0-efi-x86_64.o /usr/lib/*/gnuefi/crt0-efi-x86_64.o /usr/lib/gnuefi/crt0-efi-x86_64.o))))

STUB_CFLAGS := $(COMMON_CFLAGS) $(FREESTANDING) -O2 -fpic -fshort-wchar -fvisibility=hidden \
	-DGNU_EFI_USE_MS_ABI -Iefi-stub -Ihypervisor -isystem /usr/include/efi \
	-isystem /usr/include/efi/x86_64

# The library is only needed where GNU-EFI's start-up code calls it; its memcpy would be a second one.
STUB_LDFLAGS := -nostdlib -shared -Bsymbolic -znocombreloc -z noexecstack -z muldefs --no-undefined \
	-T $(GNUEFI_DIR)/elf_x86_64_efi.lds -L $(GNUEFI_DIR)

$(STUB_OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(STUB_CFLAGS) -c -o $@ $<

$(STUB_OUT)/images.o: efi-stub/images.S $(OUT)/hypervisor.bin $(STUB_OUT)/dsdt.aml
	@mkdir -p $(@D)
	$(call say,AS,$@)
	$(Q)$(CC) -c -DHV_IMAGE='"$(OUT)/hypervisor.bin"' -DDSDT_IMAGE='"$(STUB_OUT)/dsdt.aml"' -o $@ $<

$(STUB_OUT)/dsdt.aml: efi-stub/dsdt.asl
	@mkdir -p $(@D)
	$(call say,IASL,$@)
	$(Q)iasl -vs -p $(@:.aml=) $< > $@.log || { cat $@.log; exit 1; }

$(STUB_OUT)/bulkhead.so: $(STUB_OBJS)
	$(call say,LD,$@)
	$(Q)$(LD) $(STUB_LDFLAGS) -o $@ $(GNUEFI_DIR)/crt0-efi-x86_64.o $(STUB_OBJS) -lefi -lgnuefi

# .rodata only exists as a section of its own in later releases of GNU-EFI.
$(OUT)/bulkhead.efi: $(STUB_OUT)/bulkhead.so
	$(call say,OBJCOPY,$@)
	$(Q)$(OBJCOPY) -S -j .text -j .rodata -j .data -j .dynamic -j .rela -j .dynsym -j .reloc \
		--target=efi-app-x86_64 --section-alignment=4096 --file-alignment=512 $< $@

-include $(STUB_OBJS:.o=.d)
