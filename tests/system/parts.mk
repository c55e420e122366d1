# SPDX-License-Identifier: BSD-2-Clause
# What the system tests boot beside the demo: an initrd with a program that takes over the root cell
# and one that reads I/O ports, and an EFI application that switches virtualisation off.

ROGUE := $(OUT)/tests/rogue
TEST_INITRD := $(OUT)/tests/initrd.img

$(ROGUE)/payload.bin: tests/system/rogue/payload.asm
	$(call say,NASM,$@)
	@mkdir -p $(@D)
	$(Q)$(NASM) -f bin -o $@ $<

$(ROGUE)/rogue.o: tests/system/rogue/rogue.asm $(ROGUE)/payload.bin
	$(call say,NASM,$@)
	$(Q)$(NASM) -f elf64 -I $(ROGUE)/ -o $@ $<

$(ROGUE)/rogue: $(ROGUE)/rogue.o
	$(call say,LD,$@)
	$(Q)$(LD) -static -nostdlib -z noexecstack -o $@ $<

PORTS := $(OUT)/tests/ports

$(PORTS)/ports.o: tests/system/ports/ports.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LINUX_CFLAGS) -c -o $@ $<

$(PORTS)/ports: $(PORTS)/ports.o $(call linux_objects,lib)
	$(call say,LD,$@)
	$(Q)$(LD) -static -nostdlib --fatal-warnings -z noexecstack --strip-debug -o $@ $^

$(TEST_INITRD): guests/linux/mkinitrd guests/linux/init guests/linux/modules.txt \
		$(LINUX)/vmlinuz $(ROGUE)/rogue $(PORTS)/ports tools/bulkhead-hwdump
	$(call say,INITRD,$@)
	$(Q)guests/linux/mkinitrd --init guests/linux/init --busybox /bin/busybox \
		--modules $(LINUX)/modules --module-list guests/linux/modules.txt \
		--file bin/rogue=$(ROGUE)/rogue --file bin/ports=$(PORTS)/ports \
		--file bin/bulkhead-hwdump=tools/bulkhead-hwdump -o $@

# Virtualisation locked off, as by a firmware's set-up.
LOCK := $(OUT)/tests/lock

$(LOCK)/lock.o: tests/system/lock/lock.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(STUB_CFLAGS) -c -o $@ $<

$(LOCK)/lock.so: $(LOCK)/lock.o
	$(call say,LD,$@)
	$(Q)$(LD) $(STUB_LDFLAGS) -o $@ $(GNUEFI_DIR)/crt0-efi-x86_64.o $< -lefi -lgnuefi

$(LOCK)/lock.efi: $(LOCK)/lock.so
	$(call say,OBJCOPY,$@)
	$(Q)$(OBJCOPY) -S -j .text -j .rodata -j .data -j .dynamic -j .rela -j .dynsym -j .reloc \
		--target=efi-app-x86_64 --section-alignment=4096 --file-alignment=512 $< $@

# Records the machine, as the image itself can, from another place in memory.
HWDUMP := $(OUT)/tests/hwdump
HWDUMP_OBJS := $(HWDUMP)/hwdump.o $(filter-out %/efi-stub/main.o,$(STUB_OBJS))

$(HWDUMP)/hwdump.o: tests/system/hwdump/hwdump.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(STUB_CFLAGS) -c -o $@ $<

$(HWDUMP)/hwdump.so: $(HWDUMP_OBJS)
	$(call say,LD,$@)
	$(Q)$(LD) $(STUB_LDFLAGS) -o $@ $(GNUEFI_DIR)/crt0-efi-x86_64.o $^ -lefi -lgnuefi

$(HWDUMP)/hwdump.efi: $(HWDUMP)/hwdump.so
	$(call say,OBJCOPY,$@)
	$(Q)$(OBJCOPY) -S -j .text -j .rodata -j .data -j .dynamic -j .rela -j .dynsym -j .reloc \
		--target=efi-app-x86_64 --section-alignment=4096 --file-alignment=512 $< $@

# The tests make their images themselves, one for each way to go wrong.
.PHONY: system-parts
system-parts: all $(TEST_INITRD) $(LOCK)/lock.efi $(HWDUMP)/hwdump.efi
